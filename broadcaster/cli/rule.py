"""Loop rules on the command line: options that make one, and a sentence that tells one."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, time
from typing import Annotated

import typer

from broadcaster.cli import naming
from broadcaster.cli.output import text
from broadcaster.language import N_, _
from broadcaster.words import said
from schedules.rules import DaySelection, LoopRule, MarketCalendar, Weekday, Window

_MINUTE_S = 60
HOW_OFTEN = N_("How often and on which days")


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleOptions:
    """How often, when and on which days; None and nothing is what was not said."""

    plays: Annotated[
        int | None,
        typer.Option(
            "--plays",
            rich_help_panel=HOW_OFTEN,
            metavar="NUMBER",
            min=1,
            max=288,
            help="So many plays a day, inside the windows.",
        ),
    ] = None
    windows: Annotated[
        list[str] | None,
        typer.Option(
            "--window",
            rich_help_panel=HOW_OFTEN,
            metavar="HOURS",
            help='Such as "07:00-11:30"; repeat for more.',
        ),
    ] = None
    gap: Annotated[
        int | None,
        typer.Option(
            "--gap",
            rich_help_panel=HOW_OFTEN,
            min=0,
            metavar="MINUTES",
            help="Least time from the end of a play to the next.",
        ),
    ] = None
    at: Annotated[
        list[str] | None,
        typer.Option(
            "--at",
            rich_help_panel=HOW_OFTEN,
            metavar="TIME",
            help="A fixed time such as 07:30, in place of windows; repeat for more.",
        ),
    ] = None
    late: Annotated[
        int | None,
        typer.Option(
            "--late",
            rich_help_panel=HOW_OFTEN,
            min=0,
            metavar="MINUTES",
            help="How late a fixed time may still begin.",
        ),
    ] = None
    weekdays: Annotated[
        list[Weekday] | None,
        typer.Option(
            "--weekday",
            rich_help_panel=HOW_OFTEN,
            metavar="DAY",
            help="mon, tue, wed, thu, fri, sat or sun; repeat for more.",
        ),
    ] = None
    dates: Annotated[
        list[str] | None,
        typer.Option(
            "--date", rich_help_panel=HOW_OFTEN, metavar="DATE", help="Only on this date; repeat for more."
        ),
    ] = None
    between: Annotated[
        list[str] | None,
        typer.Option(
            "--between",
            rich_help_panel=HOW_OFTEN,
            metavar="DATE..DATE",
            help="Only from one date to another, both included.",
        ),
    ] = None
    workdays: Annotated[
        bool | None,
        typer.Option(
            "--workdays/--days-off",
            rich_help_panel=HOW_OFTEN,
            help="Only on working days, make-up workdays included; or only on days off, public holidays included.",
        ),
    ] = None
    market: Annotated[
        list[int] | None,
        typer.Option(
            "--market",
            rich_help_panel=HOW_OFTEN,
            metavar="DIGIT",
            help="Only on market days: 1 and 6 are days 1, 6, 11, 16, 21, 26 of the month.",
        ),
    ] = None
    market_calendar: Annotated[
        MarketCalendar | None,
        typer.Option(
            "--market-calendar",
            rich_help_panel=HOW_OFTEN,
            metavar="MONTH",
            help="In which month market days are counted: lunar or solar.",
        ),
    ] = None
    except_dates: Annotated[
        list[str] | None,
        typer.Option(
            "--except", rich_help_panel=HOW_OFTEN, metavar="DATE", help="Not on this date; repeat for more."
        ),
    ] = None

    def rule(self, before: LoopRule | None = None) -> LoopRule | None:
        """`before` with what was said changed; None where neither says when."""
        days = self._days(before.days if before else DaySelection())
        fixed = self._is_fixed(before)
        if fixed is None:
            if days != DaySelection() or self.gap is not None:
                raise _incomplete()
            return None
        kept = before or LoopRule(fixed_times=(time(),))
        late_s = kept.fixed_lateness_s if self.late is None else self.late * _MINUTE_S
        gap_s = kept.minimum_gap_s if self.gap is None else self.gap * _MINUTE_S
        if fixed:
            at = times(self.at) if self.at else kept.fixed_times
            return LoopRule(fixed_times=at, fixed_lateness_s=late_s, minimum_gap_s=gap_s, days=days)
        plays, spans = self.plays or kept.plays, windows(self.windows) if self.windows else kept.windows
        if not plays or not spans:
            raise _incomplete()
        return LoopRule(plays=plays, windows=spans, fixed_lateness_s=late_s, minimum_gap_s=gap_s, days=days)

    def _is_fixed(self, before: LoopRule | None) -> bool | None:
        """Whether the rule has fixed times; None where there is to be none."""
        if self.at and (self.plays is not None or self.windows):
            raise typer.BadParameter(_("--at goes without --plays and --window"))
        if self.at:
            return True
        if self.plays is not None or self.windows:
            return False
        return bool(before.fixed_times) if before else None

    def _days(self, before: DaySelection) -> DaySelection:
        changed = before
        if self.weekdays is not None:
            changed = replace(changed, weekdays=frozenset(self.weekdays))
        if self.dates is not None:
            changed = replace(changed, dates=frozenset(naming.day(each) for each in self.dates))
        if self.between is not None:
            changed = replace(changed, ranges=tuple(map(_range, self.between)))
        if self.workdays is not None:
            changed = replace(changed, workdays=self.workdays)
        if self.market is not None:
            changed = replace(changed, market_digits=frozenset(map(digit, self.market)))
        if self.market_calendar is not None:
            changed = replace(changed, market_calendar=self.market_calendar)
        if self.except_dates is not None:
            changed = replace(changed, except_dates=frozenset(naming.day(each) for each in self.except_dates))
        return changed


def windows(said: Iterable[str]) -> tuple[Window, ...]:
    """Spans of the day as people write them: 07:00-11:30, several at once too."""
    from broadcaster.registry.cells import BadCell, hours

    try:
        return hours(" ".join(said))
    except BadCell as error:
        facts = {"got": " ".join(said), **error.facts}
        raise typer.BadParameter(_(error.message).format_map(facts)) from error


def times(said: Iterable[str]) -> tuple[time, ...]:
    """Times of the day, in order."""
    return tuple(sorted(set(map(_time, said))))


def digit(said: int) -> int:
    """One digit that tells market days."""
    if not 0 <= said <= 9:
        raise typer.BadParameter(_("expected a market digit from 0 to 9, got {got}").format(got=said))
    return said


def sentence(rule: LoopRule | None) -> str:
    """A loop rule as people say it."""
    if rule is None:
        return _("no loop: it sounds from a playlist or as an alert")
    if rule.fixed_times:
        parts = [_("at {times}").format(times=text(rule.fixed_times))]
    else:
        hours = " ".join(f"{window.start:%H:%M}-{window.end:%H:%M}" for window in rule.windows)
        parts = [_("{plays} plays a day in {windows}").format(plays=rule.plays, windows=hours)]
        parts.append(_("at least {minutes} min apart").format(minutes=round(rule.minimum_gap_s / _MINUTE_S)))
    return "; ".join([*parts, *_days_said(rule.days)])


def _days_said(days: DaySelection) -> Iterable[str]:
    if days.weekdays:
        yield _("only on {days}").format(days=", ".join(said(day) for day in Weekday if day in days.weekdays))
    if days.dates:
        yield _("only on {days}").format(days=text(sorted(days.dates)))
    for first, last in days.ranges:
        yield _("from {first} to {last}").format(first=first, last=last)
    if days.workdays is not None:
        yield _("only on working days") if days.workdays else _("only on days off")
    if days.market_digits:
        yield _("only on market days {digits} of the {month}").format(
            digits=text(sorted(days.market_digits)), month=said(days.market_calendar)
        )
    if days.except_dates:
        yield _("except {days}").format(days=text(sorted(days.except_dates)))


def _incomplete() -> typer.BadParameter:
    return typer.BadParameter(_("a loop rule needs --plays and --window, or --at"))


def _range(said: str) -> tuple[date, date]:
    first, dots, last = said.partition("..")
    if not dots:
        raise typer.BadParameter(_("expected DATE..DATE, got {got}").format(got=said))
    return naming.day(first), naming.day(last)


def _time(said: str) -> time:
    try:
        return time.fromisoformat(said.zfill(5))
    except ValueError:
        raise typer.BadParameter(_("expected a time such as 07:30, got {got}").format(got=said)) from None
