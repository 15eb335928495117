"""Crews as the pure rules know them, out of the tables."""

from collections.abc import Sequence
from datetime import datetime, time

from sqlmodel import Session, col, select

from broadcaster.storage.tables import ContactRow, CrewRow, LeaveRow
from broadcaster.tickets.crews import Crew, Leave
from broadcaster.tickets.parts import Part, Skill
from schedules.rules import Weekday


def crews_of(session: Session, now: datetime) -> dict[str, Crew]:
    """The crews that go out, by name, with their leaves that are not over."""
    leaves: dict[str, list[Leave]] = {}
    for row in session.exec(select(LeaveRow).where(LeaveRow.ends > now).order_by(col(LeaveRow.id))):
        leaves.setdefault(row.crew, []).append(_leave(row))
    rows = session.exec(select(CrewRow).where(col(CrewRow.enabled)).order_by(CrewRow.name))
    people = session.exec(select(ContactRow).where(ContactRow.part == Part.CREW, col(ContactRow.enabled)))
    told = {person.crew for person in people if person.channels}
    return {row.name: _crew(row, leaves.get(row.name, ()), is_told=row.name in told) for row in rows}


def hours_of(row: CrewRow) -> tuple[time, time] | None:
    """From when until when it goes out on a day, where that is its own."""
    return (time.fromisoformat(row.hours[0]), time.fromisoformat(row.hours[1])) if row.hours else None


def _crew(row: CrewRow, leaves: Sequence[Leave], *, is_told: bool) -> Crew:
    return Crew(
        name=row.name,
        place=row.place,
        skills=frozenset(map(Skill, row.skills)),
        base=None if row.latitude is None or row.longitude is None else (row.latitude, row.longitude),
        days=frozenset(map(Weekday, row.days)),
        hours=hours_of(row),
        stand_in=row.stand_in,
        leaves=tuple(leaves),
        is_told=is_told,
    )


def _leave(row: LeaveRow) -> Leave:
    return Leave(begins=row.begins, ends=row.ends, skill=Skill(row.skill) if row.skill else None)
