"""The inner side of the door: rights, a transaction for each call, an audit row for each order."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeVar

from broadcaster.desk.door import Entry
from broadcaster.desk.errors import DeskError, Refused, Unavailable
from broadcaster.language import N_
from schedules.places import Place

if TYPE_CHECKING:
    from sqlmodel import Session

    from broadcaster.house import CountyHouse

log = logging.getLogger(__name__)

R = TypeVar("R")
OWNER = "@owner"  # whoever can write the data directory; no user can have this name
DONE = "done"
FAILED = "failed"


@dataclass(slots=True, kw_only=True)
class Act:
    """One call as the audit trail keeps it, filled while it happens."""

    at: datetime
    who: str
    what: str  # such as notices.submit
    subject: str  # the id of what it is about
    parameters: Mapping[str, Any]  # JSON values, without secrets
    places: list[Place] = field(default_factory=list)  # where rights were asked for
    asked: int = 0  # how often a right was asked for
    outcome: str = DONE  # or the kind of a DeskError, or `failed` for a fault
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What one call works with: its transaction, who calls, and the one `now` of all its decisions."""

    session: "Session"
    house: "CountyHouse"
    act: Act
    prepared: Any = None  # what the order's work beforehand gave

    @property
    def who(self) -> str:
        """The person who calls."""
        return self.act.who

    @property
    def now(self) -> datetime:
        """When the call came."""
        return self.act.at

    def require(self, right: StrEnum, *places: Place) -> None:
        """Refused unless the caller holds `right` in each of `places`, or anywhere where none is named."""
        self.act.asked += 1
        self.act.places += [place for place in places if place not in self.act.places]
        if self.who == OWNER or self.house.allows(self.session, self.who, right, places):
            return
        if places:
            message = N_("{who} has no right to {right} in {where}.")
        else:
            message = N_("{who} has no right to {right} anywhere.")
        raise Refused(message, who=self.who, right=right, where=", ".join(places))


class HouseDoor:
    """Answers the calls of one person in this process. `after_order` is told the name of each order done."""

    def __init__(
        self,
        house: "CountyHouse",
        who: str,
        *,
        clock: Callable[[], datetime],
        after_order: Callable[[str], None] = lambda order: None,
    ) -> None:
        self._house, self._who, self._clock, self._after_order = house, who, clock, after_order
        # Is told how much of long work is done; None: nobody
        self.report: Callable[[float], None] | None = None

    def carry(self, entry: Entry[..., R], arguments: Mapping[str, object]) -> R:
        """What the noun's method answers, within the rights of the person."""
        checked = entry.checked(arguments)
        act = Act(
            at=self._clock(),
            who=self._who,
            what=entry.name,
            subject=entry.subject_in(checked),
            parameters=entry.plain(checked),
        )
        if entry.is_order:
            return self._order(entry, checked, act)
        from sqlalchemy.exc import SQLAlchemyError  # whoever asks over the API needs none of it

        try:
            with self._house.snapshot() as session:
                return self._answer(entry, checked, session, act)
        except SQLAlchemyError as error:
            raise _told(error) from error

    def _order(self, entry: Entry[..., R], checked: dict[str, Any], act: Act) -> R:
        try:
            prepared = self._worked(entry, checked, act) if entry.work else None
            with self._house.transaction() as session:
                answer = self._answer(entry, checked, session, act, prepared)
                if not entry.places and act.asked == 1:
                    raise TypeError(f"{entry.name} never asked for its right in the places it concerns")
                self._house.keep(session, act)
        except Exception as error:
            told = _told(error)
            act.outcome = told.kind if isinstance(told, DeskError) else FAILED
            act.message = str(told)
            self._keep_undone(act)
            if told is error:
                raise
            raise told from error
        self._after_order(entry.name)
        return answer

    def _keep_undone(self, act: Act) -> None:
        """An order that was not done stands in the trail too; a database that takes no row hides not why it was not."""
        from sqlalchemy.exc import SQLAlchemyError

        try:
            with self._house.transaction() as session:
                self._house.keep(session, act)
        except SQLAlchemyError as error:
            facts = {"order": act.what, "reason": str(error).partition("\n")[0]}
            log.error("an order that was not done could not be written down", extra=facts)

    def _worked(self, entry: Entry[..., Any], checked: dict[str, Any], act: Act) -> object:
        """The order's work beforehand, for whoever has the right to it."""
        assert entry.work is not None
        with self._house.snapshot() as session:
            context = Context(session=session, house=self._house, act=act)
            context.require(entry.right, *entry.places_in(checked))
        act.asked -= 1
        house = self._house if self.report is None else self._house.reporting(self.report)
        return entry.work(house, **checked)

    def _answer(
        self,
        entry: Entry[..., R],
        checked: dict[str, Any],
        session: "Session",
        act: Act,
        prepared: object = None,
    ) -> R:
        context = Context(session=session, house=self._house, act=act, prepared=prepared)
        context.require(entry.right, *entry.places_in(checked))
        return entry.answer(entry.noun(self), context, **checked)


def _told(error: Exception) -> Exception:
    """A fault of the database as people are told it; every other error as it is."""
    from sqlalchemy.exc import OperationalError
    from sqlalchemy.exc import TimeoutError as PoolTimeout

    if not isinstance(error, OperationalError | PoolTimeout):
        return error
    reason = str(error.orig if isinstance(error, OperationalError) else error)
    if "locked" in reason or "lock timeout" in reason or isinstance(error, PoolTimeout):
        return Unavailable(N_("The database is busy with other work: try again in a moment."))
    if "full" in reason or "No space left" in reason:
        return Unavailable(N_("The disk is full: make room, then try again."))
    message = N_("The database cannot be used now ({reason}): try again, or ask `broadcaster doctor`.")
    return Unavailable(message, reason=reason)
