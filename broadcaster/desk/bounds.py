"""Bounds: what a county can keep and reckon with, whatever the type of an argument allows.

A moment without a zone is nobody's moment; databases take no NUL and no half of a character in a text, and whole numbers
of 32 bits; a day's plan counts days on from the days that it is given.
"""

import re
from collections.abc import Iterator, Mapping, Set
from dataclasses import fields, is_dataclass
from datetime import date, datetime, time
from typing import Any

from broadcaster.desk.errors import Problem
from broadcaster.language import N_

FIRST_YEAR, LAST_YEAR = 2000, 2200
LARGEST = 2**31 - 1


def beyond(value: object, where: str = "") -> Iterator[Problem]:
    """What of an argument, at any depth, no county can keep; `where` names the parameter."""
    for part, within in _parts(value):
        yield from beyond(within, f"{where}.{part}" if where else part)
    message = _misfit(value)
    if message is not None:
        yield Problem(where=where, message=message, facts=_FACTS | {"got": repr(value)[:80]})


_NO_TEXT = re.compile("[\0\ud800-\udfff]")  # a NUL, and half a character: JSON can say both
_FACTS = {"first": FIRST_YEAR, "last": LAST_YEAR, "largest": LARGEST}


def _parts(value: object) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        yield from ((str(name), within) for name, within in value.items())
    elif is_dataclass(value):
        yield from ((field.name, getattr(value, field.name)) for field in fields(value))
    elif isinstance(value, tuple | list | Set):
        yield from ((str(number), within) for number, within in enumerate(value))


def _misfit(value: object) -> str | None:
    match value:
        case str() if _NO_TEXT.search(value):
            return N_("expected text of whole characters; got {got}")
        case int() | float() if not abs(value) <= LARGEST:  # nor is what is no number
            return N_("expected a number up to {largest}; got {got}")
        case datetime(tzinfo=None):
            return N_("expected a moment with its zone, such as 2026-11-24T08:00+08:00; got {got}")
        case date() if not FIRST_YEAR <= value.year <= LAST_YEAR:
            return N_("expected a day from {first} to {last}; got {got}")
        case time() if value.tzinfo is not None:
            return N_("expected a time without a zone, such as 08:00; got {got}")
    return None
