"""`broadcaster incident`: what is wrong, and why that is believed."""

from typing import TYPE_CHECKING, Annotated

import typer

from broadcaster.cli.caller import desk
from broadcaster.cli.output import Columns, Json, card, heading, listing, print_json, say, wall
from broadcaster.cli.watched import tell_age
from broadcaster.language import N_, _
from broadcaster.repairs.causes import Cause
from broadcaster.sentences import sentence
from broadcaster.words import root_said

if TYPE_CHECKING:
    from broadcaster.desk.county import CountyDesk
    from broadcaster.desk.incidents import IncidentView

app = typer.Typer(no_args_is_help=True, help="Incidents: what is wrong, and why that is believed.")


def _endpoints(incident: "IncidentView") -> str:
    return f"{len(incident.affected)}/{len(incident.members)}"


SHORT = 8  # digits of a key that tell incidents apart


def _whole(county: "CountyDesk", key: str) -> str:
    """A key by its first digits, where they are one incident's."""
    found = [each.key for each in county.incidents.list(ended=True, most=1000) if each.key.startswith(key)]
    return found[0] if len(found) == 1 else key


ROWS: Columns = {
    N_("Incident"): "key",
    N_("Stage"): "stage",
    N_("Cause"): "cause",
    N_("Root"): lambda incident: root_said(incident.root),
    N_("Where"): lambda incident: incident.place_name or incident.place,
    N_("Endpoints"): _endpoints,
    N_("Confidence"): lambda incident: f"{round(incident.confidence * 100)} %",
    N_("Since"): "onset",
    N_("Ticket"): "ticket",
}
LIST: Columns = {  # what 80 columns hold
    N_("Incident"): lambda incident: incident.key[:SHORT],
    **{heading: of for heading, of in ROWS.items() if heading in ("Cause", "Root", "Endpoints", "Ticket")},
    N_("Since"): lambda incident: f"{wall(incident.onset):%m-%d %H:%M}",
}
CARD: Columns = {
    **ROWS,
    N_("Noticed"): "detected",
    N_("Announced"): "announced",
    N_("Ended"): "ended",
    N_("People"): "population",
    N_("Taken for before"): "corrected_from",
    N_("Still failing"): "affected",
}


@app.command("list")
def list_(
    context: typer.Context,
    cause: Annotated[Cause | None, typer.Option(help="Only of this cause.")] = None,
    ended: Annotated[bool, typer.Option("--all", help="Also those that have ended.")] = False,
    most: Annotated[int, typer.Option(min=1, max=1000, help="At most so many.")] = 200,
    as_json: Json = False,
) -> None:
    """List incidents, the newest first, also those of which nobody has been told yet."""
    county = desk(context)
    found = county.incidents.list(cause=cause, ended=ended, most=most)
    listing(found, LIST, as_json=as_json, empty=N_("Nothing is wrong."))
    tell_age(county)


@app.command()
def show(
    context: typer.Context,
    incident: Annotated[str, typer.Argument(metavar="INCIDENT", help="Its key, or the first digits of it.")],
    as_json: Json = False,
) -> None:
    """Show an incident and why it is believed."""
    county = desk(context)
    found = county.incidents.show(incident=_whole(county, incident))
    tell_age(county)
    if as_json:
        print_json(found)
        return
    card(found, CARD, as_json=False)
    heading(N_("Why"))
    for each in found.evidence:
        say(f"· {sentence(each.message, each.facts)}")
    if not found.evidence:
        say(_("No evidence was kept."))
