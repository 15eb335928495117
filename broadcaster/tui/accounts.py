"""Accounts of tickets: what is broken and why that is believed, whose clock runs, and what happened, as text. Pure."""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from rich.text import Text

from broadcaster.desk.workorders import Line, TicketStory, TicketView
from broadcaster.language import _
from broadcaster.sentences import doer, sentence
from broadcaster.tickets.states import TicketState
from broadcaster.tui.clocks import clock_line
from broadcaster.tui.moments import ago, clock, moment
from broadcaster.words import away_said, root_said, said

STATE_STYLES: Mapping[TicketState, str] = {
    TicketState.OPEN: "bold red",
    TicketState.DISPUTED: "bold red",
    TicketState.VERIFYING: "cyan",
    TicketState.CLOSED: "green",
    TicketState.SELF_RECOVERED: "green",
    TicketState.MERGED: "dim",
}


def account(ticket: TicketView, now: datetime) -> Text:
    """What it is, whom it takes, who has it, and why that is believed."""
    words = _("{what} ({root}): {affected} of {members} endpoints, {people} people; {who}.").format(
        what=said(ticket.cause),
        root=root_said(ticket.root),
        affected=ticket.affected,
        members=ticket.members,
        people=ticket.population,
        who=ticket.crew or ticket.accepted_by or said(ticket.owner),
    )
    text = Text(words).append(f"  {ticket.place_name}  {ago(ticket.onset, now)}", "dim")
    if ticket.why is not None:
        text.append("\n" + _("Why") + "  ", "bold").append(sentence(ticket.why.message, ticket.why.facts))
        text.append("  " + _("{percent} % sure").format(percent=round(ticket.confidence * 100)), "dim")
    return text


def head(story: TicketStory) -> Text:
    """Which one it is, in one row."""
    ticket = story.ticket
    row = Text.assemble(
        (_("Ticket {n}").format(n=ticket.number) + "  ", "bold"),
        (said(ticket.state), STATE_STYLES.get(ticket.state, "yellow")),
        f"  {said(ticket.cause)}  ",
        (root_said(ticket.root), "dim"),
    )
    if ticket.flapping:
        row.append("  ~ " + _("comes and goes"), "yellow")
    return row


def facts(story: TicketStory, zone: ZoneInfo) -> Text:
    """Clocks first: they are what hurries."""
    ticket = story.ticket
    text = Text(_("Service time") + "  " + said(ticket.owner) + "  ", "dim")
    text.append_text(clock_line(story.clock, zone))
    if story.support is not None:
        text.append("\n" + _("Service time") + "  " + _("station's help") + "  ", "dim")
        text.append_text(clock_line(story.support, zone))
    if story.away is not None:
        text.append("\n" + away_said(ticket.crew, story.away.until, story.away.instead), "yellow")
    if story.verified_at is not None and not ticket.closed_at:
        proven = _("✓ reports again; proven at {time} if it stays so")
        text.append("\n" + proven.format(time=clock(story.verified_at, zone)), "cyan")
    text.append("\n")
    for label, value in _lines(story):
        text.append(f"{label} ".replace(" ", "\u00a0"), "dim").append(value.replace(" ", "\u00a0")).append(
            "   "
        )
    text.append("\n" + _("Why") + "  ", "bold").append(
        _("{percent} % sure").format(percent=round(ticket.confidence * 100))
    )
    for each in story.evidence:
        text.append(f"\n- {sentence(each.message, each.facts)}")
    if story.still_failing:
        text.append(
            "\n" + _("Still failing: {endpoints}").format(endpoints=", ".join(story.still_failing)), "red"
        )
    return text.append("\n")


def _lines(story: TicketStory) -> list[tuple[str, str]]:
    ticket = story.ticket
    known = (
        (_("Where"), ticket.place_name or ticket.place),
        (_("Crew"), ticket.crew),
        (_("Accepted by"), ticket.accepted_by),
        (_("Waits for"), said(ticket.waiting) if ticket.waiting else ""),
        (_("Priority"), said(ticket.priority)),
        (_("Lift truck"), _("needed") if ticket.truck else ""),
        (_("Endpoints"), f"{ticket.affected}/{ticket.members}"),
        (_("People"), str(ticket.population) if ticket.population else ""),
        (_("Opened again"), str(ticket.reopens) if ticket.reopens else ""),
        (_("Again after ticket"), str(story.recurrence_of) if story.recurrence_of else ""),
    )
    return [(label, value) for label, value in known if value]


def happened(story: TicketStory, zone: ZoneInfo) -> Text:
    """Its history, the newest first, and its files."""
    lines = [_line(line, zone) for line in reversed(story.history)]
    files = [
        Text("  ".join((moment(one.at, zone), one.by, _("File"), one.name))) for one in story.attachments
    ]
    return Text("\n").join([Text(_("What happened"), "bold"), *lines, *files])


def _line(line: Line, zone: ZoneInfo) -> Text:
    text = Text.assemble(
        (f"{moment(line.at, zone)}  ", "dim"), f"{doer(line.who)}  ", (said(line.step), "bold")
    )
    for words in filter(None, (sentence(line.message, line.facts), line.comment)):
        text.append(f"  {words}")
    return text
