"""`broadcaster indices`: a month's figures: availability, time without, time to detect and to repair."""

from typing import TYPE_CHECKING, Annotated

import typer

from broadcaster.cli import naming
from broadcaster.cli.caller import desk
from broadcaster.cli.output import Columns, Json, listing
from broadcaster.language import N_

if TYPE_CHECKING:
    from broadcaster.desk.indices import PlaceFigures


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share * 100:.3f} %"


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


COLUMNS: Columns = {
    N_("Place"): "place_name",
    N_("Endpoints"): lambda of: of.figures.endpoints,
    N_("Availability"): lambda of: _percent(of.figures.availability),
    N_("Down"): lambda of: _percent(of.figures.down_share),
    N_("Planned"): lambda of: _percent(of.figures.planned_share),
    N_("Unobserved"): lambda of: _percent(of.figures.unobserved_share),
    N_("Minutes without (SAIDI)"): lambda of: _number(of.figures.minutes_without),
    N_("Interruptions (SAIFI)"): lambda of: _number(of.figures.interruptions),
    N_("Momentary (MAIFI)"): lambda of: _number(of.figures.momentary),
    N_("Minutes to detect"): lambda of: _number(of.figures.minutes_to_detect),
    N_("Minutes to repair"): lambda of: _number(of.figures.minutes_to_repair),
}


def indices(
    context: typer.Context,
    month: Annotated[
        str | None, typer.Argument(metavar="[MONTH]", help="Such as 2026-11; without, this month.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Show a month's availability and repairs, of the county and each town."""
    county = desk(context)
    first = naming.day(f"{month}-01") if month else naming.today()
    assert first is not None
    found: tuple[PlaceFigures, ...] = county.indices.month(year=first.year, month=first.month)
    listing(found, COLUMNS, as_json=as_json, empty="")
