"""Timers: what time does to a ticket, and when it does it next. A ticket that is not over always has a next time.

Escalation, where nothing else is agreed: at half of the service time whoever has it is reminded, at 80 % the town's lead
is told, at 100 % the county's station, at 150 % the leaders. Where a time to take it up is agreed, the town's lead is told
that nobody has. A request for help that the station does not answer in time goes to the leaders too. Whatever waits, or has
run through all of that, is looked at once a day.
"""

from datetime import datetime, timedelta
from enum import IntEnum

from broadcaster.language import N_
from broadcaster.repairs.evidence import Fact
from broadcaster.tickets.following import proven
from broadcaster.tickets.hours import WorkingHours
from broadcaster.tickets.orders import LEFT_TO_SHOW, contradicted, returned
from broadcaster.tickets.states import UNTOUCHED, TicketState, TicketStep
from broadcaster.tickets.terms import HOUR_S
from broadcaster.tickets.ticket import TIME, Change, Ticket

REVIEW_EVERY = timedelta(days=1)
_RUNS = frozenset(TicketState) - {
    TicketState.VERIFYING,
    TicketState.CLOSED,
    TicketState.SELF_RECOVERED,
    TicketState.MERGED,
}


class Level(IntEnum):
    """Who is told when so much of the service time is used."""

    REMINDER = 1
    TOWN_LEAD = 2
    STATION = 3
    LEADERS = 4


def next_time(ticket: Ticket, working: WorkingHours, now: datetime) -> datetime | None:
    """When `passed` has something to do; None for a ticket that is over, and for no other."""
    if ticket.is_over:
        return None
    times = [
        ticket.reviewed + REVIEW_EVERY,
        _escalates_at(ticket, working, now),
        _help_is_due(ticket, working, now),
        _response_escalates(ticket, working, now),
    ]
    times += [ticket.proves_at, _disputed_at(ticket)]
    return min(at for at in times if at is not None)


def passed(ticket: Ticket, working: WorkingHours, now: datetime) -> Change:
    """Everything that is due. The proof goes before all: a ticket that is proven escalates no more."""
    if ticket.is_over:
        return Change(ticket=ticket)
    if _is_due(ticket.proves_at, now):
        return proven(ticket, now)
    change = Change(ticket=ticket)
    if _is_due(_disputed_at(ticket), now):
        change = returned(change, now) if ticket.affected == 0 else contradicted(ticket, now)
    while _is_due(_escalates_at(change.ticket, working, now), now):
        change = _escalated(change, now)
    if _is_due(_response_escalates(change.ticket, working, now), now):
        facts: dict[str, Fact] = {"level": int(Level.TOWN_LEAD)}
        change = change.step(
            TicketStep.ESCALATE, TIME, now, _NOT_TAKEN_UP, facts=facts, response_escalated=True
        )
    if _is_due(_help_is_due(change.ticket, working, now), now):
        change = change.step(
            TicketStep.ESCALATE, TIME, now, _NO_ANSWER, facts={"level": Level.LEADERS}, support_escalated=True
        )
    if _is_due(change.ticket.reviewed + REVIEW_EVERY, now):
        change = _reviewed(change, now)
    return change


def _escalates_at(ticket: Ticket, working: WorkingHours, now: datetime) -> datetime | None:
    if ticket.escalated >= len(Level) or ticket.state not in _RUNS:
        return None
    return ticket.clock.due(ticket.terms.shares[ticket.escalated], ticket.hours(working))


def response_due(ticket: Ticket, working: WorkingHours, now: datetime) -> datetime | None:
    """Until when somebody has to have taken it up, where that is agreed and nobody has."""
    if ticket.terms.respond_h is None or ticket.state not in UNTOUCHED:
        return None
    share = ticket.terms.respond_h * HOUR_S / ticket.clock.contract_s
    return ticket.clock.due(share, ticket.hours(working))


def _response_escalates(ticket: Ticket, working: WorkingHours, now: datetime) -> datetime | None:
    return None if ticket.response_escalated else response_due(ticket, working, now)


def _escalated(change: Change, now: datetime) -> Change:
    level = Level(change.ticket.escalated + 1)
    facts = {"level": int(level), "percent": round(change.ticket.terms.shares[level - 1] * 100)}
    return change.step(TicketStep.ESCALATE, TIME, now, _USED, facts=facts, escalated=int(level))


def _help_is_due(ticket: Ticket, working: WorkingHours, now: datetime) -> datetime | None:
    if ticket.support is None or ticket.support_escalated:
        return None
    return ticket.support.due(1.0, working)


def _disputed_at(ticket: Ticket) -> datetime | None:
    if ticket.state is not TicketState.DONE_CLAIMED or ticket.done_at is None:
        return None
    return ticket.done_at + LEFT_TO_SHOW


def _reviewed(change: Change, now: datetime) -> Change:
    if change.ticket.state is TicketState.WAITING:
        facts: dict[str, Fact] = {"level": int(Level.REMINDER), "why": str(change.ticket.waiting)}
        return change.step(TicketStep.ESCALATE, TIME, now, _STILL_WAITS, facts=facts, reviewed=now)
    if change.ticket.escalated >= len(Level):
        facts = {"level": int(Level.STATION)}
        return change.step(TicketStep.ESCALATE, TIME, now, _STILL_OPEN, facts=facts, reviewed=now)
    return change.quietly(reviewed=now)


def _is_due(at: datetime | None, now: datetime) -> bool:
    return at is not None and at <= now


_USED = N_("{percent} % of its service time are used.")
_NO_ANSWER = N_("The station has not answered the request for help in time.")
_NOT_TAKEN_UP = N_("Nobody has taken it up within the agreed time.")
_STILL_WAITS = N_("It still waits.")
_STILL_OPEN = N_("It is still open, a day later.")
