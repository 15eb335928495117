"""Settings in force: the documents of the county, the town, the village and the endpoint itself, the narrower one first."""

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from devices.documents import Settings
from schedules.records import DEFAULT_COUNTING_PERCENT
from schedules.rules import Window
from schedules.slots import Span
from schedules.windows import merged, spans_around

_ONE_DAY = timedelta(days=1)
_BUILT_IN = Settings(volume=70, quiet_hours=(), heartbeat_s=60, counting_percent=DEFAULT_COUNTING_PERCENT)
HEARTBEAT_S = (5, 86_400)  # what a document may ask for; beyond it the nearer of the two holds


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietHours:
    """When only an emergency may sound, by the wall clock of `zone`."""

    windows: tuple[Window, ...]
    zone: ZoneInfo

    def between(self, start: datetime, end: datetime) -> tuple[Span, ...]:
        """The spans of true time that touch [start, end), merged."""
        if not self.windows:
            return ()
        first, last = start.astimezone(self.zone).date(), end.astimezone(self.zone).date()
        days = (first + n * _ONE_DAY for n in range(0, (last - first).days + 3, 3))
        found = merged(span for day in days for span in spans_around(self.windows, day, self.zone))
        return tuple(span for span in found if span.start < end and start < span.end)

    def at(self, now: datetime) -> Span | None:
        """The quiet span that `now` lies in."""
        return next(iter(self.between(now, now + timedelta.resolution)), None)

    def next_start(self, now: datetime) -> datetime | None:
        """When quiet hours begin after `now`."""
        return min((s.start for s in self.between(now, now + _ONE_DAY) if s.start > now), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class InForce:
    """Every setting with a value."""

    volume: int
    quiet: QuietHours
    heartbeat_s: int
    counting_percent: int


def in_force(narrowest_first: Iterable[Settings], zone: str) -> InForce:
    """What holds after merging; `zone` where none is set. Raises ValueError for a zone that this board does not know."""
    documents = (*narrowest_first, replace(_BUILT_IN, zone=zone))
    merged_members = {
        field.name: next(value for d in documents if (value := getattr(d, field.name)) is not None)
        for field in fields(Settings)
    }
    return _valued(Settings(**merged_members))


def _valued(settings: Settings) -> InForce:
    assert settings.volume is not None
    assert settings.heartbeat_s is not None
    assert settings.counting_percent is not None
    try:
        zone = ZoneInfo(settings.zone or "")
    except (KeyError, OSError, ValueError) as error:
        raise ValueError(
            f"settings name the zone {settings.zone!r}, which this board does not know"
        ) from error
    windows = tuple(Window(start=start, end=end) for start, end in settings.quiet_hours or ())
    least, most = HEARTBEAT_S
    return InForce(
        volume=min(max(settings.volume, 0), 100),
        quiet=QuietHours(windows=windows, zone=zone),
        heartbeat_s=min(max(settings.heartbeat_s, least), most),
        counting_percent=min(max(settings.counting_percent, 1), 100),
    )
