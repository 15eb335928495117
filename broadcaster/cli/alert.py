"""`broadcaster alert`: emergencies and urgent notices sent at once, and their end."""

import sys
from typing import Annotated

import typer

from broadcaster.cli import naming
from broadcaster.cli.caller import desk
from broadcaster.cli.output import Columns, Json, Yes, card, confirm, length, listing, print_json
from broadcaster.cli.watched import tell_age
from broadcaster.language import N_, _
from broadcaster.words import said

app = typer.Typer(no_args_is_help=True, help="Emergencies and urgent notices sent at once.")

Alert = Annotated[str, typer.Argument(metavar="ALERT", help="Its id, or words of its title.")]

COLUMNS: Columns = {
    N_("Alert"): "id",
    N_("Title"): "title",
    N_("State"): "state",
    N_("Places"): "place_names",
    N_("Sent"): "sent_at",
    N_("Expires"): "expires",
}
PREVIEW: Columns = {
    N_("Title"): "title",
    N_("Text"): "text",
    N_("Class"): "klass",
    N_("Severity"): lambda preview: preview.severity if preview.severity else None,
    N_("Length"): lambda preview: length(preview.duration_ms),
    N_("Places"): lambda preview: preview.reach.names,
    N_("Villages"): lambda preview: preview.reach.villages,
    N_("Endpoints"): lambda preview: preview.reach.endpoints,
    N_("People"): lambda preview: preview.reach.people,
    N_("Interrupts"): "interrupts",
    N_("Waits for"): "waits_for",
    N_("Quiet now in"): "quiet_in",
}


@app.command()
def send(
    context: typer.Context,
    notice: Annotated[str, typer.Argument(metavar="NOTICE", help="Its id, or words of its title.")],
    to: Annotated[
        list[str] | None,
        typer.Option(
            help="An area or endpoint, by code or name; without, where the notice is for. Repeat for more."
        ),
    ] = None,
    minutes: Annotated[int, typer.Option(help="How many minutes it is in force.")] = 30,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Sound a notice at once, after showing what will sound, where, and for how many people."""
    county = desk(context)
    which, places = naming.notice(county, notice), naming.places(county, to or ())
    preview = county.alerts.preview(notice=which, places=places, minutes=minutes)
    if not as_json:
        card(preview, PREVIEW, as_json=False)
    _warn(preview.linked)
    confirm(_("Send it now?"), yes=yes)
    sent = county.alerts.send(notice=which, places=places, minutes=minutes, confirmation=preview.confirmation)
    card(sent, COLUMNS, as_json=as_json)


@app.command()
def cancel(
    context: typer.Context,
    alert: Alert,
    announce: Annotated[bool, typer.Option("--announce", help="Sound the saved cancel audio once.")] = False,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """End an alert: silence everywhere."""
    county = desk(context)
    which = naming.alert(county, alert)
    title = county.alerts.show(alert=which).alert.title
    confirm(_("End alert {alert}, {title}?").format(alert=which, title=title), yes=yes)
    ended = county.alerts.cancel(alert=which, announce=announce)
    card(ended, COLUMNS, as_json=as_json)
    _warn(ended.linked)


@app.command("list")
def list_(context: typer.Context, as_json: Json = False) -> None:
    """List alerts, the newest first."""
    listing(desk(context).alerts.list(), COLUMNS, as_json=as_json, empty=N_("There is no alert."))


@app.command()
def show(context: typer.Context, alert: Alert, as_json: Json = False) -> None:
    """Show who sounds an alert, who is silent, and who did not answer, village by village."""
    county = desk(context)
    status = county.alerts.show(alert=naming.alert(county, alert))
    _warn(status.alert.linked)
    tell_age(county)
    if as_json:
        print_json(status)
        return
    card(status.alert, COLUMNS, as_json=False)
    columns: Columns = {
        N_("Village"): "name",
        N_("Endpoints"): lambda village: [
            f"{name} {said(hearing)}" for name, hearing in village.endpoints.items()
        ],
    }
    listing(status.villages, columns, as_json=False, empty=N_("Nobody is concerned."))


def _warn(linked: bool | None) -> None:
    """Says on stderr why no endpoint learns of it for now."""
    if linked is None:
        print(_("! No controller runs: no endpoint learns of it before one does."), file=sys.stderr)
    elif not linked:
        print(_("! The broker is not reached: no endpoint learns of it before it is back."), file=sys.stderr)
