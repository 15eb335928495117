"""Hearings: what each endpoint last said about an alert, village by village, also villages without any endpoint."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from sqlmodel import Session, col, select

from broadcaster.controller.publishing import topic_of
from broadcaster.desk.reach import endpoints_in
from broadcaster.proof.ledger import roster
from broadcaster.storage.tables import AlertRow, AreaRow, EndpointStateRow, PlayedRow, PublishedRow
from devices.topics import ROOT, DocumentKind
from schedules.places import Place, covers


class Hearing(StrEnum):
    """What an endpoint last said about an alert."""

    SOUNDING = "sounding"
    HEARD = "heard"  # it sounded at least once and holds the alert
    HOLDS = "holds"  # it holds the alert and has not sounded it yet
    SILENT = "silent"  # it holds the end of the alert, and something else or nothing sounds
    NO_ANSWER = "no_answer"


@dataclass(frozen=True, slots=True, kw_only=True)
class VillageHearing:
    """One village: its endpoints by what they last said."""

    village: str
    name: str
    endpoints: Mapping[str, Hearing]

    def count(self, hearing: Hearing) -> int:
        """How many said so."""
        return sum(said is hearing for said in self.endpoints.values())


def hearings(session: Session, row: AlertRow, *, in_force: bool) -> tuple[VillageHearing, ...]:
    """What every endpoint that the alert concerns last said about it."""
    targets = [Place(target) for target in row.targets]
    inside = endpoints_in(session, targets)
    states = {s.endpoint: s for s in session.exec(select(EndpointStateRow))}
    sounded = select(PlayedRow.endpoint).where(PlayedRow.alert == row.id, col(PlayedRow.heard_ms) > 0)
    heard = set(session.exec(sounded))
    revisions = _revisions(session, targets)
    names = {Place(area.code): area.name for area in session.exec(select(AreaRow))}
    villages: dict[Place, dict[str, Hearing]] = {
        village: {} for village in roster(session) if any(covers(target, village) for target in targets)
    }
    for endpoint, village in inside.items():
        home = Place(f"{village}/{endpoint}")
        concerned = {
            topic: revision for target, (topic, revision) in revisions.items() if covers(target, home)
        }
        said = _said(states.get(endpoint), row, concerned, heard, in_force=in_force)
        villages.setdefault(village, {})[endpoint] = said
    return tuple(
        VillageHearing(village=village, name=names.get(village, village), endpoints=endpoints)
        for village, endpoints in sorted(villages.items())
    )


def _revisions(session: Session, targets: list[Place]) -> dict[Place, tuple[str, int]]:
    """Target → its alerts document as heartbeats name it, and the revision to be held; 0: not published yet."""
    found = {}
    for target in targets:
        topic, _ = topic_of(DocumentKind.ALERTS, target)
        published = session.get(PublishedRow, topic)
        found[target] = topic.removeprefix(f"{ROOT}/"), published.revision if published else 0
    return found


def _said(
    said: EndpointStateRow | None,
    row: AlertRow,
    revisions: Mapping[str, int],
    heard: set[str],
    *,
    in_force: bool,
) -> Hearing:
    if said is None:
        return Hearing.NO_ANSWER
    if (said.sounding or "").partition("#")[0] == row.id:
        return Hearing.SOUNDING
    held = said.held or {}
    up_to_date = [held.get(topic, 0) >= revision > 0 for topic, revision in revisions.items()]
    if not (any(up_to_date) if in_force else all(up_to_date)):  # one tells it to begin, all tell it to end
        return Hearing.NO_ANSWER
    if not in_force:
        return Hearing.SILENT
    return Hearing.HEARD if said.endpoint in heard else Hearing.HOLDS
