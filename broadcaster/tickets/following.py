"""Following: how a ticket is begun by its incident and goes on as the incident does."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from broadcaster.language import N_
from broadcaster.repairs.incidents import Flag, Incident, Stage
from broadcaster.tickets.clocks import ServiceClock
from broadcaster.tickets.states import UNTOUCHED, TicketState, TicketStep
from broadcaster.tickets.terms import DEFAULT, Agreed
from broadcaster.tickets.ticket import DEVICE, REOPEN_WITHIN, Change, Ticket, verification

_WORKING = frozenset(
    {
        TicketState.ACCEPTED,
        TicketState.ON_SITE,
        TicketState.WAITING,
        TicketState.DONE_CLAIMED,
        TicketState.DISPUTED,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What an incident means on the ground: where it lies, whom it reaches, and the wall time of its instants."""

    place: str
    population: int
    wall: Callable[[float], datetime]
    agreed: Agreed = field(default_factory=dict)  # the operator's own service times


def begun(incident: Incident, ground: Ground, now: datetime) -> Change:
    """A ticket for an incident that is announced."""
    handling = incident.handling
    terms = ground.agreed.get(handling.priority, DEFAULT)
    opened = now
    ticket = Ticket(
        incidents=(incident.key,),
        cause=incident.cause,
        root=incident.root,
        place=ground.place,
        owner=handling.owner,
        priority=handling.priority,
        truck=handling.truck,
        members=len(incident.members),
        affected=len(incident.affected),
        population=ground.population,
        confidence=incident.confidence,
        onset=ground.wall(incident.onset),
        detected=ground.wall(incident.detected),
        opened=opened,
        clock=ServiceClock(contract_s=terms.contract_s(handling), begun=opened),
        terms=terms,
        reviewed=now,
        flapping=Flag.FLAPPING in incident.flags,
    )
    return Change(ticket=ticket).step(TicketStep.RIPEN, DEVICE, now, _OPENED)


def is_recurrence(ticket: Ticket, incident: Incident, now: datetime) -> bool:
    """Whether an incident opens this ticket again: the same failed within a day of its end."""
    same = (ticket.cause, ticket.root) == (incident.cause, incident.root)
    ended = ticket.closed_at
    return (
        same and ended is not None and ticket.state is not TicketState.MERGED and now - ended <= REOPEN_WITHIN
    )


def reopened(ticket: Ticket, incident: Incident, now: datetime) -> Change:
    """The ticket again, for the new incident; its clock runs on from where it stood."""
    return Change(ticket=ticket).step(
        TicketStep.REOPEN,
        DEVICE,
        now,
        _REOPENED,
        incidents=(*ticket.incidents, incident.key),
        members=len(incident.members),
        affected=len(incident.affected),
        clock=ticket.clock.restart(now),
        reopens=ticket.reopens + 1,
        closed_at=None,
        healthy_since=None,
        proves_at=None,
        override=None,
        done_by="",
        done_at=None,
        reviewed=now,
        flapping=Flag.FLAPPING in incident.flags,
    )


def relapsed(ticket: Ticket, incident: Incident, now: datetime) -> Change:
    """It was not over yet, and the same fails again."""
    change = _again(Change(ticket=ticket), now)
    return change.quietly(
        incidents=(*ticket.incidents, incident.key),
        members=len(incident.members),
        affected=len(incident.affected),
    )


def follow(ticket: Ticket, incident: Incident, now: datetime, agreed: Agreed | None = None) -> Change:
    """The ticket after its incident changed."""
    change = _described(Change(ticket=ticket), incident, now, agreed or {})
    if ticket.is_over:
        return change
    match incident.stage:
        case Stage.MERGED:
            return change.closed(TicketStep.MERGE, DEVICE, now, _MERGED, merged_into=incident.merged_into)
        case Stage.WITHDRAWN:
            return change.quietly(healthy_since=now).closed(TicketStep.PROVEN, DEVICE, now, _WITHDRAWN)
        case Stage.ENDED:
            return _well(change, now)
        case Stage.RECOVERING:
            return _returned(change, now)
        case Stage.OPEN | Stage.HELD:
            return _again(change, now) if ticket.state is TicketState.VERIFYING else change
    return change


