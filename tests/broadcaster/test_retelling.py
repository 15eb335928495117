"""What was kept in English is told in the language in use."""

from collections.abc import Iterator

import pytest

from broadcaster import language
from broadcaster.desk.errors import Invalid, Problem, Refused
from broadcaster.retelling import retold


@pytest.fixture(autouse=True)
def _english_again() -> Iterator[None]:
    yield
    language.use("en")


def test_a_message_is_told_again_with_its_facts_in_words() -> None:
    kept = str(Refused("{who} has no right to {right} in {where}.", who="li", right="submit", where="341523"))
    assert retold(kept) == "li has no right to submit in 341523."
    language.use("zh_CN")
    assert retold(kept) == "li 在 341523 没有“提交”权限。"


def test_problems_are_told_line_by_line() -> None:
    problem = Problem(
        where="draft.volume", message="expected at most {le}; got {got}", facts={"le": 100, "got": 101}
    )
    kept = str(Invalid("The input cannot be used.", problem))
    language.use("zh_CN")
    first, second = retold(kept).split("\n")
    assert not first.isascii()
    assert second.endswith("draft.volume: 应不大于 100，实际为 101")


def test_what_is_no_message_of_ours_stays_as_it_is() -> None:
    language.use("zh_CN")
    assert retold("division by zero") == "division by zero"
    assert retold("") == ""
