"""Packing: a plan in few bytes, for slow lines.

Every span of time stands once in a table, sorted, each as its start from the start of the one before and its
length; items and cues name spans by their place in it, and a cue's planned time counts from its earliest. Times
are in seconds, or in milliseconds where one of them is not a whole second, from the whole second at or before the
issue time.
"""

import reprlib
from datetime import datetime
from typing import Any

from devices.documents import Cue, Plan, PlanItem
from devices.epoch import from_ms, to_ms
from devices.shapes import (
    MOST,
    NAME,
    TIME,
    Shape,
    Sort,
    array,
    at,
    checked,
    hexadecimal,
    many,
    mapping,
    number_of,
    one_of,
    pair,
    whole,
)
from schedules.notices import InterruptionPolicy
from schedules.places import Level
from schedules.precedence import BroadcastClass, Precedence, Severity
from schedules.slots import Span

# Alerts and the items of plans share these keys.
RANK: dict[str, tuple[int, Sort]] = {
    "id": (1, NAME),
    "klass": (2, one_of(BroadcastClass.EMERGENCY, BroadcastClass.DRILL, BroadcastClass.DAILY)),
    "level": (3, number_of(Level)),
    "severity": (4, number_of(Severity)),
    "sent": (5, TIME),
}
_POLICIES = (
    InterruptionPolicy.RESTART,
    InterruptionPolicy.RESUME,
    InterruptionPolicy.JOIN,
    InterruptionPolicy.DROP,
)
SOUND: dict[str, tuple[int, Sort]] = {
    "notice": (6, NAME),
    "version": (7, whole()),
    "recording": (8, hexadecimal(32)),
    "duration_ms": (9, whole()),
    "volume": (10, whole(0, 100)),
    "policy": (11, one_of(*_POLICIES)),
    "low_rate": (21, hexadecimal(32)),
}
_PRECEDENCE = Shape(Precedence, RANK)
_ITEM = Shape(PlanItem, {**SOUND, "order": (12, NAME), "gap_s": (13, whole())}, nullable=("volume",))
_ITEM_SPANS = 14
_TABLE = many(pair(whole(-MOST), whole(1)))
_SLOT = hexadecimal(16)
_SECOND = 1000  # ms


def pack(plan: Plan, issued: int) -> dict[int, Any]:
    """The map of `plan`, the keys of all maps in order; ValueError says what it cannot hold."""
    spans = {span for item in plan.items for span in item.spans}
    spans |= {_whole_span(cue) for cue in plan.cues}
    whens = {cue.planned for cue in plan.cues} | {when for span in spans for when in (span.start, span.end)}
    unit = 1 if any(to_ms(when) % _SECOND for when in whens) else _SECOND
    times = _Times(issued, unit, sorted(spans, key=lambda span: (span.start, span.end)))
    members = {
        1: times.put_table(),
        2: [at(f"item {n}", times.put_item, item, issued) for n, item in enumerate(plan.items)],
        3: [at(f"cue {n}", times.put_cue, cue, len(plan.items)) for n, cue in enumerate(plan.cues)],
        4: unit,
    }
    return {key: value for key, value in members.items() if value not in ([], _SECOND)}


def unpack(raw: Any, issued: int) -> Plan:
    """The plan of a map; ValueError says what is wrong with it."""
    members = mapping(raw)
    unit = members.get(4, _SECOND)
    if unit not in (1, _SECOND):
        raise ValueError(f"unit: expected 1 or {_SECOND} ms, got {reprlib.repr(unit)}")
    times = _Times(issued, unit, [])
    times.take_table(members.get(1, []))
    items = array(members.get(2, []))
    cues = array(members.get(3, []))
    return Plan(
        items=tuple(at(f"item {n}", times.take_item, item, issued) for n, item in enumerate(items)),
        cues=tuple(at(f"cue {n}", times.take_cue, cue, len(items)) for n, cue in enumerate(cues)),
    )


def _whole_span(cue: Cue) -> Span:
    return Span(start=cue.earliest, end=cue.latest)


class _Times:
    """The table of a plan's spans, and how its times count: in units of `unit` ms."""

    def __init__(self, issued: int, unit: int, spans: list[Span]) -> None:
        self._base = issued - issued % _SECOND
        self._unit = unit
        self._spans = spans
        self._place = {span: place for place, span in enumerate(spans)}

    def _count(self, when: datetime) -> int:
        return (to_ms(when) - self._base) // self._unit

    def _moment(self, count: int) -> datetime:
        return from_ms(self._base + count * self._unit)

    def _span(self, place: Any) -> Span:
        return self._spans[checked(place, 0, len(self._spans) - 1)]

    def put_table(self) -> list[list[int]]:
        starts = [0, *(self._count(span.start) for span in self._spans)]
        ends = [self._count(span.end) for span in self._spans]
        return [
            [start - last, checked(end - start, 1, MOST)]
            for last, start, end in zip(starts, starts[1:], ends, strict=False)
        ]

    def take_table(self, raw: Any) -> None:
        start = 0
        for delay, length in _TABLE.take(raw, 0):
            start += delay
            self._spans.append(Span(start=self._moment(start), end=self._moment(start + length)))

    def put_item(self, item: PlanItem, issued: int) -> dict[int, Any]:
        places = [self._place[span] for span in item.spans]
        rank = _PRECEDENCE.put(item.precedence, issued)
        return dict(sorted((rank | _ITEM.put(item, issued) | {_ITEM_SPANS: places}).items()))

    def take_item(self, raw: Any, issued: int) -> PlanItem:
        return PlanItem(
            **_ITEM.members_of(raw, issued),
            precedence=_PRECEDENCE.take(raw, issued),
            spans=tuple(self._span(place) for place in array(raw.get(_ITEM_SPANS))),
        )

    def put_cue(self, cue: Cue, items: int) -> list[Any]:
        wait = checked(self._count(cue.planned) - self._count(cue.earliest), 0, MOST)
        place = self._place[_whole_span(cue)]
        fixed = [True] if cue.fixed else []
        return [_SLOT.put(cue.slot, 0), checked(cue.item, 0, items - 1), place, wait, *fixed]

    def take_cue(self, raw: Any, items: int) -> Cue:
        match raw:
            case [slot, item, place, wait] | [slot, item, place, wait, True]:
                within = self._span(place)
                planned = self._moment(self._count(within.start) + checked(wait, 0, MOST))
                return Cue(
                    slot=_SLOT.take(slot, 0),
                    item=checked(item, 0, items - 1),
                    earliest=within.start,
                    planned=planned,
                    latest=within.end,
                    fixed=len(raw) > 4,
                )
        raise ValueError(
            f"expected [slot, item, span, wait] or [slot, item, span, wait, true], got {reprlib.repr(raw)}"
        )
