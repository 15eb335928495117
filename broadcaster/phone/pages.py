"""Pages: what a phone shows, as HTML that works at 320 dots of width; every text in the reader's language. Pure."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from html import escape
from zoneinfo import ZoneInfo

from broadcaster.desk.crews import DutyView, LeaveView
from broadcaster.desk.deeds import Deed
from broadcaster.desk.workorders import Line, TicketStory, TicketView
from broadcaster.language import N_, _, in_use
from broadcaster.repairs.causes import Priority
from broadcaster.sentences import doer, sentence
from broadcaster.tickets.clocks import WaitReason
from broadcaster.words import away_said, lateness, root_said, said

LINES = 12  # of a ticket's history, the newest first
ENDPOINTS = 20  # that are named
URGENT = frozenset({Priority.P1, Priority.P2})
SAYS = {  # what the script says
    "offline": N_("No network: {count} to send."),
    "sending": N_("Sending {count} …"),
    "sent": N_("All is sent."),
    "refused": N_("Not done: {why}"),
    "queued": N_("Kept on this phone, sent as soon as there is a network."),
    "reason": N_("It takes a reason."),
    "full": N_("This phone has no room for more photos: send what waits first."),
    "unreadable": N_("This phone cannot read that photo: take another one."),
    "again": N_("Your link has ended: ask the station for a new one. What waits is kept."),
    "dismiss": N_("Seen"),
}
BUTTONS: tuple[tuple[Deed, str], ...] = (
    (Deed.ACCEPT, N_("Take it up")),
    (Deed.ARRIVE, N_("I am there")),
    (Deed.RESUME, N_("Go on")),
    (Deed.DONE, N_("It is mended")),
)
ASKING: tuple[tuple[Deed, str, str], ...] = (
    (Deed.NOTE, N_("Write a note"), N_("What to write down")),
    (Deed.WAIT, N_("It has to wait"), N_("For what or whom")),
    (Deed.ASK_HELP, N_("Ask the station for help"), N_("What is asked")),
    (Deed.HAND_BACK, N_("Hand it back"), N_("Why")),
)
NEEDS_WORDS = frozenset({Deed.NOTE, Deed.WAIT, Deed.HAND_BACK})


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """Who is on duty, now or later, and which crews are away or lack something; `phones` by name."""

    duties: tuple[DutyView, ...] = ()
    leaves: tuple[LeaveView, ...] = ()
    phones: Mapping[str, str] = field(default_factory=dict)


def tickets_page(
    tickets: Iterable[TicketView], who: str, zone: ZoneInfo, now: datetime, roster: Roster | None = None
) -> str:
    """All that is to be done, the most urgent first; and who is there today."""
    cards = "".join(_card(ticket, zone, now) for ticket in tickets)
    body = cards or f"<p class=empty>{_t(_NOTHING_IS_BROKEN_HERE)}</p>"
    there = _roster(roster, zone, now) if roster else ""
    return _page(_("Tickets"), f"<h1>{_t(_TICKETS)}</h1>{body}{there}", who)


def ticket_page(story: TicketStory, who: str, zone: ZoneInfo, now: datetime) -> str:
    """One ticket: what is wrong, why that is believed, what can be done, what was done."""
    ticket = story.ticket
    parts = (
        f"<p><a class=back href=/phone>‹ {_t(_TICKETS)}</a></p>",
        f"<h1>{escape(said(ticket.cause))}</h1>",
        _facts(ticket, zone, now),
        _away(story),
        _failing(story),
        _why(story),
        _actions(story),
        _history(story.history, zone),
    )
    return _page(_("Ticket {number}").format(number=ticket.number), "".join(parts), who, ticket.number)


def strangers_page() -> str:
    """For whoever comes without a link that is good."""
    text = _t(_STRANGER)
    return _page(_("Tickets"), f"<h1>{_t(_TICKETS)}</h1><p class=empty>{text}</p>", "")


def missing_page(message: str, who: str) -> str:
    """What was asked for is not there, or not theirs."""
    back = f"<p><a class=back href=/phone>‹ {_t(_TICKETS)}</a></p>"
    return _page(_("Tickets"), f"{back}<p class=empty>{escape(message)}</p>", who)


def _page(title: str, body: str, who: str, number: int | None = None) -> str:
    says = escape(json.dumps({name: _(text) for name, text in SAYS.items()}, ensure_ascii=False))
    of = "" if number is None else f" data-ticket={number}"
    return (
        f"<!doctype html><html lang={in_use().replace('_', '-')}><head><meta charset=utf-8>"
        "<meta name=viewport content='width=device-width, initial-scale=1'>"
        "<link rel=icon href='data:,'><link rel=stylesheet href=/phone/phone.css>"
        f"<title>{escape(title)}</title></head>"
        f'<body data-who="{escape(who)}" data-says="{says}"{of}><div id=bar role=status hidden></div>'
        f"<main>{body}</main><script src=/phone/phone.js></script></body></html>"
    )


def _roster(roster: Roster, zone: ZoneInfo, now: datetime) -> str:
    """A line for each that holds now."""
    lines = [
        escape(_(_ON_DUTY).format(who=duty.contact, until=_when(duty.ends, zone, now)))
        + _call(roster.phones.get(duty.contact, ""))
        for duty in roster.duties
        if duty.begins <= now
    ]
    for leave in roster.leaves:
        if leave.begins <= now:
            what = said(leave.skill) if leave.skill else ""
            facts = {
                "crew": leave.crew,
                "until": _when(leave.ends, zone, now),
                "why": leave.reason,
                "what": what,
            }
            lines.append(escape(_(_LACKS if leave.skill else _AWAY).format_map(facts)))
    items = "".join(f"<li>{line}</li>" for line in lines)
    return f"<h2>{_t(_TODAY)}</h2><ul>{items}</ul>" if items else ""


def _call(phone: str) -> str:
    return f" <a href='tel:{escape(phone)}'>{escape(phone)}</a>" if phone else ""


def _card(ticket: TicketView, zone: ZoneInfo, now: datetime) -> str:
    urgent = " urgent" if ticket.priority in URGENT else ""
    late = f" · <b class=late>{escape(_late(ticket, now))}</b>" if ticket.used >= 1 else ""
    return (
        f"<a class='card{urgent}' href=/phone/tickets/{ticket.number}>"
        f"<span class=state>{escape(said(ticket.state))}</span><b>{escape(said(ticket.cause))}</b>"
        f"<span>{escape(root_said(ticket.root))}</span><span>{escape(ticket.place_name)} · "
        f"{_t(_SINCE)} {_when(ticket.onset, zone, now)}{late}</span></a>"
    )


def _late(ticket: TicketView, now: datetime) -> str:
    if ticket.used < 1:
        return ""
    return lateness(ticket.due_at, now) if ticket.due_at is not None else _(_OVERDUE)


def _facts(ticket: TicketView, zone: ZoneInfo, now: datetime) -> str:
    rows = [
        (N_("State"), said(ticket.state) + (f": {said(ticket.waiting)}" if ticket.waiting else "")),
        (N_("Where"), ticket.place_name),
        (N_("What"), root_said(ticket.root)),
        (N_("Since"), _when(ticket.onset, zone, now)),
        (N_("Take up by"), _when(ticket.respond_by, zone, now)),
        (N_("Mend by"), " · ".join(filter(None, (_when(ticket.due_at, zone, now), _late(ticket, now))))),
        (N_("Priority"), said(ticket.priority)),
        (N_("People"), str(ticket.population) if ticket.population else ""),
        (N_("Lift truck"), _("needed") if ticket.truck else ""),
        (N_("Who"), ticket.crew or ticket.accepted_by or said(ticket.owner)),
    ]
    inside = "".join(f"<dt>{_t(name)}</dt><dd>{escape(value)}</dd>" for name, value in rows if value)
    return f"<dl>{inside}</dl>"


def _away(story: TicketStory) -> str:
    away = story.away
    return f"<p>{escape(away_said(story.ticket.crew, away.until, away.instead))}</p>" if away else ""


def _failing(story: TicketStory) -> str:
    """The device's own word, which closes a ticket."""
    if not story.still_failing:
        text = _t(_WELL_AGAIN)
        return f"<p class=well>{text}</p>"
    names = ", ".join(story.still_failing[:ENDPOINTS])
    if len(story.still_failing) > ENDPOINTS:
        names += " " + _("and {count} more").format(count=len(story.still_failing) - ENDPOINTS)
    return f"<p class=ill>{_t(_STILL_FAILING)} {escape(names)}</p>"


