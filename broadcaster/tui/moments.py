"""Moments, lengths and shares as people at a terminal read them."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from broadcaster.language import _


def clock(at: datetime | None, zone: ZoneInfo) -> str:
    """Hours and minutes on the county's wall."""
    return at.astimezone(zone).strftime("%H:%M") if at else ""


def day(of: date) -> str:
    """Month and day, with the weekday."""
    names = (_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun"))
    return f"{of:%m-%d} {names[of.weekday()]}"


def moment(at: datetime | None, zone: ZoneInfo) -> str:
    """Day and time."""
    return at.astimezone(zone).strftime("%m-%d %H:%M") if at else ""


def length(duration_ms: int | None) -> str:
    """Minutes and seconds: 1:35."""
    if duration_ms is None:
        return ""
    minutes, seconds = divmod(round(duration_ms / 1000), 60)
    return f"{minutes}:{seconds:02d}"


def ago(at: datetime | None, now: datetime) -> str:
    """How long ago, in the largest unit that fits."""
    if at is None:
        return _("never")
    seconds = max(0, round((now - at) / timedelta(seconds=1)))
    if seconds < 120:
        return _("{n} s ago").format(n=seconds)
    if seconds < 7200:
        return _("{n} min ago").format(n=seconds // 60)
    if seconds < 172_800:
        return _("{n} h ago").format(n=seconds // 3600)
    return _("{n} days ago").format(n=seconds // 86_400)
