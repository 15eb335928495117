"""The inner side of the door: rights, a transaction for each call, an audit row for each order."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from broadcaster.desk.door import Entry
from broadcaster.desk.errors import DeskError, Refused
from broadcaster.language import N_
from schedules.places import Place

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

R = TypeVar("R")
DONE = "done"
FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """An order as the audit trail keeps it. `outcome`: `done`, a DeskError's kind, or `failed`."""

    at: datetime
    who: str
    order: str  # such as notices.submit
    arguments: Mapping[str, Any]  # JSON values, without secrets
    places: tuple[Place, ...]
    outcome: str
    message: str = ""


class House(Protocol):
    """What the door asks of storage and of the people room."""

    def transaction(self) -> "AbstractContextManager[Session]":
        """One unit of work: committed when its block ends, undone when it raises."""

    def allows(self, session: "Session", who: str, right: StrEnum, places: tuple[Place, ...]) -> bool:
        """Whether `who` holds the right in each of `places`; without places, whether anywhere at all."""

    def keep(self, session: "Session", act: Act) -> None:
        """Appends to the audit trail."""


@dataclass(slots=True, kw_only=True)
class Context:
    """What one call works with: its transaction, who calls, and the one `now` of all its decisions."""

    session: "Session"
    who: str
    now: datetime
    house: House
    touched: list[Place]  # where rights were asked for

    def require(self, right: StrEnum, *places: Place) -> None:
        """Refused unless the caller holds `right` in each of `places`, or anywhere where none is named."""
        self.touched += [place for place in places if place not in self.touched]
        if not self.house.allows(self.session, self.who, right, places):
            where = ", ".join(places)
            if where:
                message = N_("{who} has no right to {right} in {where}.")
            else:
                message = N_("{who} has no right to {right} anywhere.")
            raise Refused(message, who=self.who, right=right, where=where)


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
        touched = list(entry.places_in(checked))
        if not entry.is_order:
            with self._house.transaction() as session:
                return self._answer(entry, checked, session, touched)
        try:
            with self._house.transaction() as session:
                answer = self._answer(entry, checked, session, touched)
                if not touched:
                    raise TypeError(f"{entry.name} has asked for no right in any place")
                self._house.keep(session, self._act(entry, checked, touched, DONE))
        except Exception as error:
            outcome = error.kind if isinstance(error, DeskError) else FAILED
            with self._house.transaction() as session:
                self._house.keep(session, self._act(entry, checked, touched, outcome, str(error)))
            raise
        self._after_order(entry.name)
        return answer

    def _answer(
        self, entry: Entry[..., R], checked: dict[str, Any], session: "Session", touched: list[Place]
    ) -> R:
        context = Context(
            session=session, who=self._who, now=self._clock(), house=self._house, touched=touched
        )
        context.require(entry.right, *touched)
        return entry.answer(entry.noun(self), context, **checked)

    def _act(
        self,
        entry: Entry[..., Any],
        checked: dict[str, Any],
        touched: list[Place],
        outcome: str,
        says: str = "",
    ) -> Act:
        return Act(
            at=self._clock(),
            who=self._who,
            order=entry.name,
            arguments=entry.plain(checked),
            places=tuple(touched),
            outcome=outcome,
            message=says,
        )
