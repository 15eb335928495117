"""The town hall: power, uplink and process of a real hub and the cable of its line; all can fail."""

import random
from collections.abc import Callable
from functools import partial
from math import inf
from typing import cast

from broadcaster.rehearsal.cable import Cable
from broadcaster.rehearsal.fuse import Fuse, Killed
from broadcaster.rehearsal.horn import RECOVERY_S, REPAIR_S, Horn
from broadcaster.rehearsal.reading import Reading
from broadcaster.rehearsal.wire import Broker, SimLink, Weather
from broadcaster.rehearsal.world import World
from devices.endpoint.clock import Instant
from devices.endpoint.media import MemoryMedia
from devices.hub.core import Hub
from devices.hub.provision import HubProvision
from devices.hub.store import HubStore
from devices.links import Message
from devices.provisioning import LineProvision
from devices.reports import LineReport
from devices.serial.emulated import HEAD
from devices.serial.events import HeadEvent
from devices.serial.pacing import Line

REPORT_S = 1_800.0
_POSTED_S = 1.0  # until the broker has what was published
_STEPS = 60  # within which a hub that is doomed dies
_TICK_S = 1e-6


class TownHall:
    """The hub of one line with the endpoints on it. Its store and its recordings survive its kills."""

    def __init__(
        self,
        world: World,
        broker: Broker,
        weather: Weather,
        provision: HubProvision,
        cable: Cable,
        reading: Reading,
        chance: random.Random,
        report_s: float = REPORT_S,
    ) -> None:
        self._world, self._chance = world, chance
        self._provision, self.cable, self._reading = provision, cable, reading
        self._report_s = report_s
        (self._line,) = provision.lines
        self._store, self._media = FusedHubStore.open(None), MemoryMedia()
        self._fuse = self._store.fuse = Fuse()
        self._link = SimLink(
            world,
            broker,
            weather,
            chance,
            on_message=lambda message: self._do(lambda hub, now: hub.receive(message, now)),
            on_connected=self._connected,
            on_disconnected=self._disconnected,
            fuse=self._fuse,
        )
        self._link.on_lost = self._missed
        self._uplink = Uplink(world, self._link)
        self.horns: dict[int, Horn] = {}  # by address, which is the place along the cable
        self._reachable = True
        self._hub: Hub | None = None
        self._down_s = 0.0
        self._armed_s = inf
        self._posts = False

    @property
    def id(self) -> str:
        """The hub's name."""
        return self._provision.hub

    @property
    def pacing(self) -> Line:
        """The clock of its line."""
        return self._line.wiring.line

    @property
    def addresses(self) -> dict[str, int]:
        """Endpoint → where it is on the line."""
        return {tap.endpoint: tap.address for tap in self._line.taps}

    def line_of(self, endpoint: str) -> LineProvision:
        """What an endpoint on its line is given."""
        line = self._line
        return LineProvision(
            port=line.port,
            address=self.addresses[endpoint],
            baud=line.baud,
            half_duplex=line.half_duplex,
            turn_ms=line.turn_ms,
        )

    def line_report(self) -> LineReport | None:
        """What it would tell of its line now; None: it does not run."""
        return self._hub.line_report(self._line.name, self._instant) if self._hub else None

    def boot(self) -> None:
        """Start the process if none runs."""
        if self._hub is not None:
            return
        self._world.note("hub starts", self.id)
        self._armed_s, self._posts = inf, False
        self._uplink.forget()
        hub = self._hub = Hub(
            provision=self._provision,
            store=self._store,
            media=self._media,
            uplink=self._uplink,
            boot=f"{self._chance.getrandbits(32):08x}",
            chance=self._chance,
            unseal=self._reading.unseal,
            report_s=self._report_s,
        )
        self._link.will = hub.will
        self._do(lambda hub, now: hub.started(now))
        self.cable.plug(HEAD, hub.lines[self._line.name].head, self._happened)
        self._do(lambda hub, now: hub.port_changed(self._line.name, is_open=True, now=now))
        if self._reachable:
            self._link.open()

    def doom(self, down_s: float) -> None:
        """kill -9 strikes right now, or in the middle of what it does next; after `down_s` it starts again."""
        self._down_s = down_s
        if self._chance.random() < 0.3:
            self._die()
        else:
            self._fuse.light(self._chance.randrange(1, _STEPS))

    def network(self, *, reachable: bool) -> None:
        """The uplink goes or comes."""
        self._reachable = reachable
        if self._hub is not None:
            (self._link.open if reachable else self._link.close)()

    def deafen(self, *, deaf: bool) -> None:
        """Nothing comes down to it though its session lives; or everything again, and the session begins anew."""
        if deaf != self._link.deaf:
            self._link.deaf = deaf
            if not deaf:
                self._link.cut()

    def trouble(self, lasts_s: float) -> None:
        """Nobody on its line can be expected to hear what is said from now on for so long."""
        for horn in self.horns.values():
            horn.troubled.append((self._world.now_s, self._world.now_s + lasts_s))

    def _die(self) -> None:
        if self._hub is None:
            return
        self._world.note("hub killed", self.id)
        self._hub = None
        self._link.close()
        self.cable.pull(HEAD)
        self.trouble(self._down_s + RECOVERY_S)
        self._world.after(self._down_s, self.boot)

    def _missed(self, message: Message) -> None:
        if message.retain:
            self.trouble(REPAIR_S)

    def _connected(self) -> None:
        self._do(lambda hub, now: self._uplink.again())
        self._do(lambda hub, now: hub.connected(now))

    def _disconnected(self) -> None:
        self._uplink.broken()
        self._do(lambda hub, now: hub.disconnected(now))

    def _happened(self, event: object) -> None:
        self._do(lambda hub, now: hub.line_event(self._line.name, cast(HeadEvent, event), now))
        self._wake()

    def _do(self, deed: Callable[[Hub, Instant], object]) -> None:
        if self._hub is None:
            return
        try:
            deed(self._hub, self._instant)
        except Killed:
            self._die()
            return
        if self._hub is not None and not self._hub.lines[self._line.name].head.idle:
            self.cable.stir(HEAD)  # it was given something to say
        self._arm()

    @property
    def _instant(self) -> Instant:
        return Instant(mono_s=self._world.now_s, wall=self._world.now, synced=True)

    def _wake(self) -> None:
        self._do(self._attend)

    def _attend(self, hub: Hub, now: Instant) -> None:
        hub.wake(now)
        if hub.posting and not self._posts:
            self._posts = True
            self._world.after(_POSTED_S, partial(self._posted, hub))

    def _posted(self, hub: Hub) -> None:
        if hub is not self._hub:
            return
        self._posts = False
        if not self._uplink.unsent:
            self._do(lambda hub, _now: hub.posted())
        self._wake()

    def _arm(self) -> None:
        if self._hub is None:
            return
        wake_s = max(self._world.now_s, self._hub.next_wake + _TICK_S)
        if wake_s < self._armed_s:
            self._armed_s = wake_s
            self._world.at(wake_s, partial(self._due, self._hub, wake_s))

    def _due(self, hub: Hub, armed_s: float) -> None:
        if hub is self._hub and armed_s == self._armed_s:
            self._armed_s = inf
            self._wake()