def proven(ticket: Ticket, now: datetime) -> Change:
    """It has stayed well for long enough."""
    message = _RECOVERED if ticket.state in UNTOUCHED else _PROVEN
    return Change(ticket=ticket).closed(TicketStep.PROVEN, DEVICE, now, message)


def absorbed(ticket: Ticket, other: Ticket, now: datetime) -> Change:
    """The ticket that carries on for another: earliest onset, strictest service."""
    facts = {"number": other.number}
    change = Change(ticket=ticket).step(TicketStep.CORRECT, DEVICE, now, _ABSORBED, facts=facts)
    return change.quietly(onset=min(ticket.onset, other.onset), clock=ticket.clock.merged(other.clock))


def _described(change: Change, incident: Incident, now: datetime, agreed: Agreed) -> Change:
    """With the incident's newest word on cause, root and members."""
    ticket = change.ticket
    if (incident.cause, incident.root) != (ticket.cause, ticket.root) and not ticket.is_over:
        change = _corrected(change, incident, now, agreed)
    flapping = Flag.FLAPPING in incident.flags
    if flapping and not ticket.flapping and not ticket.is_over:
        change = change.step(TicketStep.FLAPS, DEVICE, now, _FLAPS)
    return change.quietly(
        members=len(incident.members),
        affected=len(incident.affected),
        confidence=incident.confidence,
        flapping=flapping,
    )


def _corrected(change: Change, incident: Incident, now: datetime, agreed: Agreed) -> Change:
    """Another cause: who has begun to work on it keeps it; the time that was used stays used."""
    ticket, handling = change.ticket, incident.handling
    is_free = ticket.state in UNTOUCHED and not ticket.bounces and ticket.support is None
    priority = min(handling.priority, ticket.priority)
    terms = ticket.terms if priority is ticket.priority else agreed.get(priority, DEFAULT)
    facts = {"before": ticket.title, "after": handling.title, "root": incident.root}
    return change.step(
        TicketStep.CORRECT,
        DEVICE,
        now,
        _CORRECTED,
        facts=facts,
        cause=incident.cause,
        root=incident.root,
        owner=handling.owner if is_free else ticket.owner,
        priority=priority,
        terms=terms,
        truck=handling.truck,
        clock=ServiceClock(
            contract_s=min(ticket.clock.contract_s, terms.contract_s(handling)),
            begun=ticket.clock.begun,
            pauses=ticket.clock.pauses,
            stopped=ticket.clock.stopped,
        ),
    )


def _returned(change: Change, now: datetime) -> Change:
    """Everything it took reports again; one that nobody took up just waits for the proof."""
    if change.ticket.state in _WORKING:
        return change.step(
            TicketStep.RETURNED, DEVICE, now, _RETURNED, waiting=None, clock=change.ticket.clock.resume(now)
        )
    return change


def _well(change: Change, now: datetime) -> Change:
    """The incident is over; after earlier reopenings that must hold for longer."""
    wait = verification(change.ticket)
    change = _returned(change, now).quietly(healthy_since=now, proves_at=now + wait)
    if wait.total_seconds() > 0:
        return change
    closed = proven(change.ticket, now)
    return Change(ticket=closed.ticket, entries=(*change.entries, *closed.entries))


def _again(change: Change, now: datetime) -> Change:
    ticket = change.ticket
    if ticket.state is TicketState.VERIFYING:
        step = TicketStep.CONTRADICTED if ticket.done_by else TicketStep.RELAPSED
        change = change.step(step, DEVICE, now, _AGAIN)
    return change.quietly(healthy_since=None, proves_at=None)


_OPENED = N_("A ticket was opened.")
_REOPENED = N_("The same failed again within a day: the ticket is open again.")
_MERGED = N_("It is part of a larger fault, whose ticket carries on.")
_WITHDRAWN = N_("Later reports contradict it: there was no such fault.")
_RECOVERED = N_("It recovered by itself before anybody took it up.")
_PROVEN = N_("The device has shown for long enough that it works.")
_ABSORBED = N_("It carries on for ticket {number} too.")
_FLAPS = N_("It comes and goes: it stays open, and is told once an hour at most.")
_CORRECTED = N_("It was taken for “{before}”, and is “{after}” ({root}).")
_RETURNED = N_("Everything it took reports again; that is being verified.")
_AGAIN = N_("It fails again.")
