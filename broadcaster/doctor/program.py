"""What the program runs on: Python, SQLite, zone data, and the terminal."""

import os
import shutil
import sqlite3
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from broadcaster.config import Settings
from broadcaster.doctor.finding import Finding, Level
from broadcaster.language import N_

_OLDEST_PYTHON = (3, 11)
_OLDEST_SQLITE = (3, 35)  # RETURNING
_BEIJING = timedelta(hours=8)
_NARROWEST = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgramFacts:
    """Versions."""

    python: tuple[int, ...]
    sqlite: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneFacts:
    """The county's zone and how far it is from UTC now."""

    name: str
    offset: timedelta | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TerminalFacts:
    """`columns` None where the output is no terminal; `kind` as in TERM."""

    encoding: str
    columns: int | None
    kind: str


def measure_program(settings: Settings) -> ProgramFacts:
    """What runs now."""
    return ProgramFacts(python=sys.version_info[:3], sqlite=sqlite3.sqlite_version_info)


def measure_zone(settings: Settings) -> ZoneFacts:
    """The zone's offset as the installed data have it."""
    return ZoneFacts(
        name=settings.county.zone, offset=datetime.now(UTC).astimezone(settings.zone).utcoffset()
    )


def measure_terminal(settings: Settings) -> TerminalFacts:
    """Where this is printed."""
    columns = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    return TerminalFacts(encoding=sys.stdout.encoding, columns=columns, kind=os.environ.get("TERM", ""))


def judge_program(program: ProgramFacts) -> Finding:
    """New enough."""
    facts = {"python": _dotted(program.python), "sqlite": _dotted(program.sqlite)}
    says = N_("Python {python}, SQLite {sqlite}.")
    if program.python < _OLDEST_PYTHON or program.sqlite < _OLDEST_SQLITE:
        do = N_("Install Python 3.11 and SQLite 3.35 or newer, such as Debian 12 has.")
        return Finding(check="program", level=Level.FAIL, says=says, do=do, facts=facts)
    return Finding(check="program", level=Level.OK, says=says, facts=facts)


def judge_zone(zone: ZoneFacts) -> Finding:
    """China has one time for all."""
    hours = zone.offset.total_seconds() / 3600 if zone.offset is not None else 0
    facts = {"zone": zone.name, "hours": hours}
    says = N_("The county lives in {zone}, {hours:+g} h from UTC.")
    if zone.offset != _BEIJING:
        do = N_("If that is not meant: set county.zone to Asia/Shanghai.")
        return Finding(check="zone", level=Level.WARN, says=says, do=do, facts=facts)
    return Finding(check="zone", level=Level.OK, says=says, facts=facts)


def judge_terminal(terminal: TerminalFacts) -> Finding:
    """Can show Chinese."""
    facts = {"encoding": terminal.encoding, "columns": terminal.columns}
    level, says, do = Level.OK, N_("The terminal shows Chinese."), ""
    if terminal.encoding.lower().replace("-", "") != "utf8":
        level, says = Level.WARN, N_("The output is in {encoding}, which may lack Chinese characters.")
        do = N_("Set LANG=zh_CN.UTF-8 or C.UTF-8.")
    elif terminal.columns is None:
        says = N_("The output is no terminal.")
    elif terminal.kind == "linux":
        level, says = Level.WARN, N_("The machine's text console cannot show Chinese characters.")
        do = N_("Work over SSH, or in a terminal window.")
    elif terminal.columns < _NARROWEST:
        level, says = Level.WARN, N_("The terminal is only {columns} columns wide; 80 are needed.")
        do = N_("Make its window wider.")
    return Finding(check="terminal", level=level, says=says, do=do, facts=facts)


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))
