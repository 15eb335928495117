"""Shapes: how the values of a document look in CBOR. A sort of value is a pair of functions, there and back.

Both take the document's issue time (ms), from which its other times count, and raise ValueError saying what
was expected and got.
"""

import re
import reprlib
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields
from types import MappingProxyType
from typing import Any, Protocol

from devices.epoch import from_ms, to_ms

MOST = 2**53 - 1  # what every language counts exactly
_LONGEST_MS = 2**43  # 278 years
_HEX = re.compile(r"([0-9a-f]{2}){1,32}")
_NAME = re.compile(r"[!-~]{1,64}")


class Sort(Protocol):
    """One sort of value: how it is put on the wire, and taken from it."""

    @property
    def put(self) -> Callable[[Any, int], Any]: ...

    @property
    def take(self) -> Callable[[Any, int], Any]: ...


@dataclass(frozen=True, slots=True)
class Ways:
    """A sort of value made of two functions."""

    put: Callable[[Any, int], Any]
    take: Callable[[Any, int], Any]


def checked(value: Any, low: int, high: int) -> int:
    """`value` if it is a whole number in [low, high]."""
    if type(value) is not int or not low <= value <= high:
        raise ValueError(f"expected a whole number from {low} to {high}, got {reprlib.repr(value)}")
    return value


def array(raw: Any) -> list[Any]:
    """`raw` if it is an array."""
    if type(raw) is not list:
        raise ValueError(f"expected an array, got {reprlib.repr(raw)}")
    return raw


def mapping(raw: Any) -> dict[Any, Any]:
    """`raw` if it is a map."""
    if type(raw) is not dict:
        raise ValueError(f"expected a map, got {reprlib.repr(raw)}")
    return raw


def at(where: object, step: Callable[[Any, int], Any], value: Any, issued: int) -> Any:
    """`step(value, issued)`; what it complains of is said to be at `where`."""
    try:
        return step(value, issued)
    except ValueError as problem:
        raise ValueError(f"{where}: {problem}") from None


def _either_way(check: Callable[[Any], Any]) -> Ways:
    return Ways(lambda value, _issued: check(value), lambda raw, _issued: check(raw))


def whole(low: int = 0, high: int = MOST) -> Ways:
    """A whole number."""
    return _either_way(lambda value: checked(value, low, high))


def text(most: int) -> Ways:
    """Any text of at most `most` characters."""

    def check(value: Any) -> str:
        if type(value) is not str or len(value) > most:
            raise ValueError(f"expected text of at most {most} characters, got {reprlib.repr(value)}")
        return value

    return _either_way(check)


def hexadecimal(size: int) -> Ways:
    """`size` bytes, known by their hex digits."""

    def put(value: str, _issued: int) -> bytes:
        if not _HEX.fullmatch(value) or len(value) != 2 * size:
            raise ValueError(f"expected {2 * size} hex digits, got {reprlib.repr(value)}")
        return bytes.fromhex(value)

    def take(raw: Any, _issued: int) -> str:
        if type(raw) is not bytes or len(raw) != size:
            raise ValueError(f"expected {size} bytes, got {reprlib.repr(raw)}")
        return raw.hex()

    return Ways(put, take)


def _put_name(value: str, _issued: int) -> str | bytes:
    if not _NAME.fullmatch(value):
        raise ValueError(f"expected 1 to 64 printable ASCII characters, got {reprlib.repr(value)}")
    return bytes.fromhex(value) if _HEX.fullmatch(value) else value


def _take_name(raw: Any, issued: int) -> str:
    value = raw.hex() if type(raw) is bytes else raw
    if type(value) is not str or _put_name(value, issued) != raw:
        raise ValueError(f"expected a name, got {reprlib.repr(raw)}")
    return value


NAME = Ways(_put_name, _take_name)
"""Printable ASCII; names that are an even number of hex digits travel as half as many bytes."""

TIME = Ways(
    lambda when, issued: checked(to_ms(when) - issued, -_LONGEST_MS, _LONGEST_MS),
    lambda raw, issued: from_ms(issued + checked(raw, -_LONGEST_MS, _LONGEST_MS)),
)
"""Milliseconds after the issue time."""


def one_of(*values: Any) -> Ways:
    """A value of an enumeration as its place in this list."""
    return Ways(
        lambda value, _issued: values.index(value),
        lambda raw, _issued: values[checked(raw, 0, len(values) - 1)],
    )


def number_of(enum: Callable[[int], Any]) -> Ways:
    """A value of a numbered enumeration."""
    return Ways(lambda value, _issued: int(value), lambda raw, _issued: enum(checked(raw, 0, MOST)))


def many(sort: Sort) -> Ways:
    """A tuple as an array."""
    return Ways(
        lambda values, issued: [at(i, sort.put, value, issued) for i, value in enumerate(values)],
        lambda raw, issued: tuple(at(i, sort.take, value, issued) for i, value in enumerate(array(raw))),
    )


def pair(first: Sort, second: Sort) -> Ways:
    """A pair as an array of two."""

    def take(raw: Any, issued: int) -> tuple[Any, Any]:
        if len(array(raw)) != 2:
            raise ValueError(f"expected an array of two, got {reprlib.repr(raw)}")
        return first.take(raw[0], issued), second.take(raw[1], issued)

    return Ways(lambda both, issued: [first.put(both[0], issued), second.put(both[1], issued)], take)


class Shape:
    """A dataclass as a map: `members` gives each name its key and sort.

    Defaults and None are left out, and what is `same_as` a member before it.
    """

    def __init__(
        self,
        of: type,
        members: Mapping[str, tuple[int, Sort]],
        *,
        nullable: tuple[str, ...] = (),
        same_as: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self._of = of
        self._members = members
        self._defaults = {f.name: f.default for f in fields(of) if f.default is not MISSING}
        self._defaults |= dict.fromkeys(nullable)
        self._same_as = same_as
        self._to_put = sorted((key, name, sort.put) for name, (key, sort) in members.items())

    def put(self, value: Any, issued: int) -> dict[int, Any]:
        """The map of `value`, its keys in order."""
        found: dict[int, Any] = {}
        for key, name, put in self._to_put:
            member, same = getattr(value, name), self._same_as.get(name)
            absent = self._defaults.get(name, MISSING) if same is None else getattr(value, same)
            if member != absent:
                found[key] = at(name, put, member, issued)
        return found

    def members_of(self, raw: Any, issued: int) -> dict[str, Any]:
        """The members that the map holds; keys that are not of this shape are passed over."""
        present = mapping(raw)
        found: dict[str, Any] = {}
        for name, (key, sort) in self._members.items():
            if key in present:
                found[name] = at(name, sort.take, present[key], issued)
            else:
                found[name] = self._absent(name, found)
            if found[name] is MISSING:
                raise ValueError(f"{name} (key {key}) is missing")
        return found

    def take(self, raw: Any, issued: int) -> Any:
        """The value of the map."""
        return self._of(**self.members_of(raw, issued))

    def _absent(self, name: str, members: Mapping[str, Any]) -> Any:
        """What a member is that is left out."""
        return members[self._same_as[name]] if name in self._same_as else self._defaults.get(name, MISSING)
