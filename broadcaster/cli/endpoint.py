"""`broadcaster endpoint`: loudspeaker sets: their list, their secrets, and the program that runs one."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from broadcaster.cli import lists, naming
from broadcaster.cli.caller import desk
from broadcaster.cli.output import Columns, Json, Yes, card, confirm, heading, listing, print_json
from broadcaster.cli.share import percent
from broadcaster.cli.watched import tell_age
from broadcaster.desk.errors import Conflict, NotFound, Unavailable
from broadcaster.language import N_, _
from broadcaster.words import word
from devices.software import SOFTWARE

if TYPE_CHECKING:
    from broadcaster.desk.endpoints import EndpointView
    from devices.endpoint.outputs import OutputOf

app = typer.Typer(no_args_is_help=True, help="Endpoints: the loudspeaker sets.")


Endpoint = Annotated[str, typer.Argument(metavar="ENDPOINT", help="Its id, such as shiqiao-01.")]


def _state(endpoint: "EndpointView") -> str:
    if not endpoint.enabled:
        return _("out of use")
    if not endpoint.provisioned:
        return _("not provisioned")
    return word("Presence", endpoint.presence) if endpoint.presence else _("never heard of")


ROWS: Columns = {
    N_("Endpoint"): "id",
    N_("Village"): "village_name",
    N_("Site"): lambda endpoint: endpoint.site or endpoint.name,
    N_("State"): _state,
    N_("Last heard"): "heard_at",
}
CARD: Columns = {
    N_("Endpoint"): "id",
    N_("Known as"): "name",
    N_("Village"): lambda endpoint: f"{endpoint.village_name} ({endpoint.village})",
    N_("Site"): "site",
    N_("Link"): "link",
    N_("Feeder"): lambda endpoint: _feeder(endpoint),
    N_("Position"): lambda endpoint: _position(endpoint),
    N_("People"): "population",
    N_("Resource code"): "resource_code",
    N_("Volume"): lambda endpoint: None if endpoint.volume is None else f"{endpoint.volume} %",
    N_("State"): _state,
    N_("Last heard"): "heard_at",
    N_("Clock"): lambda endpoint: endpoint.clock and word("ClockQuality", endpoint.clock),
    N_("Sounds now"): "sounding",
    N_("Recordings missing"): "missing_recordings",
    N_("Records not receipted"): "unreceipted",
    N_("Software"): "software",
}

ON_ITS_WAY: Columns = {
    N_("Title"): "title",
    N_("KiB"): lambda each: f"{each.size / 1024:.0f}",
    N_("Done"): lambda each: percent(each.percent),
    N_("There by"): "arrives",
}


def _feeder(endpoint: "EndpointView") -> str:
    if endpoint.position is None:
        return endpoint.feeder
    return _("{feeder}, pole {position}").format(feeder=endpoint.feeder, position=endpoint.position)


def _position(endpoint: "EndpointView") -> str:
    if endpoint.latitude is None or endpoint.longitude is None:
        return ""
    return f"{endpoint.latitude:.4f}, {endpoint.longitude:.4f}"


@app.command("list")
def list_(
    context: typer.Context,
    inside: Annotated[str | None, typer.Argument(metavar="[AREA]", help="Only what lies in it.")] = None,
    as_json: Json = False,
) -> None:
    """List endpoints by village, with what each last said."""
    county = desk(context)
    found = county.endpoints.list(inside=naming.place(county, inside) if inside else None)
    listing(found, ROWS, as_json=as_json, empty=N_("There is no endpoint yet: import a list of them."))
    tell_age(county)


@app.command()
def show(context: typer.Context, endpoint: Endpoint, as_json: Json = False) -> None:
    """Show one endpoint."""
    county = desk(context)
    found = county.endpoints.show(endpoint=endpoint)
    card(found, CARD, as_json=as_json)
    if found.on_its_way and not as_json:
        heading(N_("On its way over the serial line"))
        listing(found.on_its_way, ON_ITS_WAY, as_json=False, empty="")
    tell_age(county)


@app.command("import")
def import_(
    context: typer.Context, file: lists.ListFile, dry_run: lists.DryRun = False, as_json: Json = False
) -> None:
    """Import endpoints from a CSV or XLSX list; a list with errors changes nothing."""
    from broadcaster.desk.files import Upload

    with file.open("rb") as opened:
        imported = desk(context).endpoints.take_in(file=Upload(file.name, opened), dry_run=dry_run)
    lists.tell(imported, dry_run=dry_run, as_json=as_json)


@app.command()
def export(
    context: typer.Context,
    file: lists.Target = None,
    form: lists.FileFormat = None,
    force: lists.Force = False,
) -> None:
    """Write all endpoints, without their secrets, as a list that can be imported again."""
    from broadcaster.registry.lists import Format

    lists.put(desk(context).endpoints.export(format=Format(lists.form_of(file, form))), file, force=force)


@app.command()
def enable(context: typer.Context, endpoint: Endpoint, as_json: Json = False) -> None:
    """Plan for an endpoint again."""
    card(desk(context).endpoints.enable(endpoint=endpoint, enabled=True), CARD, as_json=as_json)


@app.command()
def disable(context: typer.Context, endpoint: Endpoint, as_json: Json = False) -> None:
    """Leave an endpoint out of every plan until it is enabled again."""
    card(desk(context).endpoints.enable(endpoint=endpoint, enabled=False), CARD, as_json=as_json)


@app.command()
def retire(context: typer.Context, endpoint: Endpoint, yes: Yes = False, as_json: Json = False) -> None:
    """Take an endpoint down for good: its account ends, its records stay, its id is never used again."""
    confirm(_("Retire {endpoint} for good?").format(endpoint=endpoint), yes=yes)
    card(desk(context).endpoints.retire(endpoint=endpoint), CARD, as_json=as_json)


@app.command()
def provision(
    context: typer.Context,
    endpoint: Endpoint,
    directory: Annotated[
        Path | None,
        typer.Argument(metavar="[DIRECTORY]", help="The endpoint's directory; without, one named after it."),
    ] = None,
    again: Annotated[
        bool, typer.Option("--again", help="Replace the secrets in a directory that has some.")
    ] = False,
    port: Annotated[
        str, typer.Option(help="The set's own serial port, where it is on a line.")
    ] = "/dev/serial0",
    as_json: Json = False,
) -> None:
    """Give an endpoint new secrets and write them into the directory that its program runs in. Old ones end."""
    from devices.endpoint.program import PROVISION
    from devices.provisioning import Provision

    path = (directory or Path(endpoint)) / PROVISION
    if path.exists():
        _refuse_another(path, endpoint)
        if not again:
            raise Conflict(N_("{file} holds secrets already; --again makes new ones."), file=path)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    Provision.from_json(desk(context).endpoints.provision(endpoint=endpoint, port=port).content).save(path)
    if as_json:
        print_json({"endpoint": endpoint, "file": path})
    else:
        print(_("Written: {file}").format(file=path))
        print(_("Take it to the set and keep no copy; there: broadcaster endpoint run DIRECTORY"))


def _refuse_another(path: Path, endpoint: str) -> None:
    """Of a set that works, the secrets are not lost to another; a file that cannot be read is nobody's."""
    from devices.errors import BadProvision
    from devices.provisioning import Provision

    try:
        held = Provision.load(path).endpoint
    except BadProvision:
        return
    if held != endpoint:
        message = N_("{file} is of endpoint {held}. Each endpoint needs a directory of its own.")
        raise Conflict(message, file=path, held=held)


