"""A valley under supervision in virtual time: forty endpoints on four feeders, and a controller that can be killed."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any, Self
from zoneinfo import ZoneInfo

from msgspec.structs import replace
from sqlmodel import Session, col, select

from broadcaster.controller.moment import Moment
from broadcaster.controller.repairing import Repairing
from broadcaster.storage.changes import changed
from broadcaster.storage.engine import open_database, snapshot, transaction
from broadcaster.storage.tables import AreaRow, EndpointRow, FlipRow, MaintenanceRow, TicketRow
from broadcaster.storage.tickets import ticket_of
from broadcaster.tickets.states import TicketState
from broadcaster.tickets.ticket import Ticket
from devices.presence import Presence
from devices.reports import Event, EventKind, Heartbeat, Status
from devices.supervision import State
from schedules.records import ClockQuality
from tests.broadcaster.county import NOW

ZONE = ZoneInfo("Asia/Shanghai")
PERIOD_S = 60
VILLAGES = tuple(f"34152310{n:04}" for n in range(200, 204))
FEEDERS = tuple(f"10 kV-{n}" for n in range(4))


class Valley:
    """`dark` endpoints have no power, `mute` ones no network; everybody else reports once a minute."""

    def __init__(self, per_feeder: int = 10) -> None:
        self.engine = open_database("sqlite://")
        self.on = {f"f{feeder}-{number:02}": feeder for feeder in range(4) for number in range(per_feeder)}
        with transaction(self.engine) as session:
            self._lay_out(session)
        self.mono_s, self.wall = 5000.0, NOW
        self.machine = "m1"
        self.dark: set[str] = set()
        self.mute: set[str] = set()
        self.boots = dict.fromkeys(self.on, 1)
        self.started = dict.fromkeys(self.on, self.mono_s - 10_000)
        self.seq = dict.fromkeys(self.on, 0)
        self.events = 100
        self.look_s = 60
        self.says: dict[str, dict[str, Any]] = {}  # what else heartbeats tell
        self.repairing: Repairing | None = None
        self.start()

    def start(self) -> Self:
        """A new process on the same database, connected."""
        self.repairing = Repairing(self.engine, ZONE, machine=self.machine)
        self.repairing.look(self.moment)
        self.repairing.connected(self.moment)
        return self

    def kill(self) -> Self:
        """kill -9: what was not stored is gone."""
        self.repairing = None
        return self

    @property
    def moment(self) -> Moment:
        return Moment(self.wall, self.mono_s)

    def run(self, seconds: float) -> Self:
        """Time passes, second by second; the controller attends every 4 s and looks every `look_s`, if there is one."""
        for second in range(1, round(seconds) + 1):
            self.mono_s += 1
            self.wall += timedelta(seconds=1)
            self._report()
            if self.repairing is not None and (second % 4 == 0 or second == round(seconds)):
                self.repairing.alive(self.moment)
                if second % self.look_s == 0 or second == round(seconds):
                    self.repairing.look(self.moment)
        return self

    def cut(self, names: Iterable[str]) -> Self:
        """The power fails, with a last gasp."""
        for name in names:
            self.dark.add(name)
            gasp = Event(boot=self._boot(name), seq=self.boots[name], kind=EventKind.LAST_GASP, age_ms=500)
            self._say(name, gasp)
        return self

    def restore(self, names: Iterable[str]) -> Self:
        """The power is back: they start anew."""
        for name in names:
            self.dark.discard(name)
            self.boots[name] += 1
            self.started[name], self.seq[name] = self.mono_s, 0
        return self

    def feeder(self, number: int) -> list[str]:
        return [name for name, feeder in self.on.items() if feeder == number]

    def plan_work(self, target: str, hours: float) -> Self:
        row = MaintenanceRow(
            target=target,
            begins=self.wall,
            ends=self.wall + timedelta(hours=hours),
            reason="new poles",
            by="zhao",
        )
        with transaction(self.engine) as session:
            session.add(row)
        return self

    def tell(self, name: str, kind: EventKind, detail: str = "") -> Self:
        """An event of an endpoint."""
        self.events += 1
        event = Event(boot=self._boot(name), seq=self.events, kind=kind, detail=detail)
        self._say(name, event)
        return self

    def say_offline(self, name: str, *, retained: bool) -> None:
        assert self.repairing is not None
        said = Status(state=Presence.OFFLINE, epoch=self._boot(name))
        self.repairing.receive(name, said, self.moment, retained=retained)

    @property
    def tickets(self) -> list[Ticket]:
        with snapshot(self.engine) as session:
            return [ticket_of(row) for row in session.exec(select(TicketRow).order_by(col(TicketRow.number)))]

    @property
    def open(self) -> list[tuple[str, str]]:
        """(cause, root) of the tickets that are not over."""
        return sorted((t.cause.value, t.root) for t in self.tickets if not t.is_over)

    @property
    def all(self) -> list[tuple[str, str, TicketState]]:
        return sorted((t.cause.value, t.root, t.state) for t in self.tickets)

    def flips_to(self, state: State) -> int:
        with snapshot(self.engine) as session:
            return len(session.exec(select(FlipRow).where(FlipRow.to_state == state)).all())

    def flips_to_of(self, state: State, names: Iterable[str]) -> int:
        """How many flips to a state these endpoints made."""
        wanted = select(FlipRow).where(FlipRow.to_state == state, col(FlipRow.endpoint).in_(list(names)))
        with snapshot(self.engine) as session:
            return len(session.exec(wanted).all())

    def _report(self) -> None:
        for place, name in enumerate(self.on):
            if name not in self.dark and round(self.mono_s) % PERIOD_S == place * 7 % PERIOD_S:
                self.seq[name] += 1
                if name not in self.mute:
                    self._say(name, self._beat(name))

    def _say(self, name: str, report: Heartbeat | Event) -> None:
        if self.repairing is not None:
            self.repairing.receive(name, report, self.moment)

    def _beat(self, name: str) -> Heartbeat:
        beat = Heartbeat(
            boot=self._boot(name),
            seq=self.seq[name],
            boots=self.boots[name],
            up_s=round(self.mono_s - self.started[name]),
            clock_ms=round(self.wall.timestamp() * 1000),
            clock=ClockQuality.SYNCED,
            next_in_s=PERIOD_S,
            mains=True,
        )
        return replace(beat, **self.says.get(name, {}))

    def _boot(self, name: str) -> str:
        return f"{self.boots[name]:08x}"

    def _lay_out(self, session: Session) -> None:
        session.add(AreaRow(code="341523000000", name="county"))
        session.add(AreaRow(code="341523100000", name="town"))
        session.add_all(AreaRow(code=code, name=code) for code in VILLAGES)
        session.flush()
        session.add_all(
            EndpointRow(
                id=name,
                village=VILLAGES[feeder],
                name=name,
                feeder=FEEDERS[feeder],
                population=100,
                proof_key="00" * 32,
                created_at=NOW,
            )
            for name, feeder in self.on.items()
        )
        changed(session)
