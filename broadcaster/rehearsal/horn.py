"""One simulated site: the power, the clock, the link and the process around a real `Endpoint`."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

from broadcaster.rehearsal.fuse import Fuse, FusedStore, Killed
from broadcaster.rehearsal.truth import Ears, HeardOutput
from broadcaster.rehearsal.wire import Broker, Carrier, SimLink, Weather
from broadcaster.rehearsal.witness import Witness
from broadcaster.rehearsal.world import World
from devices.endpoint.clock import Instant
from devices.endpoint.core import Endpoint, Pace
from devices.endpoint.held import Unseal
from devices.endpoint.instruments import Instruments
from devices.endpoint.media import Media
from devices.endpoint.output import SilentOutput
from devices.links import Message
from devices.provisioning import Provision

_TICK_S = 1e-6  # so that rounding never wakes a board just before its deadline
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
REPAIR_S = 5_400.0  # a lost document is said again after the next heartbeat, or the one after
RECOVERY_S = 180.0  # after a trouble, until the link is up again and documents have come


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongClock:
    """What a system clock shows instead of the time. `synced`: it claims to be disciplined all the same."""

    by: timedelta = timedelta(0)
    epoch: bool = False  # it began in 1970 with this boot
    synced: bool = False


WAKES_IN_1970 = WrongClock(epoch=True)
AN_HOUR_FAST = WrongClock(by=timedelta(hours=1), synced=True)
AN_HOUR_SLOW = WrongClock(by=timedelta(hours=-1), synced=True)
TEN_YEARS_FAST = WrongClock(by=timedelta(days=3_652), synced=True)
A_DEAD_BATTERY = WrongClock(by=timedelta(hours=-1))  # it went on from where it stopped


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What stands at one pole and survives a power cut."""

    provision: Provision
    store: FusedStore
    media: Media
    last_gasp: bool  # the board has the hardware to say good-bye
    clock_error_s: float  # of a disciplined clock
    instruments: Instruments | None = None


