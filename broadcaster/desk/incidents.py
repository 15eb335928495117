"""Incidents at the desk: one cause with all that it explains, also what is held and nobody has been told of yet."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from pydantic import Field
from sqlmodel import Session, col, select

from broadcaster.desk.door import Noun, question
from broadcaster.desk.errors import NotFound
from broadcaster.desk.house import Context
from broadcaster.desk.places import place_names
from broadcaster.language import N_
from broadcaster.people.rights import Right
from broadcaster.repairs.causes import Cause
from broadcaster.repairs.incidents import LIVE, Stage
from broadcaster.storage.tables import IncidentRow
from broadcaster.storage.tickets import incident_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """Why it is believed: a msgid and its facts."""

    message: str
    facts: Mapping[str, str | int | float]


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentView:
    """An incident. `corrected_from`: what it was taken for before, the oldest first."""

    key: str
    cause: Cause
    root: str
    stage: Stage
    confidence: float
    place: str
    place_name: str
    population: int
    onset: datetime
    detected: datetime
    announced: datetime | None
    ended: datetime | None
    ticket: int | None
    members: tuple[str, ...]
    affected: tuple[str, ...]
    evidence: tuple[Sentence, ...]
    corrected_from: tuple[Cause, ...]
    parent: str | None


class Incidents(Noun):
    """What is wrong, and why that is believed."""

    @question("GET", "/incidents", right=Right.VIEW)
    def list(
        self,
        ctx: Context,
        cause: Cause | None = None,
        ended: bool = False,
        most: Annotated[int, Field(ge=1, le=1000)] = 200,
    ) -> tuple[IncidentView, ...]:
        """Those that go on, the newest first; with `ended` also the others."""
        wanted = select(IncidentRow).order_by(col(IncidentRow.onset).desc(), IncidentRow.key)
        if not ended:
            wanted = wanted.where(col(IncidentRow.stage).in_(LIVE))
        if cause is not None:
            wanted = wanted.where(IncidentRow.cause == cause)
        return tuple(_view(ctx.session, row) for row in ctx.session.exec(wanted.limit(most)))

    @question("GET", "/incidents/{incident}", right=Right.VIEW)
    def show(self, ctx: Context, incident: str) -> IncidentView:
        """One incident, by its key."""
        row = ctx.session.get(IncidentRow, incident)
        if row is None:
            raise NotFound(N_("There is no incident {incident}."), incident=incident)
        return _view(ctx.session, row)


def _view(session: Session, row: IncidentRow) -> IncidentView:
    known = incident_of(row)
    return IncidentView(
        key=row.key,
        cause=row.cause,
        root=row.root,
        stage=row.stage,
        confidence=round(known.confidence, 3),
        place=row.place,
        place_name=place_names(session, (row.place,))[0] if row.place else "",
        population=row.population,
        onset=row.onset,
        detected=row.detected,
        announced=row.announced,
        ended=row.ended,
        ticket=row.ticket,
        members=known.members,
        affected=known.affected,
        evidence=tuple(Sentence(message=s.message, facts=dict(s.facts)) for s in known.evidence),
        corrected_from=tuple(correction.cause for correction in known.corrections),
        parent=known.parent,
    )
