"""Cells: what the text of one cell means. Each reader returns a value or raises BadCell with what it expected."""

import re
import unicodedata
from collections.abc import Callable
from datetime import time

from broadcaster.desk.errors import Fact
from broadcaster.language import N_
from devices.serial.frames import FIRST_GROUP
from schedules.places import Level, Place, level_of
from schedules.rules import Window

_SHORTENED = re.compile(r"[+-]?\d(\.\d+)?[eE]\+?\d+")
_THOUSANDS = re.compile(r"\d{1,3}(,\d{3})+")
_HOURS = re.compile(r"(\d{1,2}:\d\d)[-–—~至到]+(\d{1,2}:\d\d)")
_BETWEEN_HOURS = re.compile(r"[\s,;、]+")
_NONE = frozenset({"none", "无"})
_ENDPOINT = re.compile(r"[a-z0-9][a-z0-9_.-]{0,46}")
_YES, _NO = frozenset({"yes", "true", "1", "是", "启用"}), frozenset({"no", "false", "0", "否", "停用"})


class BadCell(Exception):
    """`message` is a msgid with {fields} that `facts` fill; {got} is given by whoever read the cell."""

    def __init__(self, message: str, **facts: Fact) -> None:
        self.message, self.facts = message, facts
        super().__init__(message)


def words(longest: int) -> Callable[[str], str]:
    """Any text that can be shown."""

    def read(text: str) -> str:
        if len(text) > longest:
            raise BadCell(
                N_("expected at most {longest} characters, got {length}"), longest=longest, length=len(text)
            )
        plain = text.replace("\r\n", "\n").replace("\r", "\n")
        if any(unicodedata.category(sign) in ("Cc", "Cs") and sign not in "\n\t" for sign in plain):
            raise BadCell(N_("expected text that can be shown, without control characters, got {got}"))
        return plain

    return read


def digits(count: int) -> Callable[[str], str]:
    """A code: digits that are no number, although a spreadsheet may think so."""

    def read(text: str) -> str:
        text = _narrow(text)
        if _SHORTENED.fullmatch(text):
            raise BadCell(
                N_(
                    "{got} is a code that a spreadsheet has shortened as if it were a number: "
                    "format the column as text, then enter all {count} digits again"
                ),
                count=count,
            )
        code = re.sub(r"\.0+$", "", text)
        if not (code.isascii() and code.isdecimal() and len(code) == count):
            raise BadCell(N_("expected {count} digits, got {got}"), count=count)
        return code

    return read


def area_code(text: str) -> Place:
    """The code of an area from county to village."""
    code = Place(digits(12)(text))
    if not Level.COUNTY <= level_of(code) <= Level.VILLAGE:
        raise BadCell(N_("expected the code of a county, town or village, got {got}"))
    return code


def village_code(text: str) -> Place:
    """The code of a village."""
    code = Place(digits(12)(text))
    if level_of(code) is not Level.VILLAGE:
        raise BadCell(N_("expected the code of a village, got {got}, which ends in 000"))
    return code


def endpoint_id(text: str) -> str:
    """An endpoint's id, which is also its account at the broker."""
    if not _ENDPOINT.fullmatch(text) or text == "controller" or text.startswith("hub-"):
        raise BadCell(
            N_(
                "expected 1 to 47 of a-z, 0-9, '.', '_' and '-', beginning with a letter or digit "
                "and not 'controller' or 'hub-…', got {got}"
            )
        )
    return text


def resource_code(text: str) -> str:
    """A national resource code (GD/J 080-2018): level, area, type, subtype and their numbers, 23 digits."""
    code = digits(23)(text)
    if code[0] not in "123456":
        raise BadCell(N_("a resource code begins with its level, 1 to 6, got {got}"))
    return code


def link(text: str) -> str:
    """How an endpoint is reached: `mqtt`, or `serial:<line>:<address>`."""
    line = re.fullmatch(r"serial:[^\s:]{1,32}:([0-9]{1,5})", _narrow(text))
    if text != "mqtt" and (line is None or not 1 <= int(line[1]) < FIRST_GROUP):
        raise BadCell(
            N_("expected mqtt, or serial:<line>:<address> with an address from 1 to {most}, got {got}"),
            most=FIRST_GROUP - 1,
        )
    return _narrow(text)


def whole(least: int, most: int) -> Callable[[str], int]:
    """A whole number."""

    def read(text: str) -> int:
        plain = re.sub(r"\.0+$", "", _narrow(text))
        plain = plain.replace(",", "") if _THOUSANDS.fullmatch(plain) else plain
        if not re.fullmatch(r"[+-]?\d{1,15}", plain) or not least <= int(plain) <= most:
            raise BadCell(
                N_("expected a whole number from {least} to {most}, got {got}"), least=least, most=most
            )
        return int(plain)

    return read


def degrees(most: int) -> Callable[[str], float]:
    """A latitude or longitude."""

    def read(text: str) -> float:
        plain = _narrow(text)
        if not re.fullmatch(r"[+-]?\d{1,3}(\.\d+)?([eE]-\d\d?)?", plain) or abs(float(plain)) > most:
            raise BadCell(
                N_("expected degrees such as 31.4068, from -{most} to {most}, got {got}"), most=most
            )
        return float(plain)

    return read


def hours(text: str) -> tuple[Window, ...]:
    """Spans of the day, such as 22:00-06:00 12:30-14:00; "none" is none at all."""
    if _narrow(text).casefold() in _NONE:
        return ()
    return tuple(_window(span) for span in filter(None, _BETWEEN_HOURS.split(_narrow(text))))


def _window(span: str) -> Window:
    walls = _HOURS.fullmatch(span)
    try:
        if walls:
            start, end = (
                time.fromisoformat(wall.zfill(5).replace("24:00", "00:00")) for wall in walls.groups()
            )
            return Window(start=start, end=end)
    except ValueError:
        pass
    raise BadCell(N_("expected hours such as 22:00-06:00 12:30-14:00, or none, got {got}"))


def yes(text: str) -> bool:
    """Yes or no, in either language."""
    word = _narrow(text).casefold()
    if word not in _YES | _NO:
        raise BadCell(N_("expected yes or no, got {got}"))
    return word in _YES


def _narrow(text: str) -> str:
    """Full-width digits and signs as the narrow ones that they stand for."""
    return unicodedata.normalize("NFKC", text).strip()
