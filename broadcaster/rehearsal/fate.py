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
        county: County,
        forger: Forger,
        chance: random.Random,
    ) -> None:
        self._world, self._broker, self._station, self._horns = world, broker, station, horns
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

    def mend_all(self) -> None:
        """Everything works again."""
        self._broker.rise()
        self._station.start()
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
            begin(horn)
            until_s = self._world.now_s + mishap.lasts_s + RECOVERY_S
            horn.troubled.append((self._world.now_s, until_s))
            self._world.after(mishap.lasts_s, partial(end, horn))


def _restart_with(horn: Horn, wrong: WrongClock) -> None:
    horn.upset_clock(wrong)
    horn.kill()
