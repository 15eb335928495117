"""The county station: the process around the real `Controller`, which can be killed at any instant, also inside a commit."""

import random
from collections.abc import Callable

from sqlalchemy import Engine, event

from broadcaster.controller.core import Controller
from broadcaster.controller.habits import Habits
from broadcaster.controller.media import Media, Shelf
from broadcaster.controller.moment import Moment
from broadcaster.controller.repairing import Repairing
from broadcaster.rehearsal.fuse import Fuse, Killed
from broadcaster.rehearsal.wire import Broker, SimLink, Weather
from broadcaster.rehearsal.world import World
from devices.links import Message
from devices.signing import Signer

MINUTE_S = 60.0


class Station:
    """Power and process of the controller; its database survives."""

    def __init__(
        self,
        world: World,
        broker: Broker,
        engine: Engine,
        signer: Signer,
        shelf: Shelf,
        habits: Habits,
        chance: random.Random,
    ) -> None:
        self._world, self._broker, self._engine = world, broker, engine
        self._signer, self._shelf, self._habits, self._chance = signer, shelf, habits, chance
        self._controller: Controller | None = None
        self._link: SimLink | None = None
        self._repairing: Repairing | None = None
        self._repairs_s = 0.0
        self._armed_s = float("inf")
        self._fuse = Fuse()
        self._down_s = 0.0
        self._inside = False  # one of its entries: people write to the same database
        event.listen(engine, "commit", lambda _connection: self._fuse.burn() if self._inside else None)

    def start(self) -> None:
        """Start the process."""
        if self._controller is not None:
            return
        link = SimLink(
            self._world,
            self._broker,
            Weather(delay_s=(0.001, 0.005), lose_qos0=0.0, lose_qos1=0.0, reconnect_s=(0.5, 2.0)),
            self._chance,
            on_message=self._receive,
            on_connected=lambda: self._do(Controller.connected),
            on_disconnected=lambda: self._do(Controller.disconnected),
            fuse=self._fuse,
        )
        self._link = link
        self._repairing = Repairing(
            self._engine, self._habits.zone, machine="rehearsal", pace_s=self._habits.watch_s + MINUTE_S
        )
        self._controller = Controller(
            engine=self._engine,
            link=link,
            signer=self._signer,
            media=Media(self._shelf),
            habits=self._habits,
            repairs=self._repairing,
        )
        self._world.note("station starts")
        self._armed_s = float("inf")
        link.open()
        self._arm()

    def doom(self, lasts_s: float) -> None:
        """kill -9 strikes right now, or in the middle of what it does next: before a commit is done, or a message sent.

        After `lasts_s` it starts again.
        """
        self._down_s = lasts_s
        if self._chance.random() < 0.3:
            self._die()
        else:
            self._fuse.light(self._chance.randrange(1, 40))

    def look(self) -> None:
        """A person changed something: the desk tells its controller."""
        self._do(Controller.look)

    def _receive(self, message: Message) -> None:
        self._world.note("station got", message.topic, len(message.payload))
        self._do(lambda controller, now: controller.receive(message, now))

    def _do(self, deed: Callable[[Controller, Moment], object]) -> None:
        if self._controller is None:
            return
        self._inside = True
        try:
            deed(self._controller, Moment(self._world.now, self._world.now_s))
        except Killed:
            self._die()
        finally:
            self._inside = False
        self._arm()

    def _die(self) -> None:
        self._world.note("station killed")
        self._controller = None
        if self._link is not None:
            self._link.close()
        self._world.after(self._down_s, self.start)

    def _arm(self) -> None:
        if self._controller is None or self._controller.next_wake >= self._armed_s:
            return
        self._armed_s = max(self._controller.next_wake, self._world.now_s)
        controller, armed_s = self._controller, self._armed_s
        self._world.at(armed_s, lambda: self._wake(controller, armed_s))

    def _wake(self, controller: Controller, armed_s: float) -> None:
        if controller is self._controller and armed_s == self._armed_s:
            self._armed_s = float("inf")
            self._do(self._attend)

    def _attend(self, controller: Controller, now: Moment) -> None:
        controller.wake(now)
        if self._repairing is not None and now.mono_s >= self._repairs_s:
            self._repairs_s = now.mono_s + self._habits.watch_s
            self._repairing.look(now)
