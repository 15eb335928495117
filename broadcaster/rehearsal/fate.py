"""Fate: lets every mishap happen at its time, and mends what it broke when it is over."""

import random
from collections.abc import Callable, Mapping
from functools import partial

from broadcaster.rehearsal.county import County
from broadcaster.rehearsal.forger import Forger
from broadcaster.rehearsal.horn import (
    A_DEAD_BATTERY,
    AN_HOUR_FAST,
    AN_HOUR_SLOW,
    RECOVERY_S,
    TEN_YEARS_FAST,
    WAKES_IN_1970,
    Horn,
    WrongClock,
)
from broadcaster.rehearsal.station import Station
from broadcaster.rehearsal.town_hall import TownHall
from broadcaster.rehearsal.troubles import DAY_S, Mishap, Trouble
from broadcaster.rehearsal.wire import Broker
from broadcaster.rehearsal.world import World

_AT_BOOT = (WAKES_IN_1970, A_DEAD_BATTERY)
_WHILE_RUNNING = (AN_HOUR_FAST, AN_HOUR_SLOW, TEN_YEARS_FAST)
_STEPS = 400  # within which a process that is doomed dies: a few minutes to hours of its work


class Fate:
    """What can go wrong goes wrong here, and nowhere else."""

    def __init__(
        self,
        world: World,
        broker: Broker,
        station: Station,
        horns: Mapping[str, Horn],
        halls: Mapping[str, TownHall],
        county: County,
        forger: Forger,
        chance: random.Random,
    ) -> None:
        self._world, self._broker, self._station, self._horns = world, broker, station, horns
        self._halls = halls
        self._county, self._forger, self._chance = county, forger, chance

    def strike(self, mishap: Mishap) -> None:
        """It happens now."""
        self._world.note(mishap.trouble, mishap.subject, round(mishap.lasts_s, 3))
        match mishap.trouble:
            case Trouble.POWER_CUT | Trouble.SWITCHED_OFF:
                self._hurt(mishap, Horn.power_off, Horn.power_on)
            case Trouble.LINK_CUT:
                self._hurt(
                    mishap, partial(Horn.network, reachable=False), partial(Horn.network, reachable=True)
                )
            case Trouble.DEAF:
                self._hurt(mishap, partial(Horn.deafen, deaf=True), partial(Horn.deafen, deaf=False))
            case Trouble.ENDPOINT_KILLED:
                self._kill(mishap)
            case Trouble.CLOCK_WRONG:
                self._upset_clocks(mishap)
            case Trouble.CONTROLLER_KILLED:
                self._station.doom(mishap.lasts_s)
            case Trouble.BROKER_KILLED:
                self._broker.die()
                self._world.after(mishap.lasts_s, self._broker.rise)
            case Trouble.FORGERY:
                self._forger.strike(self._chance.choice(self._county.villages))
            case Trouble.HUB_KILLED:
                self._halls[mishap.subject].doom(mishap.lasts_s)
            case Trouble.UPLINK_CUT:
                self._cut_uplink(self._halls[mishap.subject], mishap.lasts_s)
            case Trouble.LINE_CUT:
                self._cut_line(self._halls[mishap.subject], mishap.lasts_s)

    def mend_all(self) -> None:
        """Everything works again."""
        self._broker.rise()
        self._station.start()
        for hall in self._halls.values():
            hall.boot()
            hall.deafen(deaf=False)
            hall.network(reachable=True)
        for horn in self._horns.values():
            horn.mend_clock()
            horn.deafen(deaf=False)
            horn.network(reachable=True)
            horn.power_on()

    def _kill(self, mishap: Mishap) -> None:
        """Between two of its entries, or in the middle of one."""
        if self._chance.random() < 0.3:
            self._hurt(mishap, Horn.kill, Horn.boot)
            return
        for horn in self._hit(mishap):
            horn.doom(self._chance.randrange(1, _STEPS), mishap.lasts_s)

    def _upset_clocks(self, mishap: Mishap) -> None:
        """At a boot no clock that is wrong claims to be right: nothing there could tell. While it runs it may."""
        if self._chance.random() < 0.5:
            wrong = self._chance.choice(_AT_BOOT)
            self._hurt(mishap, partial(_restart_with, wrong=wrong), Horn.boot)
        else:
            wrong = self._chance.choice(_WHILE_RUNNING)
            self._hurt(mishap, partial(Horn.upset_clock, wrong=wrong), lambda _horn: None)
        for horn in self._hit(mishap):
            self._world.after(mishap.lasts_s + DAY_S / 2, horn.mend_clock)

    def _cut_uplink(self, hall: TownHall, lasts_s: float) -> None:
        hall.network(reachable=False)
        hall.trouble(lasts_s + RECOVERY_S)
        self._world.after(lasts_s, partial(hall.network, reachable=True))

    def _cut_line(self, hall: TownHall, lasts_s: float) -> None:
        """Whoever is behind the place is cut off."""
        place = self._chance.randrange(1, len(hall.horns) + 1)
        for horn in [horn for address, horn in hall.horns.items() if address >= place]:
            self._hurt_one(
                horn, lasts_s, partial(Horn.network, reachable=False), partial(Horn.network, reachable=True)
            )

    def _hit(self, mishap: Mishap) -> list[Horn]:
        if mishap.subject in self._horns:
            return [self._horns[mishap.subject]]
        return [
            self._horns[name]
            for name, where in self._county.endpoints.items()
            if mishap.subject and mishap.subject in where
        ]

    def _hurt(self, mishap: Mishap, begin: Callable[[Horn], None], end: Callable[[Horn], None]) -> None:
        for horn in self._hit(mishap):
            self._hurt_one(horn, mishap.lasts_s, begin, end)

    def _hurt_one(
        self, horn: Horn, lasts_s: float, begin: Callable[[Horn], None], end: Callable[[Horn], None]
    ) -> None:
        begin(horn)
        horn.troubled.append((self._world.now_s, self._world.now_s + lasts_s + RECOVERY_S))
        self._world.after(lasts_s, partial(end, horn))


def _restart_with(horn: Horn, wrong: WrongClock) -> None:
    horn.upset_clock(wrong)
    horn.kill()