@app.command()
def run(
    directory: Annotated[
        Path,
        typer.Argument(
            metavar="DIRECTORY", help="Where provision.json lies and where it keeps what it holds."
        ),
    ],
    output: Annotated[
        Literal["card", "command", "wav", "silent"],
        typer.Option(help="Sound card, a program that takes PCM, WAV files in DIRECTORY, or timing only."),
    ] = "card",
    command: Annotated[
        str,
        typer.Option(metavar="PROGRAM", help="For --output command: takes 16 kHz mono 16-bit PCM on stdin."),
    ] = "",
    trust_clock: Annotated[
        bool,
        typer.Option("--trust-clock", help="Take this machine's clock as right without asking the kernel."),
    ] = False,
) -> None:
    """Run the endpoint program in its directory until it is stopped."""
    import asyncio
    import logging

    from devices import logbook
    from devices.endpoint.program import run_endpoint, until_signal
    from devices.errors import BadProvision

    sounding = _output(output, command)
    if not (directory / "provision.json").exists():
        message = N_(
            "{directory} holds no provision.json.\nProvision it: broadcaster endpoint provision ENDPOINT {directory}"
        )
        raise NotFound(message, directory=directory)
    logbook.keep(logging.INFO)
    try:
        asyncio.run(
            until_signal(run_endpoint(directory, sounding, trust_clock=trust_clock, software=SOFTWARE))
        )
    except BadProvision as error:
        provision = "broadcaster endpoint provision"
        message = N_(
            "The provisioning file cannot be used: {reason}\nAgain: {provision} ENDPOINT {directory}"
        )
        raise Unavailable(message, reason=error, provision=provision, directory=directory) from error


def _output(name: str, command: str) -> "OutputOf":
    import shlex

    from devices.endpoint import outputs

    if (name == "command") != bool(command):
        raise typer.BadParameter(_("--output command and --command PROGRAM go together"))
    match name:
        case "wav":
            return outputs.wav_output
        case "silent":
            return outputs.silent_output
        case "command":
            return outputs.command_output(shlex.split(command))
    try:
        return outputs.sound_card_output()
    except LookupError as error:
        raise Unavailable(
            N_(
                "This machine has no program for its sound card: install alsa-utils, or take another --output."
            )
        ) from error
