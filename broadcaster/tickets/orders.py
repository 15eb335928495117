"""Orders: what people do with a ticket. Pure; `NotAllowed` where its state does not take it, `Refused…` with the reason."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from broadcaster.language import N_
from broadcaster.repairs.causes import HANDLING, Owner
from broadcaster.repairs.circumstances import Answer
from broadcaster.tickets.clocks import PAUSES, ServiceClock, WaitReason
from broadcaster.tickets.hours import WorkingHours
from broadcaster.tickets.states import TicketStep, is_news
from broadcaster.tickets.terms import HOUR_S, Terms
from broadcaster.tickets.ticket import DEVICE, RECORDS, Change, Override, Ticket

ANSWER_S = 30 * 60.0  # of working time, in which the station answers a request for help
MOST_BOUNCES = 2
LEFT_TO_SHOW = timedelta(minutes=15)  # how long the device may take to show what a person says


class NotThisWay(Exception):
    """The order lacks something; `message` is a msgid."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True, slots=True, kw_only=True)
class Away:
    """A crew that is away: `until` when, in words, and the crew that is told `instead`; "" for the county's station."""

    until: str
    instead: str


BY_PEOPLE = (
    TicketStep.ASSIGN,
    TicketStep.ACCEPT,
    TicketStep.HAND_BACK,
    TicketStep.ARRIVE,
    TicketStep.WAIT,
    TicketStep.RESUME,
    TicketStep.DONE,
    TicketStep.OVERRIDE,
    TicketStep.NOTE,
    TicketStep.ASK_HELP,
    TicketStep.ANSWER,
    TicketStep.TAKE_OVER,
    TicketStep.GIVE_BACK,
)


def possible(ticket: Ticket) -> tuple[TicketStep, ...]:
    """What a person may do with it now that leads on; what it takes beside (reason, photo, right) is asked when it is done."""
    is_asked = ticket.support is not None and ticket.support.stopped is None
    is_station = ticket.owner is Owner.STATION
    closed = {
        TicketStep.ASK_HELP: is_station or is_asked,
        TicketStep.ANSWER: not is_asked,
        TicketStep.TAKE_OVER: is_station,
        TicketStep.GIVE_BACK: ticket.owner is Owner.TOWN or ticket.bounces >= MOST_BOUNCES,
    }
    return tuple(step for step in BY_PEOPLE if is_news(ticket.state, step) and not closed.get(step, False))


def agree(ticket: Ticket, who: str, terms: Terms, working: WorkingHours, now: datetime) -> Change:
    """Other service times: what was used stays used, and what was told at shares that are no longer reached may be told again."""
    clock = replace(ticket.clock, contract_s=terms.contract_s(HANDLING[ticket.cause]))
    used = clock.consumed(ticket.hours(working), now) / clock.contract_s
    return Change(ticket=ticket).step(
        TicketStep.CORRECT,
        who,
        now,
        _AGREED,
        facts={"hours": round(clock.contract_s / HOUR_S, 1)},
        terms=terms,
        clock=clock,
        escalated=min(ticket.escalated, sum(used >= share for share in terms.shares)),
        response_escalated=False,
    )


def assign(
    ticket: Ticket, who: str, crew: str, now: datetime, comment: str = "", away: Away | None = None
) -> Change:
    """Give it to a crew; where that is `away`, the ticket says who is told in its stead."""
    message, facts = _ASSIGNED, {"crew": crew}
    if away is not None:
        message = _ASSIGNED_INSTEAD if away.instead else _ASSIGNED_STATION
        facts |= {"until": away.until, "instead": away.instead}
    return Change(ticket=ticket).step(
        TicketStep.ASSIGN,
        who,
        now,
        message,
        comment=comment,
        facts=facts,
        crew=crew,
        accepted_by="",
        **_goes_on(ticket, now),
    )


def accept(ticket: Ticket, who: str, now: datetime) -> Change:
    """Take it up."""
    return Change(ticket=ticket).step(TicketStep.ACCEPT, who, now, accepted_by=who)


def hand_back(ticket: Ticket, who: str, now: datetime, comment: str) -> Change:
    """Give it back to its owner, with the reason."""
    _reason(comment)
    return Change(ticket=ticket).step(
        TicketStep.HAND_BACK, who, now, comment=comment, crew="", accepted_by=""
    )


def arrive(ticket: Ticket, who: str, now: datetime) -> Change:
    """Be there."""
    taken = ticket.accepted_by or who
    return Change(ticket=ticket).step(TicketStep.ARRIVE, who, now, accepted_by=taken, **_goes_on(ticket, now))


def wait(
    ticket: Ticket, who: str, why: WaitReason, now: datetime, comment: str, *, is_warned: bool = False
) -> Change:
    """Wait for somebody else; its clock stands still for reasons that are nobody's fault here, with evidence. `is_warned`: a
    warning of the weather is attached or noted.
    """
    _reason(comment)
    if why is WaitReason.WEATHER and not is_warned:
        raise NotThisWay(_NO_WARNING)
    clock = ticket.clock.resume(now)  # what it waited for until now is a pause of its own
    clock = clock.pause(why, now) if why in PAUSES else clock
    return Change(ticket=ticket).step(
        TicketStep.WAIT, who, now, comment=comment, facts={"why": why}, waiting=why, clock=clock, reviewed=now
    )


def resume(ticket: Ticket, who: str, now: datetime, comment: str = "") -> Change:
    """Go on."""
    taken = ticket.accepted_by or who
    return Change(ticket=ticket).step(
        TicketStep.RESUME, who, now, comment=comment, accepted_by=taken, **_goes_on(ticket, now)
    )


