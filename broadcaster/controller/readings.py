"""Readings: each heartbeat with what the service knows that bears on it, and the circumstances of a loss of mains.

Kept are the newest words of endpoints; a restart begins anew with their next heartbeats.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from statistics import median
from zoneinfo import ZoneInfo

from msgspec.structs import replace
from sqlalchemy import Engine

from broadcaster.controller.moment import Moment
from broadcaster.controller.on_site import OnSite
from broadcaster.controller.programme import Ordered, Programme
from broadcaster.controller.terrain import Terrain
from broadcaster.controller.weather import Weather
from broadcaster.repairs.circumstances import Circumstances
from broadcaster.repairs.rules import Reading
from broadcaster.repairs.topology import Topology
from devices.reports import Event, EventKind, Heartbeat
from schedules.records import ClockQuality

DOOR_S = 600.0
SETTLED_S = 15.0  # of a play: what it draws and what is heard of it can be judged
YOUNG_S, TOGETHER_S, OTHERS = 900, 5.0, 2  # starts that neighbours share
WARM_C = 60  # above it the neighbours' temperature is of interest
BY_HAND = 10  # percent points
UNREACHED = timedelta(minutes=5)  # after which it makes no difference that the order to stop has not arrived
LATE = timedelta(seconds=10)
SURELY_S = 60.0  # no clock of an endpoint is so far behind without being told as a fault


@dataclass(slots=True)
class _Sound:
    """What an endpoint sounds, as its heartbeats say."""

    key: str
    since_s: float
    began_rightly: bool
    wrong_s: float | None = None  # since when it should have been silent, and was told


class Readings:
    """One county's. `terrain`, `topology`, `weather` and `maintained` are set by who reads them."""

    def __init__(self, engine: Engine, zone: ZoneInfo) -> None:
        self.programme = Programme(engine, zone)
        self.terrain: Terrain = {}
        self.topology = Topology(())
        self.weather = Weather()
        self.on_site = OnSite()
        self.maintained: frozenset[str] = frozenset()  # endpoints of announced work
        self._zone = zone
        self._beats: dict[str, Heartbeat] = {}
        self._doors: dict[str, float] = {}
        self._volts: dict[str, int] = {}  # the last before mains failed
        self._turned: dict[str, float] = {}  # down, by hand
        self._started: dict[str, float] = {}  # of late
        self._restarted: set[str] = set()  # of these, those that had been heard before
        self._sounds: dict[str, _Sound] = {}
        self._at: Moment | None = None  # many heartbeats arrive at one moment
        self._unix = 0.0

    def of(self, name: str, beat: Heartbeat, at_s: float, at: Moment) -> Reading:
        """A heartbeat that arrived, as the rules look at it."""
        ordered_volume = self._volume(name, beat) if beat.volume_actual is not None else None
        before = self._note(name, beat, at_s, ordered_volume)
        if at is not self._at:
            self._at, self._unix = at, at.utc.timestamp()
        silent = Reading(
            endpoint=name,
            at=at_s,
            beat=beat,
            boot_before=before.boot if before is not None else None,
            volume_ordered=ordered_volume,
            clock_off_s=beat.clock_ms / 1000 - self._unix if beat.clock is not ClockQuality.NONE else None,
            neighbours_celsius=self._warmth_around(name, beat) if beat.temperature is not None else None,
        )
        if name in self._restarted:
            together, since_s = self._started_together(name), self._since_start(name, at.utc)
            silent = replace(silent, started_with_neighbours=together, played_for_s=since_s)
        if beat.sounding is None:
            self._sounds.pop(name, None)
            return silent
        return self._with_sound(silent, beat.sounding, at.utc)

    def _with_sound(self, silent: Reading, sounding: str, now: datetime) -> Reading:
        """With what is known of what sounds."""
        ordered = self.programme.of(sounding)
        sound = self._sound(silent.endpoint, silent.beat, sounding, ordered, silent.at, now)
        wrong_s = silent.at - sound.wrong_s if sound.wrong_s is not None else None
        right = ordered is not None and wrong_s is None
        return replace(
            silent,
            programme=right and self._lasted(sound, ordered, silent.at, now) >= SETTLED_S,
            sounding_ordered=ordered is not None,
            stopped_for_s=wrong_s if sound.began_rightly else None,
            stream_age_s=_stale_for(sound, ordered, silent.at, now),
        )

    def event(self, name: str, event: Event, at_s: float) -> None:
        """An event arrived."""
        if event.mains_v is not None:
            self._volts[name] = event.mains_v
        if event.kind is EventKind.DOOR_OPENED:
            self._doors[name] = at_s - event.age_ms / 1000

    def around(self, name: str, onset: float) -> Circumstances:
        """What is known around a loss of an endpoint's mains."""
        wall = datetime.fromtimestamp(onset, UTC)
        stand, beat = self.terrain.get(name), self._beats.get(name)
        stormy = stand is not None and self.weather.is_stormy(stand.placement.village, wall)
        visited, said = self.on_site.visited(name, wall), self.on_site.said(name, wall)
        if beat is None:
            return Circumstances(storm=stormy, volts_before=self._volts.get(name), visited=visited, said=said)
        opened, turned = self._doors.get(name), self._turned.get(name)
        same_day = turned is not None and self._day(turned) == self._day(onset)
        return Circumstances(
            storm=stormy,
            volts_before=self._volts.get(name),
            while_playing=beat.sounding is not None or self._since_start(name, wall) is not None,
            door_opened=opened is not None and 0 <= onset - opened <= DOOR_S,
            turned_down=same_day,
            visited=visited,
            said=said,
        )

    def resume(self, name: str, at_s: float) -> None:
        """It was found not to stop before a restart: what it sounds still is that."""
        self._sounds[name] = _Sound("", at_s, began_rightly=True, wrong_s=at_s)

    def forget(self, name: str) -> None:
        """It is retired."""
        self._beats.pop(name, None)
        self._sounds.pop(name, None)
        self._volts.pop(name, None)
        self._restarted.discard(name)
        for kept in (self._doors, self._turned, self._started):
            kept.pop(name, None)

    def _note(self, name: str, beat: Heartbeat, at_s: float, ordered_volume: int | None) -> Heartbeat | None:
        """Keeps what is asked for later; its heartbeat before."""
        before, self._beats[name] = self._beats.get(name), beat
        if beat.mains_v:
            self._volts[name] = beat.mains_v
        if beat.up_s < YOUNG_S:
            self._started[name] = at_s - beat.up_s
            if before is not None and before.boot != beat.boot:
                self._restarted.add(name)
        elif self._started.pop(name, None) is not None:
            self._restarted.discard(name)
        actual = beat.volume_actual
        if actual is not None and ordered_volume is not None and actual <= ordered_volume - BY_HAND:
            self._turned[name] = at_s
        return before

    def _volume(self, name: str, beat: Heartbeat) -> int | None:
        """What was ordered; nothing is said while something sounds, which may have a volume of its own, and
        during announced work: whoever works there may turn it.
        """
        stand = self.terrain.get(name)
        if beat.sounding is not None or name in self.maintained:
            return None
        return beat.volume if stand is None or stand.volume is None else stand.volume

    def _sound(
        self,
        name: str,
        beat: Heartbeat,
        sounding: str,
        ordered: Ordered | None,
        at_s: float,
        now: datetime,
    ) -> _Sound:
        wrong = ordered is not None and _should_be_silent(ordered, beat, now)
        sound = self._sounds.get(name)
        if sound is None or sound.key not in ("", sounding):
            sound = self._sounds[name] = _Sound(sounding, at_s, began_rightly=not wrong)
        sound.key = sounding
        if not wrong:
            sound.wrong_s = None
        elif sound.wrong_s is None:
            sound.wrong_s = at_s
        return sound

    def _lasted(self, sound: _Sound, ordered: Ordered | None, at_s: float, now: datetime) -> float:
        """For how long at least what sounds has sounded: seen, or by the plan."""
        seen_s = at_s - sound.since_s
        return max(seen_s, (now - ordered.begins).total_seconds() if ordered is not None else 0.0)

    def _since_start(self, name: str, at: datetime) -> float | None:
        stand = self.terrain.get(name)
        since = self.programme.since_start(stand.placement.village, at) if stand is not None else None
        return None if since is None else since.total_seconds()

    def _started_together(self, name: str) -> bool:
        """Whether three or more on one supply started within five seconds."""
        started = self._started[name]
        starts = filter(None, map(self._started.get, self.topology.same_supply(name)))
        together = (other for other in starts if abs(other - started) <= TOGETHER_S)
        return len(tuple(islice(together, OTHERS))) == OTHERS

    def _warmth_around(self, name: str, beat: Heartbeat) -> float | None:
        if beat.temperature is None or beat.temperature < WARM_C:
            return None
        beats = (self._beats.get(other) for other in self.topology.neighbours(name))
        known = [b.temperature for b in beats if b is not None and b.temperature is not None]
        return median(known) if known else None

    def _day(self, at_s: float) -> object:
        return datetime.fromtimestamp(at_s, self._zone).date()


def _stale_for(sound: _Sound, ordered: Ordered | None, at_s: float, now: datetime) -> float | None:
    """How long over is what began when it was over already: seen twice, or by the plan for more than a minute."""
    if ordered is None or sound.began_rightly or sound.wrong_s is None:
        return None
    over_s = (now - ordered.ends).total_seconds()
    return over_s if over_s > SURELY_S else at_s - sound.wrong_s


def _should_be_silent(ordered: Ordered, beat: Heartbeat, now: datetime) -> bool:
    """Its time is over, or it was stopped and that has been told, or could have been long ago."""
    if now > ordered.ends + LATE:
        return True
    stopped = ordered.stopped
    return stopped is not None and (ordered.is_told(beat) or now > stopped + UNREACHED)
