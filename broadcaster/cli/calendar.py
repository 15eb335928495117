"""`broadcaster calendar`: public holidays, make-up workdays and market days, with the county's own corrections."""

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from broadcaster.cli import naming, rule
from broadcaster.cli.caller import desk
from broadcaster.cli.output import Columns, Json, card, listing, print_json
from broadcaster.desk.errors import Invalid
from broadcaster.language import N_, _, in_use
from schedules.rules import MarketCalendar

if TYPE_CHECKING:
    from broadcaster.desk.calendar import DayView

app = typer.Typer(no_args_is_help=True, help="The calendar: public holidays, make-up workdays, market days.")

Day = Annotated[str, typer.Argument(metavar="DATE", help="A day such as 2026-11-24, today or tomorrow.")]
Since = Annotated[str | None, typer.Option("--since", metavar="DATE", help="The first day; without, today.")]
Until = Annotated[
    str | None, typer.Option("--until", metavar="DATE", help="The last day; without, 90 days on.")
]
_MONTHS = ("正月", "二月", "三月", "四月", "五月", "六月", "七月", "八月", "九月", "十月", "冬月", "腊月")
_TENS, _ONES = ("初", "十", "廿", "三"), "十一二三四五六七八九"


def lunar(day: "DayView") -> str:
    """The lunar date as people write it: 十月十八, or 10-18 in English."""
    if in_use() != "zh_CN":
        return f"{day.lunar_month}{'+' if day.leap_month else ''}-{day.lunar_day:02}"
    tens, ones = divmod(day.lunar_day, 10)
    number = {10: "初十", 20: "二十", 30: "三十"}.get(day.lunar_day, _TENS[tens] + _ONES[ones])
    return ("闰" if day.leap_month else "") + _MONTHS[day.lunar_month - 1] + number


def _marks(day: "DayView") -> list[str]:
    marks = [_("market day")] if day.market else []
    marks += [_("corrected by the county")] if day.corrected else []
    return marks


ROWS: Columns = {
    N_("Day"): "day",
    N_("Weekday"): "weekday",
    N_("Lunar"): lunar,
    N_("Kind"): "kind",
    N_("Known as"): "name",
    N_("Remarks"): _marks,
}
CORRECTION: Columns = {
    N_("Day"): "day",
    N_("Workday"): "workday",
    N_("Reason"): "name",
}


@app.command("list")
def list_(
    context: typer.Context,
    since: Since = None,
    until: Until = None,
    market: Annotated[
        list[int] | None,
        typer.Option(metavar="DIGIT", help="Also market days, such as 1 and 6; repeat for more."),
    ] = None,
    market_calendar: Annotated[
        MarketCalendar, typer.Option(help="In which month market days are counted.")
    ] = MarketCalendar.LUNAR,
    every: Annotated[bool, typer.Option("--all", help="Every day, not only those that are special.")] = False,
    as_json: Json = False,
) -> None:
    """List public holidays, make-up workdays, corrections and, if asked for, market days."""
    county = desk(context)
    days = county.calendar.days(
        since=naming.day(since),
        until=naming.day(until),
        market=tuple(map(rule.digit, market or ())),
        market_calendar=market_calendar,
    )
    shown = [day for day in days if every or _is_special(day)]
    listing(shown, ROWS, as_json=as_json, empty=N_("No day of that time is special."))
    years = sorted({day.day.year for day in days if day.provisional})
    if years and not as_json:
        text = ", ".join(map(str, years))
        print(
            _("The make-up workdays of {years} are not published yet, so this may change.").format(years=text)
        )


def _is_special(day: "DayView") -> bool:
    return day.kind in ("holiday", "makeup_workday") or day.corrected or day.market


@app.command()
def add(
    context: typer.Context,
    day: Day,
    what: Annotated[
        Literal["workday", "off"],
        typer.Argument(metavar="workday|off", help="What the day is, whatever is published."),
    ],
    name: Annotated[str, typer.Option(help="Why, such as 清明节调休.")] = "",
    as_json: Json = False,
) -> None:
    """Say what a day is, whatever the published calendar says."""
    which = naming.day(day)
    corrected = desk(context).calendar.set(day=which, workday=what == "workday", name=name)
    card(corrected, CORRECTION, as_json=as_json)


@app.command()
def remove(context: typer.Context, day: Day, as_json: Json = False) -> None:
    """Take a correction back: the published calendar counts again."""
    which = naming.day(day)
    if which is None:
        raise Invalid(N_("The input cannot be used."))
    desk(context).calendar.clear(day=which)
    if as_json:
        print_json({"day": which})
    else:
        print(_("{day} is again what the published calendar says.").format(day=which))
