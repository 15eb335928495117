"""Misfits: what pydantic says, in sentences with what was expected and what was got."""

from datetime import date, datetime, time
from enum import StrEnum
from typing import Annotated, Any, Literal

import pytest
from pydantic import Field, TypeAdapter, ValidationError

from broadcaster.locale.extract import texts
from broadcaster.misfits import sentence_of


class Tone(StrEnum):
    BELL = "bell"
    SIREN = "siren"


def said(annotation: Any, value: object) -> str:
    with pytest.raises(ValidationError) as raised:
        TypeAdapter(annotation).validate_python(value)
    sentence, facts = sentence_of(raised.value.errors()[0])
    return sentence.format_map(facts)


@pytest.mark.parametrize(
    ("annotation", "value", "says"),
    [
        (int, "x", "expected a whole number; got 'x'"),
        (float, "x", "expected a number; got 'x'"),
        (bool, "x", "expected yes or no; got 'x'"),
        (str, 7, "expected text; got 7"),
        (Annotated[int, Field(ge=0, le=14)], 99, "expected at most 14; got 99"),
        (Annotated[int, Field(gt=0)], 0, "expected more than 0; got 0"),
        (Annotated[str, Field(max_length=2)], "abc", "expected at most 2 characters; got 'abc'"),
        (Annotated[tuple[int, ...], Field(min_length=1)], (), "expected at least 1 entries; got 0"),
        (Tone, "horn", "expected one of bell, siren; got 'horn'"),
        (Literal["en", "zh_CN"], "fr", "expected one of en, zh_CN; got 'fr'"),
        (date, "soon", "expected a day such as 2026-11-24; got 'soon'"),
        (datetime, "soon", "expected a moment such as 2026-11-24T08:00; got 'soon'"),
        (time, "soon", "expected a time such as 08:00; got 'soon'"),
    ],
)
def test_a_value_that_does_not_fit_is_told_by_what_was_expected(
    annotation: Any, value: object, says: str
) -> None:
    assert said(annotation, value) == says


def test_what_pydantic_says_beyond_that_is_passed_on_with_what_was_got() -> None:
    assert said(dict[str, int], 7) == "Input should be a valid dictionary; got 7"


def test_each_sentence_can_be_said_in_every_language() -> None:
    sentence, _facts = sentence_of({"type": "less_than_equal", "ctx": {"le": 3}, "input": 4, "msg": ""})
    assert sentence in texts()