def _why(story: TicketStory) -> str:
    said_ = [sentence(each.message, each.facts) for each in story.evidence]
    items = "".join(f"<li>{escape(text)}</li>" for text in said_)
    return f"<h2>{_t(_WHY)}</h2><ul>{items}</ul>" if items else ""


def _actions(story: TicketStory) -> str:
    possible = {step.value for step in story.possible}
    buttons = "".join(
        f"<button type=button data-deed={deed.value}>{_t(text)}</button>"
        for deed, text in BUTTONS
        if deed.value in possible
    )
    forms = "".join(_form(deed, title, asked) for deed, title, asked in ASKING if deed.value in possible)
    return (
        f"<section id=deeds>{buttons}"
        f"<label class=button>{_t(_ADD_A_PHOTO)}"
        f"<input id=photo type=file accept='image/*' capture=environment hidden></label>{forms}</section>"
        "<section id=waiting aria-live=polite></section>"
    )


def _form(deed: Deed, title: str, asked: str) -> str:
    reasons = ""
    if deed is Deed.WAIT:
        options = "".join(f"<option value={each.value}>{escape(said(each))}</option>" for each in WaitReason)
        reasons = f"<select name=why aria-label='{_t(_WAITS_FOR)}'>{options}</select>"
    needed = " data-needed" if deed in NEEDS_WORDS else ""
    return (
        f"<details><summary>{_t(title)}</summary><form data-deed={deed.value}{needed}>{reasons}"
        f"<textarea name=comment rows=3 maxlength=2000 placeholder='{_t(asked)}'></textarea>"
        f"<button>{_t(title)}</button></form></details>"
    )


