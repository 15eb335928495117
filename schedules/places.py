"""Places: administrative areas by their 12-digit code, and single endpoints below their village.

A place is a string whose *prefix* tells what lies inside it: the county 341523000000 holds the town 341523100000,
which holds the village 341523100200, which holds the endpoint 341523100200/horn-01. Codes are imported data; only
the level of a given code is read from its trailing zeros, as the national coding does (2 + 2 + 2 + 3 + 3 digits).
"""

import re
from enum import IntEnum
from typing import NewType

Place = NewType("Place", str)

_PLACE = re.compile(r"[0-9]{12}(/[a-z0-9][a-z0-9_.-]{0,46})?")


class Level(IntEnum):
    """The administrative level of a place, widest first; also the level of who issues a notice."""

    NATIONAL = 0
    PROVINCE = 1
    PREFECTURE = 2
    COUNTY = 3
    TOWN = 4
    VILLAGE = 5
    ENDPOINT = 6


_DIGITS = {
    Level.NATIONAL: 0,
    Level.PROVINCE: 2,
    Level.PREFECTURE: 4,
    Level.COUNTY: 6,
    Level.TOWN: 9,
    Level.VILLAGE: 12,
}
_LEVELS = tuple(next(level for level, digits in _DIGITS.items() if said <= digits) for said in range(13))


def place(text: str) -> Place:
    """`text` as a place; ValueError names what is wrong with it."""
    if not _PLACE.fullmatch(text):
        raise ValueError(
            f"place {text!r}: expected a 12-digit area code, or village code/endpoint id such as 341523100200/horn-01"
        )
    return Place(text)


def endpoint_place(village: Place, endpoint_id: str) -> Place:
    """The place of one endpoint in its village."""
    return place(f"{village}/{endpoint_id}")


def level_of(where: Place) -> Level:
    """The level that the code's trailing zeros tell; ValueError for what is longer than a code."""
    if "/" in where:
        return Level.ENDPOINT
    try:
        return _LEVELS[len(where.rstrip("0"))]
    except IndexError:
        raise ValueError(f"place {where!r}: expected an area code of 12 digits") from None


def prefix_of(where: Place) -> str:
    """What every place inside `where` begins with."""
    level = level_of(where)
    return where if level is Level.ENDPOINT else where[: _DIGITS[level]]


def covers(outer: Place, inner: Place) -> bool:
    """Whether `inner` is `outer` or lies inside it."""
    return inner == outer or ("/" not in outer and inner.startswith(prefix_of(outer)))


def chain_of(where: Place) -> tuple[Place, ...]:
    """`where` and what it lies in, narrowest first, down to the county: an endpoint's four places."""
    village = where.partition("/")[0]
    areas = (Place(village), Place(village[:9] + "000"), Place(village[:6] + "000000"))
    return tuple(dict.fromkeys(p for p in (where, *areas) if covers(p, where)))
