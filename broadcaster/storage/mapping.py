"""Between rows and domain values. Rows are not validated by the ORM; the values are, when they are built here."""

from collections.abc import Iterable, Mapping
from datetime import datetime, time
from operator import attrgetter
from typing import Any

import msgspec

from broadcaster.storage.tables import AbsenceRow, NoticeRow, PlayedRow, SlotRow
from schedules.notices import Notice
from schedules.places import Place
from schedules.records import AsPlayed
from schedules.rules import LoopRule, Window
from schedules.slots import Absence, Slot, SlotId, Span

_PLAYED = AsPlayed.__struct_fields__
_SLOT = Slot.__dataclass_fields__.keys() - {"order"}
_ABSENCE = Absence.__dataclass_fields__.keys() - {"order"}
_NOTICE = Notice.__dataclass_fields__.keys() - {"recording", "duration_ms", "targets"}


def rule_json(rule: LoopRule) -> dict[str, Any]:
    """A loop rule as JSON values; equal rules are equal text."""
    members: dict[str, Any] = msgspec.to_builtins(rule, order="deterministic")
    return members


def rule_of(members: Mapping[str, Any]) -> LoopRule:
    """The loop rule of JSON values; ValueError names the member that does not fit."""
    return msgspec.convert(members, LoopRule)


def notice_of(row: NoticeRow, recording: str | None, duration_ms: int) -> Notice:
    """The notice of a row, with the recording that its asset has in the profile in question."""
    members = {name: getattr(row, name) for name in _NOTICE}
    targets = tuple(Place(target) for target in row.targets)
    return Notice(**members, targets=targets, recording=recording, duration_ms=duration_ms)


def slot_row(slot: Slot) -> dict[str, object]:
    """A slot as the columns of its row; it is in the plan (again)."""
    return {name: getattr(slot, name) for name in _SLOT} | {"order_id": slot.order, "withdrawn_at": None}


def slot_of(row: SlotRow) -> Slot:
    """The slot of a row."""
    members = {name: getattr(row, name) for name in _SLOT}
    members["id"], members["place"] = SlotId(row.id), Place(row.place)
    return Slot(**members, order=row.order_id)


def absence_row(absence: Absence) -> dict[str, object]:
    """An absence as the columns of its row."""
    members = {name: getattr(absence, name) for name in _ABSENCE}
    return members | {"order_id": absence.order, "others": list(absence.others)}


def absence_of(row: AbsenceRow) -> Absence:
    """The absence of a row."""
    members = {name: getattr(row, name) for name in _ABSENCE}
    members["place"], members["others"] = Place(row.place), tuple(row.others)
    return Absence(**members, order=row.order_id)


def spans_json(spans: Iterable[Span]) -> list[list[str]]:
    """Spans as pairs of ISO instants."""
    return [[span.start.isoformat(), span.end.isoformat()] for span in spans]


def spans_of(pairs: Iterable[Iterable[str]]) -> tuple[Span, ...]:
    """The spans of pairs of ISO instants."""
    moments = (map(datetime.fromisoformat, pair) for pair in pairs)
    return tuple(Span(start=start, end=end) for start, end in moments)


def windows_of(pairs: Iterable[Iterable[str]] | None) -> tuple[Window, ...] | None:
    """Quiet hours as a row has them, ["22:00", "06:00"] pairs; None where the wider area's hold."""
    if pairs is None:
        return None
    times = (map(time.fromisoformat, pair) for pair in pairs)
    return tuple(Window(start=start, end=end) for start, end in times)


PLAYED_COLUMNS = ("endpoint", "chain", "received_at", *_PLAYED)
_played = attrgetter(*_PLAYED)


def played_values(endpoint: str, chain: str, record: AsPlayed, received_at: datetime) -> tuple[object, ...]:
    """An as-played record as the values of PLAYED_COLUMNS."""
    return (endpoint, chain, received_at, *_played(record))


def played_of(row: PlayedRow) -> AsPlayed:
    """The as-played record of a row."""
    return AsPlayed(**{name: getattr(row, name) for name in _PLAYED})
