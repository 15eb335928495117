"""Cues held: what the plans order of this endpoint, less quiet hours and what lies after a plan's lease.

A cue is *off* while it must not be started: settled for good, or taken by the output at this moment. What becomes of
owed plays is the agenda's to say; what has not sounded by its latest lapses here, with the reason.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import chain

from msgspec import Struct
from msgspec.structs import replace

from devices.documents import Cue as OrderedCue
from devices.documents import Header, Plan, PlanItem
from devices.endpoint.settings import QuietHours
from devices.endpoint.store import SlotMark
from schedules.agenda import ON_TIME, Cue, Play, agenda, in_turn, next_play
from schedules.misses import Hindrance, why_missed
from schedules.precedence import BroadcastClass
from schedules.records import MissedBecause
from schedules.slots import SlotId, Span
from schedules.windows import clipped, less

REMEMBERED = timedelta(days=7)  # after its latest; longer while a held plan names the slot


class HeldCue(Struct, frozen=True, kw_only=True, gc=False):
    """A cue as the plan orders it, and what of it may sound here (None: nothing)."""

    cue: Cue
    allowed: Cue | None
    lease: datetime
    hushed: tuple[Span, ...] = ()  # what quiet hours took


def held_cues(header: Header, plan: Plan, quiet: QuietHours) -> Iterator[HeldCue]:
    """The cues of one plan document."""
    rooms = [_room(item.spans, item, header.expires, quiet) for item in plan.items]
    for ordered in plan.cues:
        item = plan.items[ordered.item]
        spans, room = item.spans, rooms[ordered.item]
        if not spans:
            spans = (Span(start=ordered.earliest, end=ordered.latest),)
            room = _room(spans, item, header.expires, quiet)
        cue = _cue(ordered, item)
        allowed: Cue | None = cue
        if room.spans != spans:
            allowed = replace(cue, spans=room.spans) if room.spans else None
        yield HeldCue(cue=cue, allowed=allowed, lease=header.expires, hushed=room.hushed)


class Reader:
    """Reads each plan once for as long as it is held and quiet hours stay what they are: most changes concern one."""

    def __init__(self) -> None:
        self._quiet: QuietHours | None = None
        self._read: dict[Header, tuple[HeldCue, ...]] = {}

    def read(self, plans: Iterable[tuple[Header, Plan]], quiet: QuietHours) -> tuple[HeldCue, ...]:
        """The cues of all plans that are held now, in their order."""
        before = self._read if quiet == self._quiet else {}
        self._quiet = quiet
        self._read = {
            header: before[header] if header in before else tuple(held_cues(header, plan, quiet))
            for header, plan in plans
        }
        return tuple(chain.from_iterable(self._read.values()))


class Cues:
    """`marks`: what earlier boots know of slots."""

    def __init__(self, marks: Iterable[SlotMark]) -> None:
        self._marks = {mark.slot: mark for mark in marks}
        self._done = {mark.slot for mark in self._marks.values() if mark.settled}
        self._off = set(map(SlotId, self._done))
        self._last_ended: dict[str, datetime] = {}
        for mark in self._marks.values():
            self._note_end(mark)
        self._held: dict[str, HeldCue] = {}
        self._since = datetime.min.replace(tzinfo=UTC)
        self._lapses: list[tuple[datetime, str]] = []  # the next one last
        self._staged: Collection[str] = frozenset()
        self._in_turn: tuple[Cue, ...] = ()
        self._promised: dict[SlotId, datetime] = {}
        self._next: Play | None = None
        self._known = self._taken = False  # whether `_next` still holds, and for an output that was taken

    def holds(self, slot: str) -> bool:
        """Whether a plan still orders the slot."""
        return slot in self._held

    @property
    def recordings(self) -> dict[str, datetime]:
        """What is still needed, each with the earliest planned time."""
        needs: dict[str, datetime] = {}
        for cue in self._owing():
            needs[cue.recording] = min(cue.planned, needs.get(cue.recording, cue.planned))
        return needs

    @property
    def next_lapse(self) -> datetime | None:
        """When the next cue lapses if it has not been settled by then."""
        while self._lapses and self._settled(self._lapses[-1][1]):
            self._lapses.pop()
        return self._lapses[-1][0] if self._lapses else None

    def replace(self, held: Iterable[HeldCue], since: datetime) -> None:
        """Take what the plans say now. What a plan issued at `since` names no more because its time was over stays
        until it has lapsed; the rest is withdrawn."""
        before, self._held = self._held, {h.cue.slot: h for h in held}
        self._since = max(self._since, since)
        for slot in before.keys() - self._held.keys():
            if before[slot].cue.latest <= self._since and not self._settled(slot):
                self._held[slot] = replace(before[slot], allowed=None)
        self._lapses = [(h.cue.latest, s) for s, h in self._held.items() if not self._settled(s)]
        self._lapses.sort(reverse=True)
        self._rebuild()

    def stage(self, recordings: Collection[str]) -> None:
        """Only cues whose recording is here can sound."""
        self._staged = recordings
        self._rebuild()

    def next(self, now: datetime, *, taken: bool) -> Play | None:
        """What sounds next, and when. Only by a trusted clock.

        While the output is `taken`, owed plays are not thought of: when it is free again, their gaps are known.
        """
        if not self._known or taken != self._taken or (self._next and now - self._next.when > ON_TIME):
            self._next, self._known, self._taken = self._reckoned(now, taken=taken), True, taken
        return self._next

    def reconsider(self) -> None:
        """The clock was stepped, or the output is free again: what was reckoned no longer holds."""
        self._known = False

    def take(self, slot: str) -> None:
        """The output has it: it waits, sounds or pauses."""
        self._off.add(SlotId(slot))
        self._known = False

    def release(self, slot: str) -> None:
        """The output gave it back unheard, or heard in part: it is owed, unless it is settled."""
        if not self._settled(slot):
            self._off.discard(SlotId(slot))
            self._known = False

    def settle(
        self, slot: str, notice: str, now: datetime, ended: datetime | None, *, for_good: bool
    ) -> SlotMark:
        """What an attempt leaves behind, to be stored with its record."""
        held = self._held.get(slot)
        over = max(held.cue.latest, now) if held is not None else now
        if ended is not None:
            ended = ended.replace(microsecond=ended.microsecond // 1000 * 1000)  # as the store keeps it
        mark = SlotMark(slot=slot, notice=notice, settled=for_good, ended=ended, forget=over + REMEMBERED)
        self._marks[slot] = mark
        self._note_end(mark)
        (self._done.add if for_good else self._done.discard)(slot)
        if for_good:
            self._off.add(SlotId(slot))
            self._known = False
        else:
            self._rebuild()
        return mark

    def lapsed(
        self, now: datetime, hindrances: Iterable[Hindrance]
    ) -> Iterator[tuple[HeldCue, MissedBecause | None]]:
        """Cues whose latest has passed unsettled, with the reason; None for one that has a record already."""
        known = tuple(hindrances)
        while (latest := self.next_lapse) is not None and latest <= now:
            held = self._held[self._lapses.pop()[1]]
            attempted = held.cue.slot in self._marks
            own = (*known, *_own_hindrances(held, now, staged=held.cue.recording in self._staged))
            yield held, None if attempted else why_missed(held.cue.planned, held.cue.latest, own)

    def forgettable(self, now: datetime) -> tuple[str, ...]:
        """Marks of slots that are long past and that no held plan names; they are forgotten here."""
        old = tuple(s for s, mark in self._marks.items() if mark.forget < now and s not in self._held)
        for slot in old:
            del self._marks[slot]
            self._done.discard(slot)
            self._off.discard(SlotId(slot))
        return old

    def _settled(self, slot: str) -> bool:
        return slot in self._done

    def _owing(self) -> Iterator[Cue]:
        done = self._done
        return (h.allowed for s, h in self._held.items() if h.allowed is not None and s not in done)

    def _rebuild(self) -> None:
        self._in_turn = in_turn(self._as_owed(cue) for cue in self._owing() if cue.recording in self._staged)
        self._known = False

    def _as_owed(self, cue: Cue) -> Cue:
        """What has been attempted is owed at once, so that it keeps its gap to the attempt."""
        if cue.slot not in self._marks:
            return cue
        return replace(cue, planned=cue.planned - ON_TIME - timedelta(seconds=1))

    def _note_end(self, mark: SlotMark) -> None:
        if mark.ended is not None:
            before = self._last_ended.get(mark.notice, mark.ended)
            self._last_ended[mark.notice] = max(before, mark.ended)

    def _reckoned(self, now: datetime, *, taken: bool) -> Play | None:
        settled, ended, promised = self._off, self._last_ended, self._promised
        play = next_play(now, self._in_turn, settled=settled, last_ended=ended, promised=promised)
        if play is None or not play.made_up or play.cue.fixed:
            return play
        if play.cue.slot in promised and not taken:
            return play
        whole = agenda(now, self._in_turn, settled=settled, last_ended=ended, promised=promised)
        if taken:
            return next((play for play in whole.plays if not play.made_up or play.cue.fixed), None)
        self._promised = whole.promised
        return whole.plays[0]


@dataclass(frozen=True, slots=True)
class _Room:
    """What of an item's spans may sound, and what quiet hours took of them."""

    spans: tuple[Span, ...]
    hushed: tuple[Span, ...] = ()


