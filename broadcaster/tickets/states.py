"""States of a ticket, the steps that change them, and the one table that says how. A pair that is not listed is not
allowed: `after` raises, and whoever asked looks at the ticket again.

What the device proves wins over what people say: PROVEN ends a ticket from every state that is not over.
"""

from collections.abc import Mapping
from enum import StrEnum


class TicketState(StrEnum):
    """How far a ticket has come."""

    CANDIDATE = "candidate"  # its incident is held; nobody is told
    OPEN = "open"
    ASSIGNED = "assigned"
    ACCEPTED = "accepted"
    ON_SITE = "on_site"
    WAITING = "waiting"  # for somebody else, with a reason
    DONE_CLAIMED = "done_claimed"  # a person says so; the device has not shown it yet
    VERIFYING = "verifying"  # it reports again, and must do so for a while
    DISPUTED = "disputed"  # said to be done, and still failing
    CLOSED = "closed"
    SELF_RECOVERED = "self_recovered"  # before anybody took it up
    MERGED = "merged"  # into another, which carries on


class TicketStep(StrEnum):
    """What happens to a ticket. Those of the second half come from the device and from time, never from a person."""

    ASSIGN = "assign"
    ACCEPT = "accept"
    HAND_BACK = "hand_back"
    ARRIVE = "arrive"
    WAIT = "wait"
    RESUME = "resume"
    DONE = "done"
    OVERRIDE = "override"  # closed against the device's word: reason, photo, second person

    RIPEN = "ripen"  # its hold is over
    RETURNED = "returned"  # everything it took reports again
    RELAPSED = "relapsed"  # and fails again
    CONTRADICTED = "contradicted"  # it still fails though it was said to be done
    PROVEN = "proven"
    MERGE = "merge"
    REOPEN = "reopen"  # the same failed again within a day

    # What is written down and leaves the state as it is
    NOTE = "note"
    CORRECT = "correct"  # cause, owner or members
    ASK_HELP = "ask_help"
    ANSWER = "answer"
    TAKE_OVER = "take_over"
    GIVE_BACK = "give_back"  # from the station to the town, with the reason
    ESCALATE = "escalate"
    FLAPS = "flaps"


S, T = TicketState, TicketStep
_TAKEN_UP = {
    T.ASSIGN: S.ASSIGNED,
    T.ARRIVE: S.ON_SITE,
    T.WAIT: S.WAITING,
    T.DONE: S.DONE_CLAIMED,
    T.OVERRIDE: S.CLOSED,
    T.MERGE: S.MERGED,
}
_MENDED = {T.RETURNED: S.VERIFYING, T.PROVEN: S.CLOSED}
_UNASKED = {T.PROVEN: S.SELF_RECOVERED}  # it stays where it is until that is proven

TABLE: Mapping[TicketState, Mapping[TicketStep, TicketState]] = {
    S.CANDIDATE: {T.RIPEN: S.OPEN, T.PROVEN: S.SELF_RECOVERED, T.MERGE: S.MERGED},
    S.OPEN: {**_TAKEN_UP, **_UNASKED, T.ACCEPT: S.ACCEPTED},
    S.ASSIGNED: {**_TAKEN_UP, **_UNASKED, T.ACCEPT: S.ACCEPTED, T.HAND_BACK: S.OPEN},
    S.ACCEPTED: {**_TAKEN_UP, **_MENDED, T.HAND_BACK: S.OPEN},
    S.ON_SITE: {**_TAKEN_UP, **_MENDED, T.ACCEPT: S.ACCEPTED, T.HAND_BACK: S.OPEN},
    S.WAITING: {**_TAKEN_UP, **_MENDED, T.RESUME: S.ACCEPTED},
    S.DONE_CLAIMED: {**_MENDED, T.CONTRADICTED: S.DISPUTED, T.OVERRIDE: S.CLOSED, T.MERGE: S.MERGED},
    S.VERIFYING: {
        T.PROVEN: S.CLOSED,
        T.RELAPSED: S.ACCEPTED,
        T.CONTRADICTED: S.DISPUTED,
        T.DONE: S.VERIFYING,
        T.MERGE: S.MERGED,
    },
    S.DISPUTED: {**_TAKEN_UP, **_MENDED, T.ACCEPT: S.ACCEPTED, T.HAND_BACK: S.OPEN},
    S.CLOSED: {T.REOPEN: S.OPEN},
    S.SELF_RECOVERED: {T.REOPEN: S.OPEN},
    S.MERGED: {},
}

OVER = frozenset({S.CLOSED, S.SELF_RECOVERED, S.MERGED})
UNTOUCHED = frozenset({S.CANDIDATE, S.OPEN, S.ASSIGNED})  # nobody has taken it up
REMARKS = frozenset({T.NOTE, T.CORRECT, T.ASK_HELP, T.ANSWER, T.TAKE_OVER, T.GIVE_BACK, T.ESCALATE, T.FLAPS})


class NotAllowed(Exception):
    """The ticket's state does not take this step."""

    def __init__(self, state: TicketState, step: TicketStep) -> None:
        super().__init__(f"a ticket that is {state} takes no step {step}")
        self.state, self.step = state, step


def is_allowed(state: TicketState, step: TicketStep) -> bool:
    """Whether the state takes this step."""
    try:
        after(state, step)
    except NotAllowed:
        return False
    return True


def is_news(state: TicketState, step: TicketStep) -> bool:
    """Whether the step is allowed and leads on: who is on site need not say it again, nor that they take it."""
    if step not in (T.ACCEPT, T.ARRIVE, T.DONE):
        return is_allowed(state, step)
    return (
        is_allowed(state, step) and after(state, step) is not state and (state, step) != (S.ON_SITE, T.ACCEPT)
    )


def after(state: TicketState, step: TicketStep) -> TicketState:
    """The state that follows; NotAllowed where the table has none."""
    if step in REMARKS and (state not in OVER or step in (T.NOTE, T.CORRECT)):
        return state
    found = TABLE[state].get(step)
    if found is None:
        raise NotAllowed(state, step)
    return found
