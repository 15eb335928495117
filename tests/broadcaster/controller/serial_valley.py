"""A valley with a hub: a dozen endpoints along one serial line, which a cut, a short or a dead hub takes away."""

from typing import Self

from sqlmodel import Session

from broadcaster.storage.changes import changed
from broadcaster.storage.tables import EndpointRow, LineRow
from devices.presence import Presence
from devices.reports import Heartbeat, LineReport, Status, TapReport
from schedules.records import ClockQuality
from tests.broadcaster.controller.valley import VILLAGES, Valley
from tests.broadcaster.county import NOW

HUB, LINE = "hub-1", "bank-east"
EVERY_S = 30
CALMEST = 255


class SerialValley(Valley):
    """`cut_after`: only endpoints up to this place are reached. `hub_on`: its program runs."""

    def __init__(self, places: int = 12) -> None:
        self.taps = {f"s-{place:02}": place for place in range(1, places + 1)}
        self.hub_on, self.port_open = True, True
        self.hub_boot, self.hub_seq = 1, 0
        self.cut_after: int | None = None
        self.garbled, self.noise = 0, 0
        self.calm: dict[str, int] = {}
        self.tap_heard: dict[str, float] = {}
        super().__init__(per_feeder=4)
        self.on |= dict.fromkeys(self.taps, -1)
        self.boots |= dict.fromkeys(self.taps, 1)
        self.started |= dict.fromkeys(self.taps, self.mono_s - 10_000)
        self.seq |= dict.fromkeys(self.taps, 0)

    def restart_hub(self) -> Self:
        """Its program begins anew."""
        self.hub_boot, self.hub_seq, self.hub_on = self.hub_boot + 1, 0, True
        return self

    def say_hub_offline(self, boot: int | None = None, *, retained: bool = False) -> Self:
        """The broker speaks the will of a hub."""
        assert self.repairing is not None
        said = Status(state=Presence.OFFLINE, epoch=f"{boot or self.hub_boot:08x}")
        self.repairing.receive(HUB, said, self.moment, retained=retained)
        return self

    def is_reached(self, name: str) -> bool:
        """Whether the hub hears it."""
        whole = self.cut_after is None or self.taps[name] <= self.cut_after
        return self.hub_on and self.port_open and whole and name not in self.dark

    def _report(self) -> None:
        self.mute -= self.taps.keys()
        self.mute |= {name for name in self.taps if not self.is_reached(name)}
        super()._report()
        self.tap_heard |= {name: self.mono_s for name in self.taps if self.is_reached(name)}
        self.garbled += self.noise
        if self.hub_on and round(self.mono_s) % EVERY_S == 0:
            self.hub_seq += 1
            self._tell(self.hub_beat())
            self._tell(self.line_report())

    def _tell(self, report: Heartbeat | LineReport) -> None:
        if self.repairing is not None:
            self.repairing.receive(HUB, report, self.moment)

    def hub_beat(self) -> Heartbeat:
        return Heartbeat(
            boot=f"{self.hub_boot:08x}",
            seq=self.hub_seq,
            up_s=self.hub_seq * EVERY_S,
            clock_ms=round(self.wall.timestamp() * 1000),
            clock=ClockQuality.SYNCED,
            next_in_s=EVERY_S,
        )

    def line_report(self) -> LineReport:
        return LineReport(
            boot=f"{self.hub_boot:08x}",
            seq=self.hub_seq,
            line=LINE,
            open=self.port_open,
            baud=9_600,
            garbled=self.garbled,
            taps=tuple(
                TapReport(
                    endpoint=name,
                    address=place,
                    position=place,
                    there=self.is_reached(name),
                    silent_s=round(self.mono_s - self.tap_heard[name]) if name in self.tap_heard else None,
                    calm=self.calm.get(name, CALMEST),
                )
                for name, place in self.taps.items()
            ),
        )

    def _lay_out(self, session: Session) -> None:
        super()._lay_out(session)
        session.add(LineRow(name=LINE, hub=HUB, port="/dev/ttyUSB0", baud=9_600))
        session.add_all(
            EndpointRow(
                id=name,
                village=VILLAGES[0],
                name=name,
                link=f"serial:{LINE}:{place}",
                population=50,
                proof_key="00" * 32,
                created_at=NOW,
            )
            for name, place in self.taps.items()
        )
        changed(session)
