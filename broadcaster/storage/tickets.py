"""Tickets and incidents in the database: each change compared with the version that it was made from, its lines beside it."""

from collections.abc import Callable
from dataclasses import fields, replace
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import update
from sqlmodel import Session, col, select

from broadcaster.repairs.causes import Priority
from broadcaster.repairs.incidents import Incident
from broadcaster.storage.engine import upsert
from broadcaster.storage.tables import IncidentRow, ServiceTermsRow, TicketEntryRow, TicketRow
from broadcaster.tickets.states import TicketState
from broadcaster.tickets.terms import Terms
from broadcaster.tickets.ticket import Change, Ticket

_COLUMNS = (
    "state",
    "cause",
    "root",
    "place",
    "owner",
    "priority",
    "truck",
    "crew",
    "onset",
    "opened",
    "closed_at",
)


class Overtaken(Exception):
    """Somebody else changed the ticket in between: look at it again."""


def ticket_of(row: TicketRow) -> Ticket:
    """The ticket of a row."""
    return msgspec.convert(row.body | {"number": row.number, "version": row.version}, Ticket)


def incident_of(row: IncidentRow) -> Incident:
    """The incident of a row."""
    return msgspec.convert(row.body, Incident)


def load(session: Session, number: int) -> Ticket | None:
    """The ticket of a number."""
    row = session.get(TicketRow, number)
    return None if row is None else ticket_of(row)


def of_incident(session: Session, key: str) -> Ticket | None:
    """The ticket that an incident is part of."""
    row = session.get(IncidentRow, key)
    return load(session, row.ticket) if row is not None and row.ticket is not None else None


def save(session: Session, change: Change, next_at: datetime | None) -> Ticket:
    """A change with its lines, in the caller's transaction; Overtaken where the stored version is another."""
    ticket = change.ticket
    if ticket.number == 0:
        row = TicketRow(**_columns(ticket, next_at), version=1)
        session.add(row)
        session.flush()
        assert row.number is not None
        number = row.number
    else:
        number = ticket.number
        values = _columns(ticket, next_at) | {"version": ticket.version + 1}
        same = (col(TicketRow.number) == number, col(TicketRow.version) == ticket.version)
        if session.execute(update(TicketRow).where(*same).values(**values)).rowcount != 1:  # type: ignore[attr-defined]
            raise Overtaken(f"ticket {number} is no longer at version {ticket.version}")
    for entry in change.entries:
        members = {each.name: getattr(entry, each.name) for each in fields(entry)}
        session.add(TicketEntryRow(ticket=number, **members | {"facts": dict(entry.facts)}))
    session.flush()
    return replace(ticket, number=number, version=ticket.version + 1)


def due(session: Session, now: datetime, most: int) -> list[int]:
    """Numbers of the tickets whose time has come, the longest due first."""
    wanted = select(TicketRow.number).where(col(TicketRow.next_at) <= now)
    found = session.exec(wanted.order_by(col(TicketRow.next_at), col(TicketRow.number)).limit(most))
    return [number for number in found if number is not None]


def put_off(session: Session, number: int, until: datetime) -> None:
    """Time does nothing with a ticket before then."""
    session.execute(update(TicketRow).where(col(TicketRow.number) == number).values(next_at=until))


def last_of(session: Session, cause: str, root: str) -> Ticket | None:
    """The newest ticket of that cause and root that was not merged away."""
    same = (TicketRow.cause == cause, TicketRow.root == root, TicketRow.state != TicketState.MERGED)
    row = session.exec(select(TicketRow).where(*same).order_by(col(TicketRow.number).desc())).first()
    return None if row is None else ticket_of(row)


def put_incident(
    session: Session,
    incident: Incident,
    wall: Callable[[float], datetime],
    place: str,
    population: int,
    ticket: int | None,
) -> None:
    """An incident as it is now."""
    row = {
        "key": incident.key,
        "cause": incident.cause,
        "root": incident.root,
        "stage": incident.stage,
        "place": place,
        "population": population,
        "onset": wall(incident.onset),
        "detected": wall(incident.detected),
        "announced": None if incident.announced is None else wall(incident.announced),
        "ended": None if incident.ended is None else wall(incident.ended),
        "ticket": ticket,
        "body": msgspec.to_builtins(incident, order="deterministic"),
    }
    upsert(session, IncidentRow, [row])


def agreed(session: Session) -> dict[Priority, Terms]:
    """The service times that the operator has set, by priority; what is not there is by default."""
    return {
        row.priority: Terms(respond_h=row.respond_h, repair_h=row.repair_h, shares=tuple(row.shares))
        for row in session.exec(select(ServiceTermsRow))
    }


def entries_of(session: Session, number: int) -> list[TicketEntryRow]:
    """The history of a ticket, in order."""
    wanted = select(TicketEntryRow).where(TicketEntryRow.ticket == number)
    return list(session.exec(wanted.order_by(col(TicketEntryRow.id))))


def _columns(ticket: Ticket, next_at: datetime | None) -> dict[str, Any]:
    columns = {name: getattr(ticket, name) for name in _COLUMNS}
    body = msgspec.to_builtins(ticket, order="deterministic")
    return columns | {"incident": ticket.key, "next_at": next_at, "body": body}
