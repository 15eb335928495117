"""`broadcaster ticket times`: within which times tickets are taken up, mended and told further up."""

from typing import TYPE_CHECKING, Annotated

import typer

from broadcaster.cli.caller import desk
from broadcaster.cli.output import Columns, Json, card, listing
from broadcaster.language import N_, _
from broadcaster.repairs.causes import Priority

if TYPE_CHECKING:
    from broadcaster.desk.terms import ServiceTime

app = typer.Typer(
    no_args_is_help=True, help="Service times by priority, in hours of working time; those of P1 never pause."
)
Which = Annotated[Priority, typer.Argument(metavar="PRIORITY", help="p1 (urgent) to p4 (batched).")]
Percents = tuple[int, int, int, int]


def _hours(hours: float | None) -> str:
    return "" if hours is None else f"{hours:g}"


def _repair(found: "ServiceTime") -> str:
    if found.repair_h is not None:
        return _hours(found.repair_h)
    return _("{shortest}-{longest}, by cause").format(
        shortest=_hours(found.shortest_h), longest=_hours(found.longest_h)
    )


ROWS: Columns = {
    N_("Priority"): "priority",
    N_("Taken up, h"): lambda found: _hours(found.respond_h),
    N_("Mended, h"): _repair,
    N_("Escalates at, %"): lambda found: " ".join(map(str, found.escalation)),
    N_("Tickets"): "tickets",
}


@app.command()
def show(context: typer.Context, as_json: Json = False) -> None:
    """Show the service times of all priorities."""
    listing(desk(context).terms.list(), ROWS, as_json=as_json, empty="")


@app.command("set")
def set_(
    context: typer.Context,
    priority: Which,
    respond: Annotated[
        float | None, typer.Option(metavar="HOURS", help="Until somebody has taken it up; not asked without.")
    ] = None,
    repair: Annotated[
        float | None, typer.Option(metavar="HOURS", help="Until it is mended; by its cause without.")
    ] = None,
    escalation: Annotated[
        Percents,
        typer.Option(
            metavar="% % % %", help="Of the repair time: reminder, town's lead, station, leaders are told."
        ),
    ] = (50, 80, 100, 150),
    as_json: Json = False,
) -> None:
    """Set the times of a priority, for tickets to come and for those that run: what was used stays used."""
    found = desk(context).terms.set(
        priority=priority, respond_h=respond, repair_h=repair, escalation=escalation
    )
    card(found, ROWS, as_json=as_json)


@app.command()
def clear(context: typer.Context, priority: Which, as_json: Json = False) -> None:
    """Go by the defaults of the causes again."""
    card(desk(context).terms.clear(priority=priority), ROWS, as_json=as_json)
