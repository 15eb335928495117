"""Poles: the endpoints of the simulated grid, with no more life than supervision can see: power, link, beats, last gasps."""

import random
from dataclasses import dataclass, field

from broadcaster.repairs.topology import Placement
from devices.reports import Event, EventKind, Heartbeat, Reset
from schedules.records import ClockQuality

PERIOD_S = 60
GASP_ARRIVES, GASP_ARRIVES_WITH_CELL_DOWN = 0.70, 0.20
RECONNECT_S = 90.0  # at most, after power is back
LOSS_AGAIN = 0.30  # chance of a lost heartbeat after a lost one
BATTERY_S = 4 * 3_600.0


@dataclass(slots=True, eq=False)
class Pole:
    """One endpoint. Several misfortunes may have taken its power or its link at once."""

    placement: Placement
    chance: random.Random
    next_beat: float
    loss: float
    without_power: int = 0
    without_link: int = 0
    boots: int = 1
    booted: float = -86_400.0
    seq: int = 0
    events: int = 0
    lost_one: bool = False
    battery_until: float = field(default=0.0)

    @property
    def name(self) -> str:
        return self.placement.endpoint

    def is_up(self, now: float) -> bool:
        """Whether it runs: on mains, or on its battery."""
        return self.without_power == 0 or now < self.battery_until

    def beat(self, now: float) -> Heartbeat | None:
        """What arrives of this period's heartbeat; it was sent, and counted, also if nothing does."""
        self.next_beat = now + PERIOD_S
        if not self.is_up(now):
            return None
        self.seq += 1
        self.lost_one = self.chance.random() < (LOSS_AGAIN if self.lost_one else self.loss)
        if self.without_link or self.lost_one:
            return None
        return self._heartbeat(now, next_in_s=PERIOD_S)

    def _heartbeat(self, now: float, *, next_in_s: int) -> Heartbeat:
        return Heartbeat(
            boot=f"{self.boots:08x}",
            seq=self.seq,
            up_s=int(now - self.booted),
            clock_ms=0,
            clock=ClockQuality.SYNCED,
            next_in_s=next_in_s,
            mains=self.without_power == 0,
            boots=self.boots,
            reset=Reset.POWER_ON,
        )

    def answer(self, now: float) -> Heartbeat | None:
        """What arrives of its answer to a probe, if the probe arrives."""
        if not self.is_up(now) or self.without_link or self.chance.random() < 2 * self.loss:
            return None
        self.seq += 1
        return self._heartbeat(now, next_in_s=max(1, round(self.next_beat - now)))

    def lose_power(self, now: float, *, cell_down: bool, volts: int | None) -> Event | None:
        """The last gasp, if it gets out."""
        self.without_power += 1
        if self.without_power > 1:
            return None
        if self.placement.battery:
            self.battery_until = now + BATTERY_S
        self.events += 1
        arrives = GASP_ARRIVES_WITH_CELL_DOWN if cell_down else GASP_ARRIVES
        if not self.placement.gasps or self.without_link or self.chance.random() >= arrives:
            return None
        return self._event(EventKind.LAST_GASP, now, volts)

    def regain_power(self, now: float) -> Event | None:
        """It starts anew, and connects at some instant within a minute and a half; on battery it says that all is well."""
        self.without_power -= 1
        if self.without_power:
            return None
        if now < self.battery_until:
            self.battery_until = 0.0
            self.events += 1
            return None if self.without_link else self._event(EventKind.MAINS_BACK, now)
        self.boots, self.booted, self.seq, self.events = self.boots + 1, now, 0, 0
        self.next_beat = now + self.chance.uniform(5, RECONNECT_S)
        return None

    def _event(self, kind: EventKind, now: float, volts: int | None = None) -> Event:
        up_s = int(now - self.booted)
        return Event(boot=f"{self.boots:08x}", seq=self.events, kind=kind, up_s=up_s, mains_v=volts)
