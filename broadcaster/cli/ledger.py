"""`broadcaster ledger` and `broadcaster coverage`: what was ordered, heard, made up and missed."""

from typing import Annotated

import typer

from broadcaster.cli.caller import desk
from broadcaster.cli.output import Columns, Json, listing, print_json
from broadcaster.language import N_

Notice = Annotated[str | None, typer.Option(help="Only this notice.")]
Day = Annotated[str | None, typer.Option(metavar="DATE", help="A day such as 2026-11-24.")]

LINES: Columns = {
    N_("Day"): "day",
    N_("Title"): "title",
    N_("Village"): "name",
    N_("Ordered"): lambda line: line.plays.ordered,
    N_("Counted"): lambda line: line.plays.counted,
    N_("Made up"): lambda line: line.plays.made_up,
    N_("Missed"): lambda line: line.plays.missed,
    N_("Unknown"): lambda line: line.plays.unknown,
    N_("Pending"): lambda line: line.plays.pending,
    N_("Why"): lambda line: [f"{why} {count}" for why, count in line.plays.missed_by_reason.items()],
}
STEPS: Columns = {
    N_("Step"): "step",
    N_("Villages"): "villages",
    N_("Endpoints"): "endpoints",
    N_("Missing"): lambda step: [f"{one.endpoint or one.name}: {one.because}" for one in step.missing],
}


def ledger(
    context: typer.Context, since: Day = None, until: Day = None, notice: Notice = None, as_json: Json = False
) -> None:
    """The ledger: notice by village and day."""
    found = desk(context).ledger.lines(since=since, until=until, notice=notice)  # type: ignore[arg-type]
    listing(found, LINES, as_json=as_json, empty=N_("Nothing was ordered."))


def coverage(
    context: typer.Context, notice: str, since: Day = None, until: Day = None, as_json: Json = False
) -> None:
    """How far a notice came: planned, held, staged, sounded, with everyone who is missing."""
    found = desk(context).ledger.coverage(notice=notice, since=since, until=until)  # type: ignore[arg-type]
    if as_json:
        print_json(found)
    else:
        listing(found.steps, STEPS, as_json=False, empty=N_("Nothing was ordered."))
