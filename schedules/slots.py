"""Slots and absences: each ordered play with its times, or the reason why there is none."""

import hashlib
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NewType

from schedules.places import Place

SlotId = NewType("SlotId", str)  # 32 hex digits


def slot_id(
    *, order: str, notice: str, version: int, place: Place, day: date, ordinal: int, repeat: int = 0
) -> SlotId:
    """A slot's name for ever: planning again never renames a slot that already sounded.

    `repeat` counts from 0 how often the order's block had the same notice before this item.
    """
    named = f"{order}\n{notice}\n{version}\n{place}\n{day.isoformat()}\n{ordinal}"
    if repeat:
        named += f"\n{repeat}"
    return SlotId(hashlib.sha256(named.encode()).hexdigest()[:32])


class PlannedBecause(StrEnum):
    """Why a slot stands where it stands."""

    FIXED_TIME = "fixed_time"
    SPREAD = "spread"  # at its even share of the windows
    MOVED_ASIDE = "moved_aside"  # near its even share, which others occupy
    PACKED = "packed"  # as early as the gap allows, otherwise not all plays fit
    KEPT = "kept"  # it stood there before, and nothing forbids it now that its windows are others


class AbsentBecause(StrEnum):
    """Why an ordered play has no slot."""

    QUIET_HOURS = "quiet_hours"
    TOO_LONG = "too_long"
    MINIMUM_GAP = "minimum_gap"
    NO_ROOM = "no_room"
    BUDGET = "budget"
    CONFLICT = "conflict"
    DAY_BEGUN = "day_begun"
    OUTSIDE_VALIDITY = "outside_validity"
    NO_ENDPOINT = "no_endpoint"


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A span of true time [start, end), aware UTC."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or self.end.tzinfo is None or self.start >= self.end:
            raise ValueError(f"a span needs aware start < end, got {self.start} … {self.end}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """One ordered play of one notice in one place. Sounds inside [earliest, latest): it must *end* by `latest`."""

    id: SlotId
    order: str
    notice: str
    version: int
    place: Place
    day: date
    ordinal: int  # which of the N plays, from 0
    item: int  # position in the order's block, from 0
    earliest: datetime
    planned: datetime
    latest: datetime
    duration_ms: int
    because: PlannedBecause

    @property
    def planned_end(self) -> datetime:
        """When it ends if it starts as planned."""
        return self.planned + timedelta(milliseconds=self.duration_ms)


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """An ordered play without a slot, and why; `others` are the orders that stand in the way."""

    order: str
    notice: str
    version: int
    place: Place
    day: date
    ordinal: int
    because: AbsentBecause
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """Two fixed times that want the same endpoints at the same time, with the nearest free start as a proposal."""

    order: str
    other: str
    place: Place
    at: datetime
    proposed: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DayPlan:
    """The whole plan of one day: every ordered play is either a slot or an absence."""

    day: date
    slots: tuple[Slot, ...] = ()
    absences: tuple[Absence, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    spans: dict[tuple[str, Place], tuple[Span, ...]] = field(default_factory=dict)
    """Per (order, place): where its plays may sound that day, windows less quiet hours, for make-up."""

    def remembering(self, before: "DayPlan") -> "DayPlan":
        """The same, told by who knows what was planned before: a play that had no place while it could still have
        sounded is absent for that reason, and not because its time has passed since."""
        why = {_play(absence): absence for absence in before.absences}
        return replace(
            self,
            absences=tuple(
                why.get(_play(absence), absence) if absence.because is AbsentBecause.DAY_BEGUN else absence
                for absence in self.absences
            ),
        )


def _play(absence: Absence) -> tuple[str, int, Place, int]:
    return absence.order, absence.version, absence.place, absence.ordinal
