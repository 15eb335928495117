"""`broadcaster line`: serial lines, their hubs, and what is on its way over them. `broadcaster hub` runs one."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from broadcaster.cli import naming
from broadcaster.cli.caller import desk
from broadcaster.cli.output import Columns, Json, Yes, card, confirm, listing, print_json, wall
from broadcaster.cli.share import percent
from broadcaster.cli.watched import tell_age
from broadcaster.desk.errors import Conflict, Unavailable
from broadcaster.language import N_, _
from broadcaster.words import word
from devices.software import SOFTWARE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from broadcaster.desk.county import CountyDesk
    from broadcaster.desk.lines import LineEndpoint, LineView
    from broadcaster.promise import Promise

app = typer.Typer(
    no_args_is_help=True, help="Lines: serial lines, and when audio will have arrived over them."
)

Line = Annotated[str, typer.Argument(metavar="LINE", help="Its name.")]
AlthoughLate = Annotated[
    bool, typer.Option("--although-late", help="Also if a serial line cannot carry its audio in time.")
]


def _state(line: "LineView") -> str:
    if line.is_open is None:
        return _("its hub is not heard")
    if not line.is_open:
        return _("its port is not there")
    if line.cut_before is not None:
        return _("cut after {after}").format(after=line.cut_after or line.hub)
    silent = sum(not each.there for each in line.endpoints)
    return _("{count} silent").format(count=silent) if silent else _("all are heard")


def _last_arrival(line: "LineView") -> object:
    known = [each.arrives for each in line.transfers if each.arrives is not None]
    return max(known) if known else None


ROWS: Columns = {
    N_("Line"): "name",
    N_("Hub"): "hub",
    N_("Baud"): "baud",
    N_("Endpoints"): lambda line: len(line.endpoints),
    N_("State"): _state,
    N_("On its way"): lambda line: len(line.transfers),
    N_("All there by"): _last_arrival,
}
CARD: Columns = {
    N_("Line"): "name",
    N_("Hub"): "hub",
    N_("Port"): "port",
    N_("Baud"): "baud",
    N_("Half duplex"): lambda line: _("yes") if line.half_duplex else _("no"),
    N_("Direction"): lambda line: word("Direction", line.direction),
    N_("State"): _state,
    N_("Cut before"): "cut_before",
    N_("Damaged frames"): "garbled",
    N_("Last heard"): "reported_at",
}
ENDPOINTS: Columns = {
    N_("Address"): "address",
    N_("Endpoint"): "endpoint",
    N_("State"): lambda each: _heard(each),
    N_("Silent, s"): "silent_s",
    N_("Lost"): lambda each: None if each.lost_percent is None else f"{each.lost_percent} %",
}
PROMISES: Columns = {
    N_("Endpoint"): "endpoint",
    N_("Line"): "line",
    N_("There about"): "arrives",
    N_("Between"): lambda each: _between(each),
    N_("Verdict"): lambda each: word("Arrival", each.verdict),
}
TRANSFERS: Columns = {
    N_("Recording"): lambda each: each.recording[:12],
    N_("Title"): "title",
    N_("KiB"): lambda each: f"{each.size / 1024:.0f}",
    N_("Done"): lambda each: percent(each.percent),
    N_("Lack it"): "endpoints",
    N_("All there by"): "arrives",
}


def _heard(each: "LineEndpoint") -> str:
    if each.there is None:
        return _("not known")
    return _("is heard") if each.there else _("is silent")


def _between(each: "Promise") -> str:
    """When nineteen of twenty arrive."""
    if each.earliest is None or each.latest is None:
        return ""
    return f"{wall(each.earliest):%H:%M}–{wall(each.latest):%H:%M}"


def promised(county: "CountyDesk", subject: str) -> "Sequence[Promise]":
    """When the audio of a notice or playlist will be at each endpoint of a line."""
    if subject.startswith("p"):
        return county.lines.promise_of_playlist(playlist=subject)
    return county.lines.promise(notice=subject)


def warn(found: "Sequence[Promise]") -> None:
    """Say on stderr where audio comes late, or nobody can say when."""
    for each in found:
        if each.verdict == "unknown":
            said = _("{endpoint} on line {line}: nobody can say when its audio will be there.")
            typer.echo(said.format(endpoint=each.endpoint, line=each.line), err=True)
        elif each.verdict == "late" and each.arrives is not None:
            said = _(
                "{endpoint} on line {line}: its audio will be there by {time}, too late for the first play."
            )
            time = each.arrives.astimezone().strftime("%m-%d %H:%M")
            typer.echo(said.format(endpoint=each.endpoint, line=each.line, time=time), err=True)


@app.command()
def promise(
    context: typer.Context,
    notice: Annotated[
        str,
        typer.Argument(metavar="NOTICE", help="A notice or playlist, by id or words of its title."),
    ],
    as_json: Json = False,
) -> None:
    """Say when audio will have arrived at each endpoint of a serial line, before it is approved."""
    county = desk(context)
    found = promised(county, naming.subject(county, notice))
    listing(found, PROMISES, as_json=as_json, empty=N_("No serial line has to carry it."))


@app.command("list")
def list_(context: typer.Context, as_json: Json = False) -> None:
    """List serial lines, with what is on its way over each."""
    county = desk(context)
    listing(county.lines.list(), ROWS, as_json=as_json, empty=N_("There is no serial line."))
    tell_age(county)


@app.command()
def show(context: typer.Context, line: Line, as_json: Json = False) -> None:
    """Show one line: who is heard, where it is cut, what is on its way and when it will be there."""
    county = desk(context)
    found = county.lines.show(line=line)
    card(found, CARD, as_json=as_json)
    if not as_json:
        listing(found.endpoints, ENDPOINTS, as_json=False, empty=N_("No endpoint is on this line."))
        listing(found.transfers, TRANSFERS, as_json=False, empty=N_("Nothing is on its way."))
    tell_age(county)


@app.command("set")
def set_(
    context: typer.Context,
    line: Line,
    hub: Annotated[str, typer.Option(help="The hub that has it; hub-station: this station's own computer.")],
    port: Annotated[str, typer.Option(help="The port there, such as /dev/ttyUSB0 or socket://HOST:PORT.")],
    baud: Annotated[int, typer.Option(help="Bits per second.")] = 9_600,
    half_duplex: Annotated[
        bool, typer.Option("--half-duplex", help="One pair of wires for both directions (RS-485).")
    ] = False,
    turn_ms: Annotated[int, typer.Option(help="From hearing to speaking, milliseconds.")] = 0,
    direction: Annotated[
        str,
        typer.Option(
            help="Who turns the transceiver: auto (itself), driver (the kernel) or rts (the program)."
        ),
    ] = "auto",
    as_json: Json = False,
) -> None:
    """Add a line, or change how it is wired."""
    from broadcaster.desk.lines import LineDraft
    from devices.serial.wiring import Direction

    draft = LineDraft(
        hub=hub,
        port=port,
        baud=baud,
        half_duplex=half_duplex,
        turn_ms=turn_ms,
        direction=Direction(direction),
    )
    card(desk(context).lines.set(line=line, draft=draft), CARD, as_json=as_json)


@app.command()
def remove(context: typer.Context, line: Line, yes: Yes = False) -> None:
    """Take a line out of the registry."""
    confirm(_("Remove the line {line}?").format(line=line), yes=yes)
    desk(context).lines.remove(line=line)


@app.command()
def provision(
    context: typer.Context,
    hub: Annotated[str, typer.Argument(metavar="HUB", help="Its name, such as hub-shiqiao.")],
    directory: Annotated[
        Path | None,
        typer.Argument(metavar="[DIRECTORY]", help="The hub's directory; without, one named after it."),
    ] = None,
    again: Annotated[
        bool, typer.Option("--again", help="Replace what is in a directory that has some.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Give a hub a new password and its lines, and write them into the directory that its program runs in."""
    from devices.hub.program import PROVISION
    from devices.hub.provision import HubProvision

    path = (directory or Path(hub)) / PROVISION
    if path.exists() and not again:
        raise Conflict(N_("{file} holds secrets already; --again makes new ones."), file=path)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    HubProvision.from_json(desk(context).lines.provision(hub=hub).content).save(path)
    if as_json:
        print_json({"hub": hub, "file": path})
    else:
        print(_("Written: {file}").format(file=path))
        print(_("Take it to the hub and keep no copy; there: broadcaster hub DIRECTORY"))


def hub(
    directory: Annotated[
        Path,
        typer.Argument(metavar="DIRECTORY", help="Where hub.json lies and where it keeps what it holds."),
    ],
) -> None:
    """Run a hub: it joins serial lines to the station for the endpoints on them, until it is stopped."""
    import asyncio
    import logging

    from devices import logbook
    from devices.endpoint.program import until_signal
    from devices.errors import BadProvision
    from devices.hub.program import run_hub

    logbook.keep(logging.INFO)
    try:
        asyncio.run(until_signal(run_hub(directory, software=SOFTWARE)))
    except BadProvision as error:
        raise Unavailable(
            N_("{reason}\nProvision it: broadcaster line provision HUB {directory}"),
            reason=error,
            directory=directory,
        ) from error
