"""What no county can keep is refused at the door, wherever in an argument it stands."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any, Literal, get_args, get_origin

import pytest
from pydantic import SecretStr

from broadcaster.desk.attempts import Attempts
from broadcaster.desk.bounds import beyond
from broadcaster.desk.county import CountyDesk
from broadcaster.desk.door import entries
from broadcaster.desk.errors import Invalid
from broadcaster.desk.problems import to_json
from tests.broadcaster.desk.test_rights import arguments

FAR = 10**400
WRONG = {
    str: ("a\0b", "\ud800"),
    int: (FAR, -FAR, 2**31),
    float: (float("inf"), float("nan"), 1e300),
    datetime: ("2026-11-24T08:00", "0001-01-01T00:00Z", "9999-12-31T23:59Z"),
    date: ("0001-01-01", "9999-12-31"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Within:
    """A value inside others."""

    times: tuple[object, ...]


@pytest.mark.parametrize(
    "value",
    [
        "a\0b",
        "a\udfff",
        2**31,
        -(2**31),
        FAR,
        float("nan"),
        float("-inf"),
        datetime(2026, 11, 24, 8),  # noqa: DTZ001
        date(1999, 12, 31),
        date(2201, 1, 1),
        datetime.max.replace(tzinfo=UTC),
        time(8, tzinfo=UTC),
    ],
)
def test_what_no_county_can_keep_is_named_with_where_it_stands(value: object) -> None:
    problems = list(beyond({"draft": Within(times=(1, value)), "days": {"first": value}}))
    assert [problem.where for problem in problems] == ["draft.times.1", "days.first"]
    assert "expected" in str(problems[0])


def test_what_a_county_keeps_passes() -> None:
    kept = (
        "无",
        "",
        0,
        -1.5,
        2**31 - 1,
        True,
        None,
        time(8),
        date(2026, 11, 24),
        datetime(2026, 11, 24, 8, tzinfo=UTC),
    )
    assert not list(beyond({"all": frozenset(kept), "nested": [kept, {"k": kept}], "secret": SecretStr("s")}))


def _plain(hint: Any) -> Iterator[type]:
    hint = getattr(hint, "__supertype__", hint)
    if hint in WRONG:
        yield hint
    elif get_origin(hint) is not Literal:
        for part in get_args(hint):
            yield from _plain(part)


WRONGED = [
    (entry, name, value)
    for entry in entries(CountyDesk)
    if entry.noun is not Attempts  # a trial of what is not stored, with the same kind of day as a plan
    for name in entry.parameters
    for plain in _plain(entry.hints[name])
    for value in WRONG[plain]
]


def test_every_question_and_order_refuses_what_no_county_can_keep() -> None:
    """Also where the value stands inside a tuple: then the tuple is what does not fit."""
    for entry, name, value in WRONGED:
        with pytest.raises(Invalid) as refused:
            entry.checked(arguments(entry) | {name: value})
        assert any(problem.where.startswith(name) for problem in refused.value.problems), (entry.name, name)


@pytest.mark.parametrize("member", ["valid_from", "valid_until"])
def test_a_notice_from_a_moment_without_a_zone_is_refused(member: str) -> None:
    (draft,) = (entry for entry in entries(CountyDesk) if entry.name == "notices.draft")
    said = draft.plain(arguments(draft))["draft"] | {member: "2026-11-24T08:00"}
    with pytest.raises(Invalid, match=rf"draft\.{member}: expected a moment with its zone"):
        draft.checked({"draft": said})


def test_half_a_character_in_a_place_is_told_in_whole_ones() -> None:
    (draft,) = (entry for entry in entries(CountyDesk) if entry.name == "notices.draft")
    said = draft.plain(arguments(draft))["draft"] | {"targets": ["\ud800"]}
    with pytest.raises(Invalid) as refused:
        draft.checked({"draft": said})
    assert to_json(refused.value).model_dump_json()
