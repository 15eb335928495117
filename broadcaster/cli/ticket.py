"""`broadcaster ticket`: what is broken, who goes, and how far it is."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from broadcaster.cli import naming, service_times
from broadcaster.cli.caller import desk
from broadcaster.cli.output import Columns, Json, card, heading, listing, print_json, say, text, wall
from broadcaster.cli.watched import tell_age
from broadcaster.language import N_, _
from broadcaster.repairs.causes import Owner
from broadcaster.repairs.circumstances import Answer
from broadcaster.sentences import doer, sentence
from broadcaster.tickets.clocks import WaitReason
from broadcaster.tickets.states import TicketState
from broadcaster.words import away_said, lateness, root_said, said

if TYPE_CHECKING:
    from broadcaster.desk.workorders import Evidence, Line, TicketView

app = typer.Typer(no_args_is_help=True, help="Tickets: what is broken, who goes, and how far it is.")
app.add_typer(service_times.app, name="times")
Ticket = Annotated[int, typer.Argument(metavar="TICKET", help="Its number.")]
Comment = Annotated[str, typer.Option(help="A word on it, kept in its history.")]
Reason = Annotated[str, typer.Option("--comment", help="Why; whoever has it next reads it.")]


def _sentence(of: "Evidence | Line") -> str:
    return sentence(of.message, of.facts)


def _what(ticket: "TicketView") -> str:
    return f"{said(ticket.cause)} {root_said(ticket.root)}"


def _used(ticket: "TicketView") -> str:
    return "" if ticket.closed_at else f"{round(ticket.used * 100)} %"


def _due(ticket: "TicketView") -> str:
    at = ticket.due_at
    late = f" ({lateness(at, datetime.now(UTC))})" if at is not None and ticket.used >= 1 else ""
    return text(at) + late


def _who(ticket: "TicketView") -> str:
    return ticket.crew or ticket.accepted_by or said(ticket.owner)


ROWS: Columns = {  # what 80 columns hold; `show` has the rest
    N_("No."): "number",
    N_("State"): "state",
    N_("What"): _what,
    N_("Where"): lambda ticket: ticket.place_name or ticket.place,
    N_("Who"): _who,
    N_("Since"): lambda ticket: f"{wall(ticket.onset):%m-%d %H:%M}",
    N_("Time used"): _used,
}
CARD: Columns = {
    N_("Ticket"): "number",
    N_("State"): "state",
    N_("Cause"): "cause",
    N_("Root"): lambda ticket: root_said(ticket.root),
    N_("Where"): lambda ticket: ticket.place_name or ticket.place,
    N_("Owner"): "owner",
    N_("Crew"): "crew",
    N_("Accepted by"): "accepted_by",
    N_("Waits for"): "waiting",
    N_("Priority"): "priority",
    N_("Lift truck"): "truck",
    N_("Endpoints"): lambda ticket: f"{ticket.affected}/{ticket.members}",
    N_("People"): "population",
    N_("Confidence"): lambda ticket: f"{round(ticket.confidence * 100)} %",
    N_("Since"): "onset",
    N_("Opened"): "opened",
    N_("To be taken up by"): "respond_by",
    N_("Due"): _due,
    N_("Time used"): _used,
    N_("Closed"): "closed_at",
    N_("Opened again"): lambda ticket: ticket.reopens or None,
}
HISTORY: Columns = {
    N_("When"): "at",
    N_("Who"): lambda line: doer(line.who),
    N_("Step"): "step",
    N_("State"): "state",
    N_("What happened"): lambda line: " ".join(filter(None, (_sentence(line), line.comment))),
}
FILES: Columns = {N_("File"): "name", N_("SHA-256"): "sha256", N_("By"): "by", N_("When"): "at"}
COUNTS: Columns = {N_("Owner"): "owner", N_("State"): "state", N_("Tickets"): "tickets"}


@app.command("list")
def list_(
    context: typer.Context,
    state: Annotated[TicketState | None, typer.Option(help="Only in this state.")] = None,
    place: Annotated[str | None, typer.Option(help="Only in this area.")] = None,
    crew: Annotated[str | None, typer.Option(help="Only of this crew.")] = None,
    owner: Annotated[Owner | None, typer.Option(help="Only of this owner.")] = None,
    over: Annotated[bool, typer.Option("--all", help="Also those that are over.")] = False,
    most: Annotated[int, typer.Option(min=1, max=1000, help="At most so many.")] = 200,
    before: Annotated[int | None, typer.Option(metavar="TICKET", help="Older than this one.")] = None,
    as_json: Json = False,
) -> None:
    """List tickets, the newest first."""
    county = desk(context)
    where = naming.place(county, place) if place else None
    found = county.tickets.list(
        state=state, place=where, crew=crew, owner=owner, over=over, most=most, before=before
    )
    listing(found, ROWS, as_json=as_json, empty=N_("There is no open ticket."))
    tell_age(county)


@app.command()
def counts(context: typer.Context, as_json: Json = False) -> None:
    """Count tickets that are not over, by who has them and how far they are."""
    county = desk(context)
    listing(county.tickets.counts(), COUNTS, as_json=as_json, empty=N_("There is no open ticket."))
    tell_age(county)


@app.command()
def show(context: typer.Context, ticket: Ticket, as_json: Json = False) -> None:
    """Show a ticket with its evidence, history and files."""
    county = desk(context)
    found = county.tickets.show(ticket=ticket)
    tell_age(county)
    if as_json:
        print_json(found)
        return
    card(found.ticket, CARD, as_json=False)
    if found.away is not None:
        say(away_said(found.ticket.crew, found.away.until, found.away.instead))
    heading(N_("Why"))
    for each in found.evidence:
        say(f"· {_sentence(each)}")
    if found.still_failing:
        say(_("Still failing: {endpoints}").format(endpoints=", ".join(found.still_failing)))
    heading(N_("History"))
    listing(found.history, HISTORY, as_json=False, empty=N_("Nothing has happened."))
    if found.attachments:
        heading(N_("Files"))
        listing(found.attachments, FILES, as_json=False, empty="")


@app.command()
def assign(
    context: typer.Context,
    ticket: Ticket,
    crew: Annotated[str, typer.Argument(metavar="CREW", help="Who goes.")],
    comment: Comment = "",
    as_json: Json = False,
) -> None:
    """Give a ticket to a crew."""
    _tell(desk(context).tickets.assign(ticket=ticket, crew=crew, comment=comment), as_json)


@app.command()
def accept(context: typer.Context, ticket: Ticket, as_json: Json = False) -> None:
    """Take a ticket up."""
    _tell(desk(context).tickets.accept(ticket=ticket), as_json)


@app.command("hand-back")
def hand_back(context: typer.Context, ticket: Ticket, comment: Reason, as_json: Json = False) -> None:
    """Give a ticket back, with the reason."""
    _tell(desk(context).tickets.hand_back(ticket=ticket, comment=comment), as_json)


@app.command()
def arrive(context: typer.Context, ticket: Ticket, as_json: Json = False) -> None:
    """Be on site."""
    _tell(desk(context).tickets.arrive(ticket=ticket), as_json)


@app.command()
def wait(
    context: typer.Context,
    ticket: Ticket,
    why: Annotated[WaitReason, typer.Argument(help="For what; all but `other` stop the clock.")],
    comment: Reason,
    as_json: Json = False,
) -> None:
    """Wait for somebody or something else."""
    _tell(desk(context).tickets.wait(ticket=ticket, why=why, comment=comment), as_json)


@app.command()
def hear(
    context: typer.Context,
    ticket: Ticket,
    said: Annotated[Answer, typer.Argument(help="What they say.")],
    comment: Comment = "",
    as_json: Json = False,
) -> None:
    """Write down what people on site say when they are asked; the cause is judged anew."""
    _tell(desk(context).tickets.hear(ticket=ticket, said=said, comment=comment), as_json)


@app.command()
def resume(context: typer.Context, ticket: Ticket, comment: Comment = "", as_json: Json = False) -> None:
    """Go on after waiting."""
    _tell(desk(context).tickets.resume(ticket=ticket, comment=comment), as_json)


@app.command()
def done(context: typer.Context, ticket: Ticket, comment: Comment = "", as_json: Json = False) -> None:
    """Say that it is mended; it closes when the device shows it."""
    _tell(desk(context).tickets.done(ticket=ticket, comment=comment), as_json)


@app.command()
def override(
    context: typer.Context,
    ticket: Ticket,
    second: Annotated[str, typer.Option("--second", metavar="USER", help="The second person.")],
    photo: Annotated[str, typer.Option("--photo", metavar="SHA256", help="A photo that was attached.")],
    reason: Annotated[str, typer.Option("--reason", help="Why it is closed nevertheless.")],
    as_json: Json = False,
) -> None:
    """Close a ticket though the device still fails: with a reason, a photo and a second person."""
    found = desk(context).tickets.override(ticket=ticket, second=second, photo=photo, reason=reason)
    _tell(found, as_json)


@app.command()
def note(
    context: typer.Context,
    ticket: Ticket,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What to write down.")],
    as_json: Json = False,
) -> None:
    """Write something down."""
    _tell(desk(context).tickets.note(ticket=ticket, comment=text), as_json)


@app.command()
def attach(
    context: typer.Context,
    ticket: Ticket,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A photo or another file.", exists=True, dir_okay=False)
    ],
    as_json: Json = False,
) -> None:
    """Add a photo or another file."""
    from broadcaster.desk.files import Upload

    with file.open("rb") as opened:
        found = desk(context).tickets.attach(ticket=ticket, file=Upload(file.name, opened))
    card(found, FILES, as_json=as_json)


@app.command("ask-help")
def ask_help(context: typer.Context, ticket: Ticket, comment: Comment = "", as_json: Json = False) -> None:
    """Ask the county's station; it answers within 30 working minutes."""
    _tell(desk(context).tickets.ask_help(ticket=ticket, comment=comment), as_json)


@app.command()
def answer(context: typer.Context, ticket: Ticket, comment: Reason, as_json: Json = False) -> None:
    """Answer a request for help."""
    _tell(desk(context).tickets.answer(ticket=ticket, comment=comment), as_json)


@app.command("take-over")
def take_over(context: typer.Context, ticket: Ticket, comment: Comment = "", as_json: Json = False) -> None:
    """Take a ticket over from the town."""
    _tell(desk(context).tickets.take_over(ticket=ticket, comment=comment), as_json)


@app.command("give-back")
def give_back(context: typer.Context, ticket: Ticket, comment: Reason, as_json: Json = False) -> None:
    """Give a ticket back to the town, with the reason."""
    _tell(desk(context).tickets.give_back(ticket=ticket, comment=comment), as_json)


def _tell(ticket: "TicketView", as_json: bool) -> None:
    card(ticket, CARD, as_json=as_json)
