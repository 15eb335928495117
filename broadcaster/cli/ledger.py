"""`broadcaster ledger` and `broadcaster coverage`: what was ordered, heard, made up and missed."""

import time
from collections import Counter
from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from broadcaster.cli import naming
from broadcaster.cli.caller import desk
from broadcaster.cli.output import Columns, Json, card, heading, listing, print_json
from broadcaster.cli.progress import bar
from broadcaster.cli.share import percent
from broadcaster.cli.watched import tell_age
from broadcaster.language import N_, _
from broadcaster.words import WORDS, word

if TYPE_CHECKING:
    from broadcaster.desk.ledger import CoverageView, LedgerLine, Missing, Plays, StepView

Notice = Annotated[str, typer.Argument(metavar="NOTICE", help="Its id, or words of its title.")]
Since = Annotated[
    str | None,
    typer.Option(metavar="DATE", help="The first day, such as 2026-11-24 or yesterday; without, today."),
]
Until = Annotated[str | None, typer.Option(metavar="DATE", help="The last day.")]


def _amount(name: str) -> Callable[["LedgerLine"], object]:
    """An amount of plays; where it is none, nothing stands."""
    return lambda line: getattr(line.plays, name) or ""


def _why(plays: "Plays") -> list[str]:
    return [f"{reason(why)} {count}" for why, count in plays.missed_by_reason.items()]


LINES: Columns = {
    N_("Day"): "day",
    N_("Title"): "title",
    N_("Village"): "name",
    N_("Ordered"): lambda line: line.plays.ordered,
    N_("Counted"): lambda line: line.plays.counted,
    N_("Made up"): _amount("made_up"),
    N_("Missed"): _amount("missed"),
    N_("Partial"): _amount("partial"),
    N_("Withdrawn"): _amount("withdrawn"),
    N_("Unknown"): _amount("unknown"),
    N_("Pending"): _amount("pending"),
    N_("Why"): lambda line: _why(line.plays),
}
SUM: Columns = {
    N_("Ordered"): "ordered",
    N_("Counted"): "counted",
    N_("Made up"): "made_up",
    N_("Missed"): "missed",
    N_("Partial"): "partial",
    N_("Withdrawn"): "withdrawn",
    N_("Unknown"): "unknown",
    N_("Pending"): "pending",
    N_("Why"): _why,
}
_LOOK_S = 2.0  # from one question to the next
NOTHING = N_("No play is ordered. Plays are ordered when the controller draws up the plan of a day.")
MISSING: Columns = {
    N_("Village"): "name",
    N_("Endpoint"): lambda one: one.endpoint or _("none"),
    N_("Why"): lambda one: reason(one.because),
}


def ledger(
    context: typer.Context,
    since: Since = None,
    until: Until = None,
    notice: Annotated[str | None, typer.Option(help="Only this notice.")] = None,
    place: Annotated[str | None, typer.Option(help="Only in this area.")] = None,
    total: Annotated[bool, typer.Option("--sum", help="All of it added up.")] = False,
    as_json: Json = False,
) -> None:
    """The ledger: what each village heard of each notice on each day, in plays at endpoints."""
    county = desk(context)
    first, last = naming.day(since), naming.day(until)
    which = naming.notice(county, notice) if notice else None
    where = naming.place(county, place) if place else None
    tell_age(county)
    if total:
        card(county.ledger.sum(since=first, until=last, notice=which, place=where), SUM, as_json=as_json)
        return
    found = county.ledger.lines(since=first, until=last, notice=which, place=where)
    listing(found, LINES, as_json=as_json, empty=NOTHING, above=2)


def coverage(
    context: typer.Context,
    notice: Notice,
    since: Since = None,
    until: Until = None,
    missing: Annotated[
        bool, typer.Option("--missing", help="Also everyone who did not get as far as sounding.")
    ] = False,
    follow: Annotated[
        bool, typer.Option("--follow", help="Wait, with a bar, until its audio lies at every endpoint.")
    ] = False,
    as_json: Json = False,
) -> None:
    """How far a notice came: planned, held, staged, sounded, and why others did not."""
    county = desk(context)
    asked = partial(
        county.ledger.coverage,
        notice=naming.notice(county, notice),
        since=naming.day(since),
        until=naming.day(until),
    )
    found = followed(asked) if follow else asked()
    tell_age(county)
    if as_json:
        print_json(found)
        return
    steps = found.steps if found.villages else ()
    listing(steps, _steps(found), as_json=False, empty=NOTHING)
    if missing and found.steps and found.steps[-1].missing:
        heading(N_("Not sounded"))
        listing(found.steps[-1].missing, MISSING, as_json=False, empty="")


def followed(
    asked: Callable[[], "CoverageView"], pause: Callable[[float], None] = time.sleep
) -> "CoverageView":
    """The coverage once the audio lies at every endpoint; until then a bar tells at how many."""
    with bar(_("Audio at the endpoints")) as report:
        while (share := _staged(found := asked())) < 1:
            report(share)
            pause(_LOOK_S)
    return found


def _staged(coverage: "CoverageView") -> float:
    reached = (step.endpoints for step in coverage.steps if step.step == "staged")
    return next(reached, 0) / coverage.endpoints if coverage.endpoints else 1.0


def reason(because: str) -> str:
    """Why something was not heard, in words; it is a miss, an absence, or where a play stands."""
    kinds = (kind for kind in ("MissedBecause", "AbsentBecause", "Outcome") if because in WORDS[kind])
    return word(next(kinds, ""), because)


def _steps(coverage: "CoverageView") -> Columns:
    return {
        N_("Step"): lambda step: word("Step", step.step),
        N_("Villages"): lambda step: _share(step.villages, coverage.villages),
        N_("Endpoints"): lambda step: _share(step.endpoints, coverage.endpoints),
        N_("Share"): lambda step: percent(step.endpoints, coverage.endpoints),
        N_("Missing, and why"): lambda step: _counted(step),
    }


def _share(reached: int, all_of_them: int) -> str:
    return _("{reached} of {all}").format(reached=reached, all=all_of_them)


def _counted(step: "StepView") -> list[str]:
    return [f"{why} {count}" for why, count in Counter(_reasons(step.missing)).most_common()]


def _reasons(missing: Iterable["Missing"]) -> Iterable[str]:
    return (reason(one.because) for one in missing)