def done(ticket: Ticket, who: str, now: datetime, comment: str = "") -> Change:
    """Say that it is mended: the device has the last word."""
    change = Change(ticket=ticket).step(
        TicketStep.DONE, who, now, comment=comment, done_by=who, done_at=now, **_goes_on(ticket, now)
    )
    if ticket.cause in RECORDS:
        return change.closed(TicketStep.PROVEN, who, now, _SETTLED)
    return returned(change, now) if ticket.affected == 0 else change


def override(ticket: Ticket, who: str, second: str, photo: str, now: datetime, reason: str) -> Change:
    """Close it though the device does not show that it works: reason, photo and a second person."""
    _reason(reason)
    if not photo:
        raise NotThisWay(N_("To close it against the device's word takes a photo: attach one first."))
    if not second or second == who:
        raise NotThisWay(N_("To close it against the device's word takes a second person."))
    said = Override(reason=reason, photo=photo, by=who, second=second, at=now)
    return Change(ticket=ticket).closed(
        TicketStep.OVERRIDE, who, now, _OVERRIDDEN, comment=reason, override=said, facts={"second": second}
    )


def note(ticket: Ticket, who: str, now: datetime, comment: str) -> Change:
    """Write something down."""
    return Change(ticket=ticket).step(TicketStep.NOTE, who, now, comment=comment)


def hear(ticket: Ticket, who: str, answer: Answer, now: datetime, comment: str = "") -> Change:
    """Write down what people on site say: it bears on what the fault is taken for."""
    return Change(ticket=ticket).step(
        TicketStep.NOTE, who, now, _SAY, comment=comment, facts={"answer": answer}
    )


def ask_help(ticket: Ticket, who: str, now: datetime, comment: str) -> Change:
    """Ask the county's station: it answers within 30 working minutes."""
    if ticket.owner is Owner.STATION:
        raise NotThisWay(N_("The station has it already."))
    if ticket.support is not None and ticket.support.stopped is None:
        raise NotThisWay(N_("The station was asked already and has not answered yet."))
    clock = ServiceClock(contract_s=ANSWER_S, begun=now)
    return Change(ticket=ticket).step(
        TicketStep.ASK_HELP, who, now, _HELP, comment=comment, support=clock, support_escalated=False
    )


def answer(ticket: Ticket, who: str, now: datetime, comment: str) -> Change:
    """The station answers: advice, or that it comes."""
    _asked(ticket)
    return Change(ticket=ticket).step(
        TicketStep.ANSWER, who, now, comment=comment, support=_answered(ticket, now)
    )


def take_over(ticket: Ticket, who: str, now: datetime, comment: str = "") -> Change:
    """The station takes it over from the town."""
    if ticket.owner is Owner.STATION:
        raise NotThisWay(N_("The station has it already."))
    return Change(ticket=ticket).step(
        TicketStep.TAKE_OVER, who, now, comment=comment, owner=Owner.STATION, support=_answered(ticket, now)
    )


def give_back(ticket: Ticket, who: str, now: datetime, comment: str) -> Change:
    """The station gives it to the town (again), with the reason; twice at most, then the county's head decides."""
    _reason(comment)
    if ticket.owner is Owner.TOWN:
        raise NotThisWay(N_("The town has it already."))
    if ticket.bounces >= MOST_BOUNCES:
        raise NotThisWay(N_("It went back and forth twice: now the head of the county's station decides."))
    return Change(ticket=ticket).step(
        TicketStep.GIVE_BACK,
        who,
        now,
        comment=comment,
        owner=Owner.TOWN,
        bounces=ticket.bounces + 1,
        crew="",
        accepted_by="",
    )


def returned(change: Change, now: datetime) -> Change:
    """It was said to be done, and everything it took reports again."""
    return change.step(TicketStep.RETURNED, DEVICE, now, _RETURNED)


def contradicted(ticket: Ticket, now: datetime) -> Change:
    """It was said to be done and still fails."""
    return Change(ticket=ticket).step(TicketStep.CONTRADICTED, DEVICE, now, _DISPUTED)


def _goes_on(ticket: Ticket, now: datetime) -> dict[str, Any]:
    return {"waiting": None, "clock": ticket.clock.resume(now)}


def _answered(ticket: Ticket, now: datetime) -> ServiceClock | None:
    return ticket.support.stop(now) if ticket.support else None


def _asked(ticket: Ticket) -> None:
    if ticket.support is None or ticket.support.stopped is not None:
        raise NotThisWay(N_("Nobody has asked for help."))


def _reason(comment: str) -> None:
    if not comment.strip():
        raise NotThisWay(N_("It takes a reason."))


_NO_WARNING = N_(
    "To wait for the weather takes its warning: attach a photo of it, or have the storm noted for this place."
)
_SAY = N_("People on site say: {answer}.")
_AGREED = N_("Other service times were agreed: it is to be mended within {hours} h.")
_ASSIGNED = N_("It goes to {crew}.")
_ASSIGNED_INSTEAD = N_("It goes to {crew}, which is away until {until}: {instead} is told in its stead.")
_ASSIGNED_STATION = N_(
    "It goes to {crew}, which is away until {until}: the county station is told in its stead."
)
_SETTLED = N_("A problem that no device can prove mended is closed on a person's word.")
_OVERRIDDEN = N_("Closed against the device's word, together with {second}.")
_HELP = N_("The town asks the station for help.")
_RETURNED = N_("Everything it took reports again; that is being verified.")
_DISPUTED = N_("It was said to be done, and still fails.")