class Uplink:
    """A hub's client: what was published is sent again until the broker has it, as long as the process lives."""

    def __init__(self, world: World, link: SimLink) -> None:
        self._world, self._link = world, link
        self._waiting: list[Message] = []
        self.subscribe, self.unsubscribe = link.subscribe, link.unsubscribe

    @property
    def unsent(self) -> int:
        """Messages that the broker may not have."""
        return len(self._waiting)

    def publish(self, message: Message) -> None:
        """Towards the broker."""
        if message.qos:
            self._waiting.append(message)
        self._send(message)

    def again(self) -> None:
        """The session has begun: what was under way is repeated."""
        waiting, self._waiting = self._waiting, []
        for message in waiting:
            self.publish(message)

    def broken(self) -> None:
        """The session has ended with what was under way."""
        self._waiting = list(self._waiting)

    def forget(self) -> None:
        """The process has ended."""
        self._waiting = []
        for topic_filter in tuple(self._link.filters):
            self._link.unsubscribe(topic_filter)

    def _send(self, message: Message) -> None:
        self._link.publish(message)
        if message.qos:
            self._world.after(_POSTED_S / 2, partial(self._arrived, self._waiting, message))

    def _arrived(self, waiting: list[Message], message: Message) -> None:
        if waiting is self._waiting and message in waiting:
            waiting.remove(message)


class FusedHubStore(HubStore):
    """A store whose process may die just before a transaction is done, and just after it."""

    fuse: Fuse = Fuse()

    def put(self, message: Message) -> None:
        self.fuse.burn()
        super().put(message)
        self.fuse.burn()

    def arrived(self, up_to: int) -> None:
        self.fuse.burn()
        super().arrived(up_to)
        self.fuse.burn()
