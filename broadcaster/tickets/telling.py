"""Telling: who is told of a line of a ticket's history, and when. Pure.

The end of a ticket is told to those who were told of its begin, and to nobody else; while a ticket flaps only what
escalates is told. In quiet hours only what cannot wait is; several lines for one person become one message in two minutes.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from broadcaster.repairs.causes import Owner, Priority
from broadcaster.tickets.parts import Part
from broadcaster.tickets.states import TicketStep
from broadcaster.tickets.ticket import Entry, Ticket
from broadcaster.tickets.timers import Level
from schedules.places import Place, covers

BUNDLE = timedelta(minutes=2)
Span = tuple[time, time]


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who may be told."""

    name: str
    place: str
    part: Part
    crew: str = ""
    quiet: tuple[Span, ...] = ()
    on_duty: bool = False


_NEWS = frozenset({TicketStep.RIPEN, TicketStep.REOPEN})
ENDS = frozenset({TicketStep.PROVEN, TicketStep.OVERRIDE, TicketStep.MERGE})
_OWNERS: dict[Owner, frozenset[Part]] = {
    Owner.TOWN: frozenset({Part.LEAD}),
    Owner.STATION: frozenset({Part.STATION}),
    Owner.POWER_COMPANY: frozenset({Part.POWER_COMPANY, Part.LEAD, Part.STATION}),
    Owner.OPERATOR: frozenset({Part.OPERATOR, Part.STATION}),
}
_STEPS: dict[TicketStep, frozenset[Part]] = {
    TicketStep.ASSIGN: frozenset({Part.CREW}),
    TicketStep.ASK_HELP: frozenset({Part.STATION}),
    TicketStep.ANSWER: frozenset({Part.LEAD, Part.CREW}),
    TicketStep.TAKE_OVER: frozenset({Part.LEAD}),
    TicketStep.GIVE_BACK: frozenset({Part.LEAD}),
    TicketStep.HAND_BACK: frozenset({Part.LEAD}),
    TicketStep.CONTRADICTED: frozenset({Part.LEAD, Part.CREW}),
}
_LEVELS: dict[int, frozenset[Part]] = {
    Level.REMINDER: frozenset({Part.CREW}),
    Level.TOWN_LEAD: frozenset({Part.LEAD}),
    Level.STATION: frozenset({Part.STATION}),
    Level.LEADERS: frozenset({Part.LEADER}),
}
_NOBODY_AWAY: Mapping[str, str] = {}


def is_told(entry: Entry, ticket: Ticket) -> bool:
    """Whether anybody hears of it at all."""
    return not ticket.flapping or entry.step is TicketStep.ESCALATE


def audience(
    entry: Entry,
    ticket: Ticket,
    people: Iterable[Person],
    knew: Collection[str],
    stead: Mapping[str, str] = _NOBODY_AWAY,
) -> tuple[str, ...]:
    """The names of those who are told; `knew` are those who were told of this ticket before.

    `stead`: crew that is away → the one that is told in its stead, or "" for the county's station.
    """
    if not is_told(entry, ticket):
        return ()
    if entry.step in ENDS:
        return tuple(sorted(knew))
    crew = stead.get(ticket.crew, ticket.crew)
    parts = _parts(entry, ticket)
    if ticket.crew and not crew and Part.CREW in parts:
        parts |= {Part.STATION}
    fitting = [person for person in people if person.part in parts and _concerns(person, ticket, crew)]
    return tuple(sorted({person.name for person in _on_duty(fitting)} - {entry.who}))


def told_at(person: Person, ticket: Ticket, last: datetime | None, now: datetime, zone: ZoneInfo) -> datetime:
    """When a new message may go out: two minutes after the one before, and not in quiet hours unless it cannot wait."""
    at = now if last is None else max(now, last + BUNDLE)
    return at if ticket.priority is Priority.P1 else after_quiet(at, person.quiet, zone)


def after_quiet(at: datetime, quiet: Iterable[Span], zone: ZoneInfo) -> datetime:
    """`at`, or the end of the quiet hours in which it lies."""
    local = at.astimezone(zone)
    for begin, end in quiet:
        is_over_midnight = end <= begin
        clock = local.time()
        if begin <= clock < end or (is_over_midnight and (clock >= begin or clock < end)):
            day = local.date() + timedelta(days=1 if is_over_midnight and clock >= begin else 0)
            return datetime.combine(day, end, zone).astimezone(UTC)
    return at


def _parts(entry: Entry, ticket: Ticket) -> frozenset[Part]:
    if entry.step in _NEWS:
        return _OWNERS[ticket.owner]
    if entry.step is TicketStep.ESCALATE:
        parts = _LEVELS[int(entry.facts["level"])]
        return _OWNERS[ticket.owner] if parts == {Part.CREW} and not ticket.crew else parts
    return _STEPS.get(entry.step, frozenset())


def _concerns(person: Person, ticket: Ticket, crew: str) -> bool:
    if person.part is Part.CREW:
        return bool(crew) and person.crew == crew
    if not ticket.place:
        return True
    here, there = Place(person.place), Place(ticket.place)
    return covers(here, there) or covers(there, here)


def _on_duty(people: list[Person]) -> list[Person]:
    """Where anybody of a part and place is on duty, only those."""
    served = {(person.part, person.place) for person in people if person.on_duty}
    return [p for p in people if p.on_duty or (p.part, p.place) not in served]
