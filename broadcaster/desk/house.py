"""The inner side of the door: rights, a transaction for each call, an audit row for each order."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from broadcaster.desk.door import Entry
from broadcaster.desk.errors import DeskError, Refused
from broadcaster.language import N_
from schedules.places import Place

if TYPE_CHECKING:
    from sqlmodel import Session

R = TypeVar("R")
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
    outcome: str = DONE  # or the kind of a DeskError, or `failed` for a fault
    message: str = ""


class House(Protocol):
    """What the door asks of storage and of the people room."""

    def snapshot(self) -> "AbstractContextManager[Session]":
        """One consistent view, for a question."""

    def transaction(self) -> "AbstractContextManager[Session]":
        """One unit of work, for an order: committed when its block ends, undone when it raises."""

    def allows(self, session: "Session", who: str, right: StrEnum, places: tuple[Place, ...]) -> bool:
        """Whether `who` holds the right in each of `places`; without places, whether anywhere at all."""

    def keep(self, session: "Session", act: Act) -> None:
        """Appends to the audit trail."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What one call works with: its transaction, who calls, and the one `now` of all its decisions."""

    session: "Session"
    house: House
    act: Act

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
        self.act.places += [place for place in places if place not in self.act.places]
        if self.house.allows(self.session, self.who, right, places):
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
        house: House,
        who: str,
        *,
        clock: Callable[[], datetime],
        after_order: Callable[[str], None] = lambda order: None,
    ) -> None:
        self._house, self._who, self._clock, self._after_order = house, who, clock, after_order

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
        with self._house.snapshot() as session:
            return self._answer(entry, checked, session, act)

    def _order(self, entry: Entry[..., R], checked: dict[str, Any], act: Act) -> R:
        try:
            with self._house.transaction() as session:
                answer = self._answer(entry, checked, session, act)
                if not act.places:
                    raise TypeError(f"{entry.name} has asked for no right in any place")
                self._house.keep(session, act)
        except Exception as error:
            act.outcome = error.kind if isinstance(error, DeskError) else FAILED
            act.message = str(error)
            with self._house.transaction() as session:
                self._house.keep(session, act)
            raise
        self._after_order(entry.name)
        return answer

    def _answer(self, entry: Entry[..., R], checked: dict[str, Any], session: "Session", act: Act) -> R:
        context = Context(session=session, house=self._house, act=act)
        context.require(entry.right, *entry.places_in(checked))
        return entry.answer(entry.noun(self), context, **checked)
