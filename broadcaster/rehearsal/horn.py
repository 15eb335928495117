"""One simulated site: the power, the clock, the link and the process around a real `Endpoint`."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from broadcaster.rehearsal.truth import Ears, HeardOutput
from broadcaster.rehearsal.wire import Broker, SimLink, Weather
from broadcaster.rehearsal.world import World
from devices.endpoint.clock import Instant
from devices.endpoint.core import Endpoint, Pace
from devices.endpoint.held import Unseal
from devices.endpoint.media import Media
from devices.endpoint.memory_store import MemoryStore
from devices.endpoint.output import SilentOutput
from devices.links import Message
from devices.provisioning import Provision

_TICK_S = 1e-6  # so that rounding never wakes a board just before its deadline
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What stands at one pole and survives a power cut."""

    provision: Provision
    store: MemoryStore
    media: Media
    last_gasp: bool  # the board has the hardware to say good-bye
    clock_error_s: float  # of a disciplined clock


class Horn:
    """Power and process of one endpoint. Virtual power cuts are exact, so its board writes its notes seldom."""

    PACE = Pace(note_s=120.0, alive_s=1800.0, spread_s=20.0, resend_s=600.0)

    def __init__(
        self,
        world: World,
        broker: Broker,
        weather: Weather,
        site: Site,
        ears: Ears,
        chance: random.Random,
        unseal: Unseal,
    ) -> None:
        self._unseal = unseal
        self._clock_error = timedelta(seconds=site.clock_error_s)
        self._world, self._broker, self._weather = world, broker, weather
        self.site, self._ears, self._chance = site, ears, chance
        self.lit = self.reachable = True
        self._endpoint: Endpoint | None = None
        self._output: HeardOutput | None = None
        self._link: SimLink | None = None
        self._booted_s = 0.0
        self._wrong_clock = False
        self._armed_s = float("inf")

    @property
    def id(self) -> str:
        """The endpoint's id."""
        return self.site.provision.endpoint

    def boot(self) -> None:
        """Start the process if there is power and none runs."""
        if not self.lit or self._endpoint is not None:
            return
        self._booted_s = self._world.now_s - 5.0  # the board took a while before our program starts
        booted_s = self._booted_s
        output = HeardOutput(
            SilentOutput(),
            self.id,
            self._ears,
            lambda mono_s: self._world.start + timedelta(seconds=mono_s + booted_s),
        )
        link = SimLink(
            self._world,
            self._broker,
            self._weather,
            self._chance,
            on_message=self._receive,
            on_connected=lambda: self._do(lambda endpoint, now: endpoint.connected(now)),
            on_disconnected=lambda: self._do(lambda endpoint, now: endpoint.disconnected(now)),
        )
        self._output, self._link = output, link
        self._endpoint = Endpoint(
            provision=self.site.provision,
            store=self.site.store,
            media=self.site.media,
            output=output,
            link=link,
            boot=f"{self._chance.getrandbits(32):08x}",
            chance=self._chance,
            pace=self.PACE,
            unseal=self._unseal,
        )
        link.will = self._endpoint.will
        self._armed_s = float("inf")
        self._world.note("boot", self.id)
        self._do(lambda endpoint, now: endpoint.started(now))
        if self.reachable:
            link.open()

    def kill(self) -> None:
        """kill -9: the process is gone between two of its entries."""
        if self._endpoint is None or self._output is None or self._link is None:
            return
        self._world.note("killed", self.id)
        self._output.silenced(self._mono_s)
        self._endpoint = None
        self._link.close()
        self._link = None

    def power_off(self) -> None:
        """Mains fails: with the hardware for it a last gasp, then darkness."""
        self.lit = False
        if self.site.last_gasp:
            self._do(lambda endpoint, now: endpoint.power_failing(now))
        self.kill()

    def power_on(self) -> None:
        """Mains is back: the board boots."""
        self.lit = True
        self.boot()

    def network(self, *, reachable: bool) -> None:
        """The village's network goes or comes."""
        self.reachable = reachable
        if self._link is not None:
            (self._link.open if reachable else self._link.close)()

    def lose_clock(self) -> None:
        """From the next boot on the board wakes in 1970 and nothing disciplines its clock."""
        self._wrong_clock = True

    def mend_clock(self) -> None:
        """From the next boot on the system clock is right again."""
        self._wrong_clock = False

    @property
    def _mono_s(self) -> float:
        return self._world.now_s - self._booted_s

    def _instant(self) -> Instant:
        if self._wrong_clock:
            return Instant(mono_s=self._mono_s, wall=EPOCH + timedelta(seconds=self._mono_s), synced=False)
        wall = self._world.now + self._clock_error
        return Instant(mono_s=self._mono_s, wall=wall, synced=True)

    def _receive(self, message: Message) -> None:
        self._world.note("got", self.id, message.topic, len(message.payload))
        self._do(lambda endpoint, now: endpoint.receive(message, now))

    def _do(self, deed: Callable[[Endpoint, Instant], None]) -> None:
        if self._endpoint is None:
            return
        deed(self._endpoint, self._instant())
        self._arm()

    def _arm(self) -> None:
        if self._endpoint is None:
            return
        wake_s = self._endpoint.next_wake + self._booted_s + _TICK_S
        if wake_s >= self._armed_s or wake_s == float("inf"):
            return
        self._armed_s = max(wake_s, self._world.now_s)
        booted_s, armed_s = self._booted_s, self._armed_s
        self._world.at(armed_s, lambda: self._wake(booted_s, armed_s))

    def _wake(self, booted_s: float, armed_s: float) -> None:
        if self._endpoint is None or booted_s != self._booted_s or armed_s != self._armed_s:
            return
        self._armed_s = float("inf")
        self._do(lambda endpoint, now: endpoint.wake(now))