def _history(history: Iterable[Line], zone: ZoneInfo) -> str:
    lines = list(history)[-LINES:][::-1]
    items = "".join(
        f"<li><time>{line.at.astimezone(zone):%m-%d %H:%M}</time> <b>{escape(doer(line.who))}</b> "
        f"{escape(said(line.step))} {escape(sentence(line.message, line.facts))} {escape(line.comment)}</li>"
        for line in lines
    )
    return f"<h2>{_t(_HISTORY)}</h2><ol>{items}</ol>"


def _when(at: datetime | None, zone: ZoneInfo, now: datetime) -> str:
    if at is None:
        return ""
    local, today = at.astimezone(zone), now.astimezone(zone).date()
    return f"{local:%H:%M}" if local.date() == today else f"{local:%m-%d %H:%M}"


def _t(message: str) -> str:
    return escape(_(message))


_TODAY = N_("Who is there today")
_ON_DUTY = N_("{who} is on duty until {until}.")
_AWAY = N_("{crew} is away until {until}: {why}")
_LACKS = N_("{crew} lacks “{what}” until {until}: {why}")
_NOTHING_IS_BROKEN_HERE = N_("Nothing is broken here.")
_TICKETS = N_("Tickets")
_OVERDUE = N_("overdue")
_SINCE = N_("since")
_STILL_FAILING = N_("Still failing:")
_WHY = N_("Why")
_ADD_A_PHOTO = N_("Add a photo")
_WAITS_FOR = N_("Waits for")
_HISTORY = N_("History")
_STRANGER = N_("This page opens by the link that the station sends you. Yours is missing or has ended.")
_WELL_AGAIN = N_("The device reports again; it closes by itself when that has lasted.")
