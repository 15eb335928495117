"""From slots to plan documents: what each place must hold for the days ahead. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType

from devices.documents import Alert, Cue, Plan, PlanItem
from schedules.notices import InterruptionPolicy
from schedules.places import Place
from schedules.precedence import Precedence
from schedules.slots import Slot, Span

Spans = Mapping[tuple[str, Place, date], tuple[Span, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Programme:
    """What a slot's notice version sounds like: the part of a plan item that does not depend on the day."""

    recording: str
    duration_ms: int
    precedence: Precedence
    policy: InterruptionPolicy
    volume: int | None
    gap_s: int
    fixed: bool  # planned at fixed times: never re-spread


ItemKey = tuple[str, str, int]  # order, notice, version


Slim = Mapping[str, str]  # recording → the same at a low rate
Staged = Mapping[Place, tuple[tuple[ItemKey, Programme], ...]]


def plan_documents(
    slots: Iterable[Slot],
    spans: Spans,
    programmes: Mapping[ItemKey, Programme],
    staged: Staged = MappingProxyType({}),
) -> dict[Place, Plan]:
    """The plan of each place that has slots or `staged` audio, which is held without a cue for an emergency to come.

    Slots whose notice has no programme (no recording yet) are left out.
    """
    by_place: dict[Place, list[Slot]] = defaultdict(list)
    for slot in slots:
        if (slot.order, slot.notice, slot.version) in programmes:
            by_place[slot.place].append(slot)
    return {
        place: _plan(place, by_place.get(place, []), spans, programmes, staged.get(place, ()))
        for place in sorted(by_place.keys() | staged.keys())
    }


def slimmed(plan: Plan, slim: Slim) -> Plan:
    """The same that names low-rate recordings too, for endpoints on slow lines."""
    return replace(plan, items=tuple(replace(item, low_rate=slim.get(item.recording)) for item in plan.items))


def slimmed_alert(alert: Alert, slim: Slim) -> Alert:
    """The same that names the low-rate recording too, where there is one."""
    return replace(alert, low_rate=slim.get(alert.recording or ""))


def _plan(
    place: Place,
    slots: list[Slot],
    spans: Spans,
    programmes: Mapping[ItemKey, Programme],
    staged: Iterable[tuple[ItemKey, Programme]],
) -> Plan:
    slots.sort(key=lambda slot: (slot.planned, slot.id))
    keys = list(dict.fromkeys((s.order, s.notice, s.version) for s in slots))
    index = {key: number for number, key in enumerate(keys)}
    days = sorted({slot.day for slot in slots})
    cued = (
        _item(key, programmes[key], [span for day in days for span in spans.get((key[0], place, day), ())])
        for key in keys
    )
    return Plan(
        items=(*cued, *(_item(key, programme, []) for key, programme in staged)),
        cues=tuple(_cue(slot, index, programmes) for slot in slots),
    )


def _cue(slot: Slot, index: Mapping[ItemKey, int], programmes: Mapping[ItemKey, Programme]) -> Cue:
    key = slot.order, slot.notice, slot.version
    return Cue(
        slot=slot.id,
        item=index[key],
        earliest=slot.earliest,
        planned=slot.planned,
        latest=slot.latest,
        fixed=programmes[key].fixed,
    )


def _item(key: ItemKey, programme: Programme, spans: list[Span]) -> PlanItem:
    order, notice, version = key
    return PlanItem(
        order=order,
        notice=notice,
        version=version,
        recording=programme.recording,
        duration_ms=programme.duration_ms,
        precedence=programme.precedence,
        policy=programme.policy,
        volume=programme.volume,
        gap_s=programme.gap_s,
        spans=tuple(spans),
    )
