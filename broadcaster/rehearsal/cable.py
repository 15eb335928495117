"""Cable: an emulated serial line in the county's virtual time, with the head of a hub and the taps of endpoints at its ends.

Theory of operation. A head asks its taps every second whether they have anything to say: in a week that is more than all else
that a county does. While nobody has, the cable rests: questions and answers that would say nothing are left out, but for one
round now and then, after which the hub's report is as true as it would be. Whoever has something to say ends the rest. A cable
that drops frames goes to rest only when its head has counted enough of them. What is said is handed to the line in pieces of up
to AHEAD_S, of which each costs a turn: about a frame.
"""

from collections.abc import Callable
from functools import partial
from math import inf

from broadcaster.rehearsal.world import World
from devices.serial.emulated import HEAD, EmulatedLine, Unplugged, Weather
from devices.serial.head import Head
from devices.serial.pacing import Line
from devices.serial.presence import Presence
from devices.serial.tap import Tap
from devices.serial.tap_link import SILENT_S, TapLink

AHEAD_S = 0.25  # a block goes out in a few pieces, so that an emergency still tears it
REST_S = 1_800.0
_SURELY_S = SILENT_S + 10.0

Hears = Callable[[object], None]


class Cable:
    """One line; taps are at their addresses, 1 and up."""

    def __init__(self, world: World, line: Line, weather: Weather, taps: int, seed: int) -> None:
        self._world = world
        self._wire = EmulatedLine(
            line=line, ends=[Unplugged() for _ in range(taps + 1)], weather=weather, seed=seed
        )
        self._hears: dict[int, Hears] = {}
        self._links: dict[int, TapLink] = {}
        self._armed_s = inf
        self._rests = self._turning = False

    def plug(self, end: int, there: Head | Tap, hears: Hears) -> None:
        """A head or a tap is there (again)."""
        self._wake_up()
        self._hears[end] = hears
        there.ahead_s = AHEAD_S
        self._wire.replace(end, there)
        self._arm()

    def pull(self, end: int) -> None:
        """Nobody is there any more; whoever goes on learns it by silence."""
        self._wake_up()
        if self._hears.pop(end, None) is not None:
            self._wire.replace(end, Unplugged())
            self._watch()
            self._world.after(_SURELY_S, self._watch)
        self._arm()

    def stir(self, end: int) -> None:
        """An end was given something to say."""
        self._wake_up()
        self._wire.stir(end)
        self._arm()

    def attach(self, link: TapLink) -> None:
        """The link of the program that runs at a tap; it learns when the head asks no more."""
        self._count_what_was_left_out()
        self._links[link.tap.address] = link
        link.watch(self._world.now_s)

    def _watch(self) -> None:
        self._count_what_was_left_out()
        for link in tuple(self._links.values()):
            link.watch(self._world.now_s)

    def _count_what_was_left_out(self) -> None:
        """While the cable rests, whoever is plugged in is asked all the same."""
        for link in self._links.values() if self._rests else ():
            if self._wire.ends[link.tap.address] is link.tap:
                link.tap.questions += 1

    def _wake_up(self) -> None:
        if self._rests:
            self._count_what_was_left_out()
            self._rests = False
            self._wire.skip(self._world.now_s)
        self._wire.now = self._world.now_s

    def _turn(self, armed_s: float) -> None:
        """All that happens on the line until something else happens in the county, or its own rest ends."""
        if armed_s != self._armed_s:
            return
        self._turning, at = True, armed_s
        while at <= self._world.free_until_s:
            self._world.pass_until(at)
            self._wake_up()
            self._wire.run(lambda: False, at)
            self._tell()
            at = self._next_s()
        self._turning, self._armed_s = False, inf
        self._arm()

    def _tell(self) -> None:
        happened, self._wire.events = self._wire.events, []
        for _, end, event in happened:
            if hears := self._hears.get(end):
                hears(event)

    def _arm(self) -> None:
        if self._turning:
            return
        at = self._next_s()
        if at != self._armed_s:
            self._armed_s = at
            if at != inf:
                self._world.at(at, partial(self._turn, at))

    def _next_s(self) -> float:
        """When something happens next; a cable on which nobody has anything to say goes to rest."""
        at = self._wire.next_s
        if at > self._world.now_s and self._has_nothing_to_say():
            self._rests, at = True, self._world.now_s + REST_S
        return at

    def _has_nothing_to_say(self) -> bool:
        head = self._wire.ends[HEAD]
        if not isinstance(head, Head) or not head.idle or self._wire.speaks:
            return False
        counts = self._wire.weather.lost_frames > 0
        for address, end in enumerate(self._wire.ends[1:], 1):
            member = head.member(address)
            if isinstance(end, Tap):
                if member.presence is not Presence.PRESENT or member.misses or end.unsent:
                    return False
                if counts and not member.drops.settled:
                    return False
            elif member.presence is not Presence.ABSENT:
                return False
        return True
