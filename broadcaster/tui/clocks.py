"""Clocks of tickets as people at a terminal read them. Pure."""

from zoneinfo import ZoneInfo

from rich.text import Text

from broadcaster.desk.workorders import ClockView
from broadcaster.language import _
from broadcaster.tui.moments import moment
from broadcaster.words import said

_CELLS = 10
_SOON = 0.8  # of the contract; from there on it is yellow


def spent(seconds: float) -> str:
    """Working time: 1 h 10 min."""
    hours, minutes = divmod(round(seconds) // 60, 60)
    if not hours:
        return _("{m} min").format(m=minutes)
    return _("{h} h {m} min").format(h=hours, m=minutes) if minutes else _("{h} h").format(h=hours)


def clock_line(clock: ClockView, zone: ZoneInfo) -> Text:
    """How much of the service time is gone, and whether it runs, stands still, is late or was stopped."""
    share = clock.used_s / clock.contract_s
    full = min(_CELLS, round(share * _CELLS))
    style = "bold red" if share >= 1 else "yellow" if share >= _SOON else "green"
    text = Text.assemble("[", ("#" * full, style), ("." * (_CELLS - full), "dim"), "] ")
    return text.append_text(_told(clock, share, zone))


def _told(clock: ClockView, share: float, zone: ZoneInfo) -> Text:
    used, whole = spent(clock.used_s), spent(clock.contract_s)
    if clock.stopped_at is None and clock.paused_for is None and share < 1:
        left = _("{left} of {whole} left, until {time}")
        at = moment(clock.due_at, zone)
        return Text(left.format(left=spent(clock.contract_s - clock.used_s), whole=whole, time=at))
    text = Text(_("{used} of {whole}").format(used=used, whole=whole) + "  ")
    if clock.stopped_at is not None:
        return text.append(_("stopped {time}").format(time=moment(clock.stopped_at, zone)), "dim")
    if clock.paused_for is not None:
        return text.append(_("stands still: {why}").format(why=said(clock.paused_for)), "yellow")
    late = spent(clock.used_s - clock.contract_s)
    return text.append(_("! late by {time}").format(time=late), "bold red")
