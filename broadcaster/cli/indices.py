"""`broadcaster indices`: a month's figures: availability, time without, time to detect and to repair."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from broadcaster.cli import naming
from broadcaster.cli.caller import desk
from broadcaster.cli.lists import FileFormat, Force, form_of, put
from broadcaster.cli.output import Columns, Json, listing
from broadcaster.cli.share import bar
from broadcaster.language import N_, _

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
    N_("Out of service"): lambda of: _percent(of.figures.down_share),
    N_("In announced work"): lambda of: _percent(of.figures.planned_share),
    N_("Unobserved"): lambda of: _percent(of.figures.unobserved_share),
    N_("Minutes without (SAIDI)"): lambda of: _number(of.figures.minutes_without),
    N_("Interruptions (SAIFI)"): lambda of: _number(of.figures.interruptions),
    N_("Momentary (MAIFI)"): lambda of: _number(of.figures.momentary),
    N_("Minutes to detect"): lambda of: _number(of.figures.minutes_to_detect),
    N_("Minutes to repair"): lambda of: _number(of.figures.minutes_to_repair),
}


def _figure(name: str) -> Callable[["PlaceFigures"], object]:
    return lambda of: getattr(of.figures, name)


SHEET: Columns = {  # as numbers, for a spreadsheet; shares of 1
    N_("Code"): "place",
    N_("Place"): "place_name",
    **{
        heading: _figure(name)
        for heading, name in (
            (N_("Endpoints"), "endpoints"),
            (N_("People"), "people"),
            (N_("Availability"), "availability"),
            (N_("Out of service"), "down_share"),
            (N_("In announced work"), "planned_share"),
            (N_("Unobserved"), "unobserved_share"),
            (N_("Minutes without (SAIDI)"), "minutes_without"),
            (N_("Interruptions (SAIFI)"), "interruptions"),
            (N_("Momentary (MAIFI)"), "momentary"),
            (N_("Minutes to detect"), "minutes_to_detect"),
            (N_("Minutes to repair"), "minutes_to_repair"),
        )
    },
}


def sheet(found: "Sequence[PlaceFigures]", form: str) -> bytes:
    """The figures as CSV or XLSX."""
    from broadcaster.registry.sheets import to_csv, to_xlsx

    lines: list[list[Any]] = [[_(heading) for heading in SHEET]]
    lines += [
        [getattr(row, of) if isinstance(of, str) else of(row) for of in SHEET.values()] for row in found
    ]
    return to_xlsx(_("Indices"), lines) if form == "xlsx" else to_csv(lines)


def indices(
    context: typer.Context,
    month: Annotated[
        str | None, typer.Argument(metavar="[MONTH]", help="Such as 2026-11; without, this month.")
    ] = None,
    to: Annotated[
        Path | None, typer.Option("--to", metavar="FILE", help="Write them there, as CSV or XLSX.")
    ] = None,
    form: FileFormat = None,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Show a month's availability and repairs, of the county and each town."""
    county = desk(context)
    first = naming.day(f"{month}-01") if month else naming.today()
    found: tuple[PlaceFigures, ...] = county.indices.month(year=first.year, month=first.month)
    if to is not None:
        from broadcaster.desk.files import Download

        content = sheet(found, form_of(to, form))
        put(Download(name=to.name, media_type="application/octet-stream", content=content), to, force=force)
        return
    worst = max((each.figures.down_share for each in found), default=0.0)
    columns: Columns = {**COLUMNS, N_("Down, compared"): lambda of: bar(of.figures.down_share, worst)}
    listing(found, columns, as_json=as_json, empty="")