def _room(spans: tuple[Span, ...], item: PlanItem, lease: datetime, quiet: QuietHours) -> _Room:
    """What of `spans` is neither quiet, unless the item is an emergency, nor after the lease."""
    leased = clipped(spans, spans[0].start, lease) if spans and spans[-1].end > lease else spans
    if item.precedence.klass is BroadcastClass.EMERGENCY or not leased:
        return _Room(leased)
    hush = quiet.between(leased[0].start, leased[-1].end)
    rest = less(leased, hush)
    if rest == leased:
        return _Room(leased)
    return _Room(rest, tuple(taken for span in leased for taken in clipped(hush, span.start, span.end)))


def staged_only(plan: Plan) -> tuple[str, ...]:
    """Recordings of emergencies and drills without a cue: they wait here until an alert calls for them."""
    cued = {cue.item for cue in plan.cues}
    return tuple(
        item.recording
        for number, item in enumerate(plan.items)
        if number not in cued and item.precedence.klass is not BroadcastClass.DAILY
    )


def _cue(ordered: OrderedCue, item: PlanItem) -> Cue:
    return Cue(
        slot=SlotId(ordered.slot),
        order=item.order,
        notice=item.notice,
        version=item.version,
        recording=item.recording,
        duration_ms=item.duration_ms,
        earliest=ordered.earliest,
        planned=ordered.planned,
        latest=ordered.latest,
        gap_s=item.gap_s,
        spans=item.spans,
        precedence=item.precedence,
        policy=item.policy,
        volume=item.volume,
        fixed=ordered.fixed,
    )


def _own_hindrances(held: HeldCue, now: datetime, *, staged: bool) -> Iterator[Hindrance]:
    """What stood in the way of one cue only."""
    for span in held.hushed:
        yield Hindrance(span=span, because=MissedBecause.QUIET_HOURS)
    if held.lease < now:
        yield Hindrance(span=Span(start=held.lease, end=now), because=MissedBecause.NO_LINK)
    if not staged and held.cue.planned < now:
        yield Hindrance(span=Span(start=held.cue.planned, end=now), because=MissedBecause.NO_RECORDING)
