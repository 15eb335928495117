"""People: what they order while a rehearsal runs: an emergency and its cancel, and a notice taken back."""

from datetime import timedelta

from sqlalchemy import Engine

from broadcaster.controller import lifecycle
from broadcaster.rehearsal.county import COUNTY
from broadcaster.rehearsal.station import Station
from broadcaster.rehearsal.world import World
from broadcaster.storage.changes import changed
from broadcaster.storage.engine import transaction
from broadcaster.storage.tables import AlertRow, NoticeRow
from schedules.notices import NoticeEvent
from schedules.places import Level
from schedules.precedence import BroadcastClass, Severity

ALERT = "alert-1"
IN_FORCE = timedelta(minutes=20)
_WHO = "rehearsal"


class People:
    """`sent_at_s`: when the emergency is sent; it is cancelled after `IN_FORCE`."""

    def __init__(self, world: World, engine: Engine, station: Station, recording: str, end_s: float) -> None:
        self._world, self._engine, self._station, self._recording = world, engine, station, recording
        self.sent_at_s = end_s * 0.45 + 1_800
        world.at(self.sent_at_s, self._send)
        world.at(self.sent_at_s + IN_FORCE.total_seconds(), self._cancel)
        world.at(end_s * 0.6, self._withdraw)

    def _send(self) -> None:
        now = self._world.now
        alert = AlertRow(
            id=ALERT,
            notice=ALERT,
            version=1,
            targets=[COUNTY],
            klass=BroadcastClass.EMERGENCY,
            level=Level.COUNTY,
            severity=Severity.RED,
            text="暴雨红色预警",
            recording=self._recording,
            duration_ms=30_000,
            sent_at=now,
            sent_by=_WHO,
            starts=now,
            expires=now + timedelta(hours=2),
        )
        with transaction(self._engine) as session:
            session.add(alert)
        self._station.look()

    def _cancel(self) -> None:
        with transaction(self._engine) as session:
            alert = session.get_one(AlertRow, ALERT)
            alert.cancelled_at, alert.cancelled_by = self._world.now, _WHO
            session.add(alert)
        self._station.look()

    def _withdraw(self) -> None:
        with transaction(self._engine) as session:
            row = session.get_one(NoticeRow, ("town-0", 1))
            lifecycle.move(session, row, NoticeEvent.WITHDRAW, _WHO, self._world.now)
            changed(session)
        self._station.look()
