"""An endpoint at the tap of a cable: the same board and the same `Endpoint`, reached by a line in the place of the broker."""

import random
from collections.abc import Callable

from broadcaster.rehearsal.cable import Cable
from broadcaster.rehearsal.fuse import Fuse
from broadcaster.rehearsal.horn import Horn, Site
from broadcaster.rehearsal.town_hall import TownHall
from broadcaster.rehearsal.truth import Ears
from broadcaster.rehearsal.wire import Broker, Carrier, Weather
from broadcaster.rehearsal.witness import Witness
from broadcaster.rehearsal.world import World
from devices.endpoint.held import Unseal
from devices.links import Message
from devices.serial.events import Here
from devices.serial.shelf import MemoryShelf
from devices.serial.tap_link import TapLink


class TappedHorn(Horn):
    """Nothing deafens it but its hub."""

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
        *,
        hall: TownHall,
    ) -> None:
        super().__init__(world, broker, weather, site, ears, chance, unseal, witness)
        self._hall = hall
        hall.horns[hall.addresses[self.id]] = self
        self._shelf = MemoryShelf()  # survives power cuts
        self.arrived: dict[str, float] = {}  # recording → when all of it was here first

    def deafen(self, *, deaf: bool) -> None:
        """Nothing of what the controller says reaches its hub, or everything again."""
        self._hall.deafen(deaf=deaf)

    def _new_link(self) -> Carrier:
        return CableLink(
            self._world,
            self._hall.cable,
            TapLink(
                endpoint=self.id,
                address=self._hall.addresses[self.id],
                line=self._hall.pacing,
                shelf=self._shelf,
                nonce=lambda: self._chance.getrandbits(32),
                later=lambda deed: self._world.after(0.0, deed),
                on_message=self._receive,
                on_connected=lambda: self._do(lambda endpoint, now: endpoint.connected(now)),
                on_disconnected=lambda _why: self._do(lambda endpoint, now: endpoint.disconnected(now)),
            ),
            self._fuse,
            self._here,
        )

    def _here(self, sha256: bytes) -> None:
        self.arrived.setdefault(sha256.hex(), self._world.now_s)


class CableLink:
    """A tap's link as a board sees it: it can be plugged in and pulled out. A hub speaks for it at the broker: it has no will."""

    def __init__(
        self, world: World, cable: Cable, link: TapLink, fuse: Fuse, here: Callable[[bytes], None]
    ) -> None:
        self._world, self._cable, self._link, self._fuse, self._here = world, cable, link, fuse, here
        self.will: Message | None = None
        self.on_lost: Callable[[Message], None] = lambda _message: None
        self.deaf = False
        self.subscribe, self.unsubscribe = link.subscribe, link.unsubscribe

    def publish(self, message: Message) -> None:
        """It waits at the tap until the head asks."""
        self._fuse.burn()
        self._link.publish(message)
        self._cable.stir(self._link.tap.address)

    def open(self) -> None:
        """Power and cable are there."""
        self._cable.attach(self._link)
        self._cable.plug(self._link.tap.address, self._link.tap, self._take)

    def close(self) -> None:
        """The process or the cable is gone."""
        self._cable.pull(self._link.tap.address)

    def cut(self) -> None:
        """There is no session that could break."""

    def _take(self, event: object) -> None:
        if isinstance(event, Here):
            self._here(event.sha256)
        self._link.take(event)  # type: ignore[arg-type]
