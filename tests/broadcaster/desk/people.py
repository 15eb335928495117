"""A county with people at its desk, and a clock that a test moves."""

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlmodel import Session

from audio.library import Library
from broadcaster.config import load
from broadcaster.controller import lifecycle
from broadcaster.desk.alerts import AlertView
from broadcaster.desk.county import CountyDesk
from broadcaster.desk.house import OWNER, HouseDoor
from broadcaster.desk.notices import NoticeDraft, NoticeView
from broadcaster.house import CountyHouse
from broadcaster.people.rights import Grant, Role
from schedules.notices import NoticeKind, NoticeState
from schedules.places import Place
from schedules.precedence import BroadcastClass, Severity
from tests.broadcaster.county import COUNTY, HOURLY, NOW, TOWN, add_asset, add_notice, lay_out, sha256, sound

PEOPLE = {
    "li": (Role.OPERATOR, COUNTY),
    "wang": (Role.APPROVER, COUNTY),
    "zhao": (Role.APPROVER, COUNTY),
    "town": (Role.TOWN_STAFF, TOWN),
    "head": (Role.APPROVER, TOWN),
}


@dataclass
class Station:
    """The desk of anybody, in a house with audio called `letter` and `siren`."""

    house: CountyHouse
    now: datetime = NOW
    orders: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        with self.house.transaction() as session:
            lay_out(session)
        for name in ("letter", "siren"):
            self.add_asset(name)
        for user, (role, place) in PEOPLE.items():
            self.desk(OWNER).users.add(user=user, grants=(Grant(role=role, place=place),))

    def desk(self, who: str) -> CountyDesk:
        return CountyDesk(HouseDoor(self.house, who, clock=lambda: self.now, after_order=self.orders.append))

    def add_asset(self, name: str) -> None:
        self.house.library.add(io.BytesIO(sound(name)), sha256=sha256(name), now=self.now)
        with self.house.transaction() as session:
            add_asset(session, name)

    def draft(self, who: str = "li", **members: Any) -> NoticeView:
        return self.desk(who).notices.draft(draft=a_draft(**members))

    def submitted(self, who: str = "li", **members: Any) -> NoticeView:
        notice = self.draft(who, **members)
        return self.desk(who).notices.submit(notice=notice.id)

    def approved(self, **members: Any) -> NoticeView:
        return self.desk("wang").notices.approve(notice=self.submitted(**members).id)

    def emergency(self, name: str = "flood", **members: Any) -> str:
        """A saved emergency, as drafted by `li`, with audio of its own and an end."""
        given: dict[str, Any] = {
            "kind": NoticeKind.EMERGENCY,
            "klass": BroadcastClass.EMERGENCY,
            "severity": Severity.RED,
            "state": NoticeState.DRAFT,
            "title": "暴雨红色预警",
            "text": "请立即转移",
            "rule": None,
            "cancel_asset": "siren",
        }
        self.change(lambda session: add_notice(session, name, **given | members))
        return name

    def send(self, notice: str, who: str = "li", **members: Any) -> AlertView:
        """What a person does: looks at the preview, and confirms it."""
        shown = {name: members.pop(name) for name in ("places", "minutes") if name in members}
        preview = self.desk(who).alerts.preview(notice=notice, **shown)
        return self.desk(who).alerts.send(
            notice=notice, confirmation=preview.confirmation, **shown, **members
        )

    def later(self, **span: float) -> None:
        """Time passes, and the controller looks."""
        self.now += timedelta(**span)
        with self.house.transaction() as session:
            lifecycle.advance(session, self.now)

    def ask(self, question: Callable[[Session], Any]) -> Any:
        with self.house.snapshot() as session:
            return question(session)

    def change(self, deed: Callable[[Session], Any]) -> None:
        with self.house.transaction() as session:
            deed(session)


def a_draft(**members: Any) -> NoticeDraft:
    given: dict[str, Any] = {
        "kind": NoticeKind.OPEN_LETTER,
        "title": "致广大村民朋友的一封信",
        "text": "各位村民朋友",
        "targets": (Place(COUNTY),),
        "asset": "letter",
        "rule": HOURLY,
    }
    return NoticeDraft(**given | members)


def station(directory: Path) -> Station:
    house = CountyHouse(load(directory, environ={}))
    assert isinstance(house.library, Library)
    return Station(house)
