"""The prospect: what a rule would get on a day, drawn and told."""

from collections.abc import Sequence
from datetime import datetime, time
from itertools import pairwise
from zoneinfo import ZoneInfo

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from broadcaster.desk.attempts import ATTEMPT, Attempted
from broadcaster.language import N_, _
from broadcaster.promise import Arrival, Promise
from broadcaster.tui.marks import PLANNED
from broadcaster.tui.moments import clock, day, moment
from broadcaster.tui.widgets.day.strips import DayStrips, StripRow
from broadcaster.words import said


class Prospect(Vertical):
    """A strip with the plays, and below it how many fit, how far apart, how much a village hears, and what conflicts."""

    def compose(self) -> ComposeResult:
        """The day, then the sentences."""
        yield Static(_("What the day would be"), classes="section", id="prospect-day", markup=False)
        yield DayStrips(id="prospect-strip")
        yield Static("", id="prospect-words", markup=False)

    def on_mount(self) -> None:
        """Focus passes over the strip."""
        self.query_one(DayStrips).can_focus = False

    def show(self, found: Attempted, zone: ZoneInfo) -> None:
        """What was found."""
        starts = sorted({slot.planned for slot in found.slots if _is_first(found, slot.planned)})
        rows = [StripRow(title=_("Plays"), plays=tuple((at, PLANNED) for at in starts))]
        self.query_one(DayStrips).show(rows, datetime.combine(found.day, time(), zone), None)
        self.query_one("#prospect-day", Static).update(f"{_('What the day would be')}  {day(found.day)}")
        self.query_one("#prospect-words", Static).update(words(found, starts, zone))

    def tell(self, problem: str) -> None:
        """Why nothing can be shown."""
        self.query_one("#prospect-words", Static).update(Text(problem, "yellow"))


def words(found: Attempted, starts: list[datetime], zone: ZoneInfo) -> Text:
    """The sentences, gravest first where there are any."""
    text = Text()
    fits = found.planned == found.ordered
    sentence = _("✓ all {ordered} plays fit") if fits else _("✗ {planned} of {ordered} plays fit")
    text.append(
        sentence.format(planned=found.planned, ordered=found.ordered), "green" if fits else "bold red"
    )
    gaps = [round((after - one).total_seconds() / 60) for one, after in pairwise(starts)]
    if gaps:
        text.append("   " + _("{least} to {most} min apart").format(least=min(gaps), most=max(gaps)))
    if found.burden is not None:
        text.append("   ").append_text(_burden(found))
    if starts:
        text.append("\n" + "  ".join(clock(at, zone) for at in starts))
    if found.promised:
        text.append("\n").append_text(_arrival(found.promised, zone))
    for absence in {(said(one.because), one.others) for one in found.absences}:
        text.append("\n✗ " + ": ".join(filter(None, (absence[0], ", ".join(absence[1])))), "red")
    for conflict in found.conflicts[:3]:
        other = conflict.other_title if conflict.notice == ATTEMPT else conflict.title
        at, proposed = clock(conflict.at, zone), clock(conflict.proposed, zone)
        message = N_("! {at} meets {other}; {proposed} would be free")
        if conflict.proposed is None:
            message = N_("! {at} meets {other}; no time of the day is free")
        text.append("\n" + _(message).format(at=at, other=other, proposed=proposed), "yellow")
    return text


def _is_first(found: Attempted, planned: datetime) -> bool:
    """Of a block of several items the start of the first counts."""
    return not any(
        one.planned < planned and (planned - one.planned).total_seconds() * 1000 <= one.duration_ms + 30_000
        for one in found.slots
        if one.place == found.slots[0].place
    )


def _burden(found: Attempted) -> Text:
    burden = found.burden
    assert burden is not None
    if burden.budget_minutes is None:
        sentence = _("{place} hears {minutes} min")
        return Text(sentence.format(place=burden.place_name, minutes=round(burden.minutes)))
    full = burden.minutes > 0.9 * burden.budget_minutes
    sentence = _("{place} hears {minutes} of {budget} min")
    told = sentence.format(
        place=burden.place_name, minutes=round(burden.minutes), budget=burden.budget_minutes
    )
    return Text(told, "yellow" if full else "")


def _arrival(promised: Sequence[Promise], zone: ZoneInfo) -> Text:
    """When the audio is at the last endpoint of a slow line, and how many get it too late, or nobody knows."""
    endpoints = {one.endpoint for one in promised}
    late = {one.endpoint for one in promised if one.verdict is Arrival.LATE}
    unknown = {one.endpoint for one in promised if one.verdict is Arrival.UNKNOWN} - late
    last = max((one.arrives for one in promised if one.arrives is not None), default=None)
    if late:
        sentence = _(
            "✗ slow lines: at {n} of {all} endpoints too late for the first play, at the last {time}"
        )
        return Text(sentence.format(n=len(late), all=len(endpoints), time=moment(last, zone)), "bold red")
    if unknown:
        sentence = _("? slow lines: of {n} of {all} endpoints nobody knows when the audio arrives")
        return Text(sentence.format(n=len(unknown), all=len(endpoints)), "yellow")
    sentence = _("✓ slow lines: at all {all} endpoints by {time}")
    return Text(sentence.format(all=len(endpoints), time=moment(last, zone)), "green")