class Horn:
    """Power and process of one endpoint. Virtual power cuts are exact, so its board writes its notes seldom; what the controller
    gathers for a quarter of an hour is sent together."""

    PACE = Pace(note_s=120.0, alive_s=3600.0, spread_s=20.0, resend_s=1200.0, gather_s=600.0)

    def __init__(
        self,
        world: World,
        broker: Broker,
        weather: Weather,
        site: Site,
        ears: Ears,
        chance: random.Random,
        unseal: Unseal,
        witness: Witness,
    ) -> None:
        self._unseal, self._witness = unseal, witness
        self.troubled: list[tuple[float, float]] = []  # when it could not be expected to hear or to sound
        self._fuse = site.store.fuse = Fuse()
        self._down_s = 0.0
        self._deaf = False
        self._clock_error = timedelta(seconds=site.clock_error_s)
        self._world, self._broker, self._weather = world, broker, weather
        self.site, self._ears, self._chance = site, ears, chance
        self.lit = self.reachable = True
        self._endpoint: Endpoint | None = None
        self._output: HeardOutput | None = None
        self._link: Carrier | None = None
        self._booted_s = 0.0
        self._wrong_clock: WrongClock | None = None
        self._armed_s = float("inf")

    @property
    def id(self) -> str:
        """The endpoint's id."""
        return self.site.provision.endpoint

    def boot(self) -> None:
        """Start the process if there is power and none runs."""
        if not self.lit or self._endpoint is not None:
            return
        if self._wrong_clock is not None and self._wrong_clock.synced:
            self._wrong_clock = None  # what disciplines a clock sets it right at a boot
        self._booted_s = self._world.now_s - 5.0  # the board took a while before our program starts
        booted_s = self._booted_s
        output = HeardOutput(
            SilentOutput(),
            self.id,
            self._ears,
            lambda mono_s: self._world.start + timedelta(seconds=mono_s + booted_s),
            self._fuse,
        )
        link = self._new_link()
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
            instruments=self.site.instruments,
        )
        link.will, link.deaf = self._endpoint.will, self._deaf
        link.on_lost = self._missed
        self._armed_s = float("inf")
        self._world.note("boot", self.id)
        if self._wrong_clock is not None:
            self._witness.woke(self.id, self._world.now, self.site.store.floor)
        self._do(lambda endpoint, now: endpoint.started(now))
        if self.reachable and self._link is link:
            link.open()

    def _new_link(self) -> Carrier:
        return SimLink(
            self._world,
            self._broker,
            self._weather,
            self._chance,
            on_message=self._receive,
            on_connected=lambda: self._do(lambda endpoint, now: endpoint.connected(now)),
            on_disconnected=lambda: self._do(lambda endpoint, now: endpoint.disconnected(now)),
            fuse=self._fuse,
        )

    def doom(self, steps: int, down_s: float) -> None:
        """kill -9 will strike in the middle of what it does, `steps` steps from now; after `down_s` it boots again."""
        self._down_s = down_s
        self._fuse.light(steps)

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

    def deafen(self, *, deaf: bool) -> None:
        """Nothing reaches it, though its link is up; or everything again, and then its session begins anew."""
        self._deaf = deaf
        if self._link is not None:
            self._link.deaf = deaf
            if not deaf:
                self._link.cut()

    def upset_clock(self, wrong: WrongClock) -> None:
        """The system clock shows something else from now on; but one that claimed nothing since its boot goes on so.

        If its first claim were a wrong one, nothing there could tell, as at a boot.
        """
        claims_nothing = self._wrong_clock is not None and not self._wrong_clock.synced
        if not (claims_nothing and wrong.synced):
            self._wrong_clock = wrong

    def mend_clock(self) -> None:
        """The system clock is right again."""
        self._wrong_clock = None

    @property
    def _mono_s(self) -> float:
        return self._world.now_s - self._booted_s

    def _instant(self) -> Instant:
        wall = self._world.now + self._clock_error
        if self._wrong_clock is None:
            return Instant(mono_s=self._mono_s, wall=wall, synced=True)
        if self._wrong_clock.epoch:
            wall = EPOCH + timedelta(seconds=self._mono_s)
        return Instant(mono_s=self._mono_s, wall=wall + self._wrong_clock.by, synced=self._wrong_clock.synced)

    def _receive(self, message: Message) -> None:
        self._world.note("got", self.id, message.topic, len(message.payload))
        self._do(lambda endpoint, now: endpoint.receive(message, now))
        self._witness.delivered(self.id, message, self._world.now, sure=self._endpoint is not None)

    def _missed(self, message: Message) -> None:
        """A document did not come: the controller can only learn that from the next heartbeats."""
        if message.retain:
            self.troubled.append((self._world.now_s, self._world.now_s + REPAIR_S))

    def _do(self, deed: Callable[[Endpoint, Instant], None]) -> None:
        if self._endpoint is None:
            return
        try:
            deed(self._endpoint, self._instant())
        except Killed:
            self.kill()
            self.troubled.append((self._world.now_s, self._world.now_s + self._down_s + RECOVERY_S))
            self._world.after(self._down_s, self.boot)
        self._arm()

    def _arm(self) -> None:
        if self._endpoint is None:
            return
        wake_s = self._endpoint.next_wake + self._booted_s + _TICK_S
        if wake_s >= self._armed_s or wake_s == float("inf"):
            return
        self._armed_s = max(wake_s, self._world.now_s)
        self._world.at(self._armed_s, partial(self._wake, self._booted_s, self._armed_s))

    def _wake(self, booted_s: float, armed_s: float) -> None:
        if self._endpoint is None or booted_s != self._booted_s or armed_s != self._armed_s:
            return
        self._armed_s = float("inf")
        self._do(lambda endpoint, now: endpoint.wake(now))
