"""The sample county 临水县, which exists only here: its lists, and notices to try everything with."""

import re
import tomllib
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from broadcaster.registry.cells import hours
from schedules.notices import NoticeKind
from schedules.precedence import Severity
from schedules.rules import LoopRule, Window

SAMPLE = Path(__file__).parent.parent / "sample"
AREAS = SAMPLE / "areas.csv"
ENDPOINTS = SAMPLE / "endpoints.csv"
_QUIET = "22:00-06:00 12:30-14:00"  # as the list of areas has it
QUIET_HOURS = hours(_QUIET)
LINE = "竹溪线"
WIRED = "341523102201"  # the village at the end of the valley, which can hang on that serial line


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleNotice:
    """A notice as somebody would draft it; `cancel` is what ends an emergency, which has no `rule`."""

    id: str
    kind: NoticeKind
    title: str
    text: str
    cancel: str | None = None
    severity: Severity = Severity.UNKNOWN
    series: str | None = None
    issue: int | None = None
    rule: LoopRule | None = None


def areas(quiet_hours: tuple[Window, ...]) -> bytes:
    """The list of areas, with these quiet hours for the county."""
    text = " ".join(f"{window.start:%H:%M}-{window.end:%H:%M}" for window in quiet_hours)
    return AREAS.read_bytes().replace(_QUIET.encode(), text.encode(), 1)


def endpoints(*, wired: bool) -> bytes:
    """The list of endpoints; `wired`: those of one village are on a line, at the addresses 1, 2 …"""
    text, addresses = ENDPOINTS.read_text("utf-8"), count(1)
    if wired:
        text = re.sub(f"(,{WIRED},.*),mqtt,", lambda row: f"{row[1]},serial:{LINE}:{next(addresses)},", text)
    return text.encode()


def notices() -> tuple[SampleNotice, ...]:
    """An open letter, a proposal, an announcement, and an emergency."""
    index = tomllib.loads((SAMPLE / "notices.toml").read_text("utf-8"))
    return tuple(_notice(entry) for entry in index["notice"])


def _notice(entry: dict[str, Any]) -> SampleNotice:
    return SampleNotice(
        id=entry["id"],
        kind=NoticeKind(entry["kind"]),
        title=entry["title"],
        text=_text(entry["text"]),
        cancel=_text(entry["cancel"]) if "cancel" in entry else None,
        severity=Severity(entry.get("severity", Severity.UNKNOWN)),
        series=entry.get("series"),
        issue=entry.get("issue"),
        rule=_rule(entry) if "plays" in entry else None,
    )


def _rule(entry: dict[str, Any]) -> LoopRule:
    return LoopRule(
        plays=entry["plays"],
        windows=hours(" ".join(entry["windows"])),
        minimum_gap_s=entry["gap_min"] * 60,
    )


def _text(file: str) -> str:
    return (SAMPLE / file).read_text("utf-8")
