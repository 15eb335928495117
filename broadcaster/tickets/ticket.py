"""A ticket: the work order of an incident, as a value; and a change of it with the lines for its history."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from broadcaster.repairs.causes import HANDLING, Cause, Owner, Priority
from broadcaster.repairs.evidence import Fact
from broadcaster.tickets.clocks import ServiceClock, WaitReason
from broadcaster.tickets.hours import ALWAYS, WorkingHours
from broadcaster.tickets.states import OVER, TicketState, TicketStep, after
from broadcaster.tickets.terms import DEFAULT, Terms

DEVICE, TIME = "@device", "@time"  # who did it, where no person did
EXTERNAL = frozenset({Owner.POWER_COMPANY, Owner.OPERATOR})
# Problems that no report ends.
RECORDS = frozenset({Cause.MISPLACED, Cause.RECURRENT_SWITCH_OFF, Cause.CHRONIC})


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """Who closed it against the device's word: reason, photo (SHA-256) and a second person."""

    reason: str
    photo: str
    by: str
    second: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """`incidents` are the keys of all that it was opened for, the newest last; `version` counts its changes."""

    number: int = 0  # 0: not stored yet
    version: int = 0
    incidents: tuple[str, ...]
    state: TicketState = TicketState.CANDIDATE
    cause: Cause
    root: str
    place: str  # code of the area that it lies in
    owner: Owner
    priority: Priority
    truck: bool
    members: int
    affected: int
    population: int = 0
    confidence: float = 0.5
    onset: datetime
    detected: datetime
    opened: datetime
    clock: ServiceClock
    terms: Terms = DEFAULT  # that were agreed for its priority
    crew: str = ""
    accepted_by: str = ""
    waiting: WaitReason | None = None
    support: ServiceClock | None = None  # runs from a request for help to the station's answer
    bounces: int = 0
    reopens: int = 0
    escalated: int = 0
    support_escalated: bool = False
    response_escalated: bool = False  # nobody took it up in time, and that was told
    reviewed: datetime
    healthy_since: datetime | None = None  # when the incident was over
    proves_at: datetime | None = None  # when that is proof
    done_by: str = ""
    done_at: datetime | None = None
    override: Override | None = None
    closed_at: datetime | None = None
    merged_into: str | None = None
    recurrence_of: int | None = None
    flapping: bool = False

    @property
    def key(self) -> str:
        """Of the incident that it is about now."""
        return self.incidents[-1]

    @property
    def is_over(self) -> bool:
        """Whether nothing is left to do."""
        return self.state in OVER

    @property
    def title(self) -> str:
        """The msgid of its cause."""
        return HANDLING[self.cause].title

    def hours(self, working: WorkingHours) -> WorkingHours:
        """By which time its clocks run: around the clock for what cannot wait, and for those who never close."""
        return ALWAYS if self.priority is Priority.P1 or self.owner in EXTERNAL else working


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of a ticket's history; also the outbox from which people are told. `message` is a msgid."""

    step: TicketStep
    from_state: TicketState
    to_state: TicketState
    who: str
    at: datetime
    message: str = ""
    facts: Mapping[str, Fact] = field(default_factory=dict)
    comment: str = ""  # in the words of who wrote it


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A ticket as it is now, and what happened to it."""

    ticket: Ticket
    entries: tuple[Entry, ...] = ()

    def step(
        self,
        step: TicketStep,
        who: str,
        now: datetime,
        message: str = "",
        *,
        comment: str = "",
        facts: Mapping[str, Fact] | None = None,
        **changes: Any,
    ) -> "Change":
        """One more step. NotAllowed where the state does not take it."""
        to = after(self.ticket.state, step)
        entry = Entry(
            step=step,
            from_state=self.ticket.state,
            to_state=to,
            who=who,
            at=now,
            message=message,
            facts=facts or {},
            comment=comment,
        )
        return Change(ticket=replace(self.ticket, state=to, **changes), entries=(*self.entries, entry))

    def quietly(self, **changes: Any) -> "Change":
        """With other facts and no line."""
        return replace(self, ticket=replace(self.ticket, **changes))

    def closed(self, step: TicketStep, who: str, now: datetime, message: str, **more: Any) -> "Change":
        """It is over: its clock stops when the device was well again, or now."""
        well = self.ticket.healthy_since or now
        clock = self.ticket.clock.stop(max(well, self.ticket.clock.begun))
        support = self.ticket.support.stop(now) if self.ticket.support else None
        return self.step(
            step, who, now, message, clock=clock, support=support, closed_at=now, waiting=None, **more
        )


REOPEN_WITHIN = timedelta(hours=24)
VERIFY = timedelta(minutes=10)
VERIFY_AT_MOST = timedelta(hours=24)
_CLEAN_DAY = frozenset({Cause.VOLUME_TAMPERED, Cause.CLOCK})  # these show themselves only now and then


def verification(ticket: Ticket) -> timedelta:
    """How much longer than supervision asks (5 good reports, 10 minutes or 5 periods) it must stay well.

    Doubled with every reopening, at most a day.
    """
    whole = min(VERIFY * (1 << min(ticket.reopens, 10)), VERIFY_AT_MOST)
    if ticket.cause in _CLEAN_DAY:
        return VERIFY_AT_MOST
    return whole - VERIFY
