"""Letters: lines of tickets become messages to people, in the transaction that marks the lines as looked at.

A letter's key comes from whom it is for and the first line that it tells, so that it is made once whatever happens. As long as
nobody has tried to send it, further lines for the same person join it.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, func, select

from broadcaster.language import _
from broadcaster.storage import tickets as kept
from broadcaster.storage.crews import crews_of
from broadcaster.storage.tables import AreaRow, ContactRow, DutyRow, LetterRow, TicketEntryRow
from broadcaster.tickets.crews import told_for
from broadcaster.tickets.parts import Part
from broadcaster.tickets.telling import ENDS, Person, audience, told_at
from broadcaster.tickets.ticket import Entry, Ticket
from broadcaster.words import root_said

MOST_LINES = 20  # of one message; the rest is counted
MOST_AT_ONCE = 500
LONGEST_WAIT = timedelta(days=2)  # of a letter to be sent, while lines join it: quiet hours end within one
SMS = "sms"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    row: TicketEntryRow
    entry: Entry
    ticket: Ticket


def is_due(session: Session) -> bool:
    """Whether there are lines that nobody has looked at."""
    wanted = select(TicketEntryRow.id).where(col(TicketEntryRow.told).is_(False))
    return session.exec(wanted.limit(1)).first() is not None


def write(session: Session, zone: ZoneInfo, now: datetime) -> int:
    """Writes the letters of all lines that nobody has looked at; how many lines that were."""
    wanted = (
        select(TicketEntryRow).where(col(TicketEntryRow.told).is_(False)).order_by(col(TicketEntryRow.id))
    )
    rows = session.exec(wanted.limit(MOST_AT_ONCE)).all()
    if not rows:
        return 0
    contacts = {row.name: row for row in session.exec(select(ContactRow).where(col(ContactRow.enabled)))}
    people, crews = _people(session, contacts, now), crews_of(session, now)
    stead = {name: told_for(name, crews, now) for name in crews}
    told: dict[str, list[_Line]] = {}
    for row in rows:
        row.told = True
        session.add(row)
        ticket = kept.load(session, row.ticket)
        if ticket is not None:
            line = _Line(row=row, entry=_entry(row), ticket=ticket)
            knew = _knew(session, line, told) & people.keys()
            for name in audience(line.entry, ticket, people.values(), knew, stead):
                told.setdefault(name, []).append(line)
    for name, lines in told.items():
        for channel in contacts[name].channels:
            _write(session, people[name], channel, lines, zone, now)
    return len(rows)


def _write(
    session: Session, person: Person, channel: str, lines: list[_Line], zone: ZoneInfo, now: datetime
) -> None:
    """One letter for all of them, or more of the one that waits."""
    mine = (LetterRow.contact == person.name, LetterRow.channel == channel)
    last = session.exec(select(func.max(LetterRow.made_at)).where(*mine)).one()
    next_at = min(told_at(person, line.ticket, last, now, zone) for line in lines)
    waits = select(LetterRow).where(*mine, LetterRow.attempts == 0, col(LetterRow.next_at) > now)
    letter = session.exec(waits.order_by(col(LetterRow.next_at)).limit(1)).first() or LetterRow(
        key=hashlib.sha256(f"{person.name}|{channel}|{lines[0].row.id}".encode()).hexdigest()[:32],
        contact=person.name,
        channel=channel,
        entries=[],
        title="",
        text="",
        made_at=now,
        next_at=next_at,
    )
    letter.entries = [*letter.entries, *(line.row.id for line in lines)]
    letter.title, letter.text = _text(session, letter.entries)
    letter.next_at = min(letter.next_at or next_at, next_at)
    session.add(letter)
    session.flush()


def _text(session: Session, entries: Iterable[int | None]) -> tuple[str, str]:
    """Title and body: one line a ticket's news, at most twenty."""
    found = [row for each in entries if (row := session.get(TicketEntryRow, each)) is not None]
    lines = [_said(session, row) for row in found[:MOST_LINES]]
    numbers = sorted({row.ticket for row in found})
    if len(found) > MOST_LINES:
        lines.append(_("… and {count} more.").format(count=len(found) - MOST_LINES))
    if len(numbers) == 1:
        title = _("Ticket {number}").format(number=numbers[0])
    else:
        title = _("News of {count} tickets").format(count=len(numbers))
    return title, "\n".join(lines)


def _said(session: Session, row: TicketEntryRow) -> str:
    ticket = kept.load(session, row.ticket)
    if ticket is None:
        return ""
    area = session.get(AreaRow, ticket.place) if ticket.place else None
    facts = {name: _(fact) if isinstance(fact, str) and fact else fact for name, fact in row.facts.items()}
    what = _("Ticket {number}: {what} {root}, {place}, {count} endpoints.").format(
        number=row.ticket,
        what=_(ticket.title),
        root=root_said(ticket.root),
        place=area.name if area else ticket.place,
        count=ticket.members,
    )
    return " ".join(
        filter(None, (what, _(row.message).format_map(facts) if row.message else "", row.comment))
    )


def _people(session: Session, contacts: dict[str, ContactRow], now: datetime) -> dict[str, Person]:
    on_duty = set(session.exec(select(DutyRow.contact).where(DutyRow.begins <= now, DutyRow.ends > now)))
    return {
        name: Person(
            name=name,
            place=row.place,
            part=Part(row.part),
            crew=row.crew,
            quiet=tuple((time.fromisoformat(a), time.fromisoformat(b)) for a, b in row.quiet_hours),
            on_duty=name in on_duty,
        )
        for name, row in contacts.items()
    }


def _knew(session: Session, line: _Line, told: Mapping[str, list[_Line]]) -> set[str]:
    """Of a line that ends a ticket: who was told of that ticket, or is about to be."""
    if line.entry.step not in ENDS:
        return set()
    ticket = line.row.ticket
    mine = dict(
        session.exec(
            select(TicketEntryRow.id, TicketEntryRow.at).where(TicketEntryRow.ticket == ticket)
        ).all()
    )
    since = min(mine.values()) - LONGEST_WAIT
    rows = session.exec(select(LetterRow.contact, LetterRow.entries).where(LetterRow.made_at >= since))
    knew = {contact for contact, entries in rows if not mine.keys().isdisjoint(entries)}
    return knew | {name for name, lines in told.items() if any(each.row.ticket == ticket for each in lines)}


def _entry(row: TicketEntryRow) -> Entry:
    return Entry(
        step=row.step,
        from_state=row.from_state,
        to_state=row.to_state,
        who=row.who,
        at=row.at,
        message=row.message,
        facts=row.facts,
        comment=row.comment,
    )
