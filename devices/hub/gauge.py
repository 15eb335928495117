"""The gauge: what a hub says of itself and its lines, so that a cut is found, and arrival can be foretold."""

from collections.abc import Iterable, Mapping
from itertools import islice
from math import ceil, inf

from devices import topics
from devices.codec import encode
from devices.endpoint.clock import Instant
from devices.hub.line import LineDuty
from devices.links import Link, Message
from devices.reports import Heartbeat, LineReport, Report, TapReport, TransferReport
from devices.topics import ReportKind
from schedules.records import ClockQuality

EVERY_S = 30.0
SOON_S = 2.0  # after a tap came or went
MOST_TRANSFERS = 64  # that one report names,
MOST_LACKING = 300  # and endpoints in them, so that it stays within what a reader takes
MOST_TAPS = 256


class Gauge:
    """Publishes while connected."""

    def __init__(
        self,
        hub: str,
        boot: str,
        uplink: Link,
        lines: Mapping[str, LineDuty],
        software: str,
        every_s: float = EVERY_S,
    ) -> None:
        self._hub = hub
        self._boot = boot
        self._uplink = uplink
        self._lines = lines
        self._software = software
        self._every_s = every_s
        self._open = dict.fromkeys(lines, False)
        self._started_s = 0.0
        self._beats = 0
        self._connected = False
        self.next_s = inf

    def started(self, now_s: float) -> None:
        """The hub's program has begun."""
        self._started_s = now_s

    def connected(self, now: Instant) -> None:
        """The uplink is there."""
        self._connected = True
        self.next_s = now.mono_s

    def disconnected(self) -> None:
        """The uplink is gone."""
        self._connected = False
        self.next_s = inf

    def port_changed(self, line: str, *, is_open: bool) -> None:
        """A port has been opened or lost."""
        self._open[line] = is_open

    def hurry(self, now_s: float) -> None:
        """Something has changed that people want to see."""
        if self._connected:
            self.next_s = min(self.next_s, now_s + SOON_S)

    def beat(self, now: Instant) -> None:
        """Say how the hub and its lines are, if it is time."""
        if now.mono_s < self.next_s:
            return
        self.next_s = now.mono_s + self._every_s
        self._beats += 1
        self._publish(ReportKind.HEARTBEAT, self._heartbeat(now))
        for name, duty in self._lines.items():
            duty.offers.listen()  # also while nothing is carried: the first promise needs it
            self._publish(ReportKind.LINE, self.line(name, now))

    def line(self, name: str, now: Instant) -> LineReport:
        """What is to be said of a line now."""
        duty = self._lines[name]
        noise = duty.head.noise
        return LineReport(
            boot=self._boot,
            seq=self._beats,
            line=name,
            open=self._open[name],
            baud=duty.line.baud,
            half_duplex=duty.line.half_duplex,
            turn_ms=duty.line.turn_ms,
            calm=noise.calm,
            garbled=noise.garbled,
            thrift=round(100 * duty.offers.thrift.value),
            taps=tuple(self._taps(duty, now)),
            transfers=_named(duty.offers.reports(MOST_TRANSFERS)),
        )

    def _publish(self, kind: ReportKind, report: Report) -> None:
        self._uplink.publish(Message(topics.report(self._hub, kind), encode(report), 0))

    def _heartbeat(self, now: Instant) -> Heartbeat:
        return Heartbeat(
            boot=self._boot,
            seq=self._beats,
            up_s=int(now.mono_s - self._started_s),
            clock_ms=max(0, round(now.wall.timestamp() * 1000)),
            clock=ClockQuality.SYNCED if now.synced else ClockQuality.NONE,
            next_in_s=ceil(self._every_s),
            software=self._software,
        )

    def _taps(self, duty: LineDuty, now: Instant) -> list[TapReport]:
        found = []
        for tap in islice(duty.wards.values(), MOST_TAPS):
            member = duty.head.member(tap.address)
            silent_s = max(0, int(now.mono_s - member.heard_at)) if member.answers else None
            found.append(
                TapReport(
                    endpoint=tap.endpoint,
                    address=tap.address,
                    position=tap.position,
                    there=tap.there,
                    silent_s=silent_s,
                    answers=member.answers,
                    lost=member.lost_answers,
                    calm=tap.steady.calm,
                    dropped=round(1_000 * member.drops.share),
                )
            )
        return found


def _named(transfers: Iterable[TransferReport]) -> tuple[TransferReport, ...]:
    """The first of them, as many as one report bears."""
    found: list[TransferReport] = []
    named = 0
    for transfer in transfers:
        named += len(transfer.lacking)
        if found and named > MOST_LACKING:
            break
        found.append(transfer)
    return tuple(found)
