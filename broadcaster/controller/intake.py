"""Intake: reports of endpoints become rows. Heartbeats of one batch collapse to the newest of each endpoint."""

import logging
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from operator import attrgetter

import msgspec
from sqlmodel import Session, select

from broadcaster.controller import proofs
from broadcaster.registry.line import hubs
from broadcaster.storage.engine import insert_new, upsert, upsert_values
from broadcaster.storage.tables import EndpointEventRow, EndpointRow, EndpointStateRow, LineRow
from devices.codec import decode
from devices.errors import BadReport
from devices.links import Message
from devices.reports import Event, Heartbeat, LineReport, PlayedBatch, Report, Status, Want
from devices.signing import Signer
from devices.topics import ReportKind

log = logging.getLogger(__name__)

MOST_WAITING = 50_000  # events and as-played batches; heartbeats and statuses are one per endpoint


@dataclass(slots=True)
class Batch:
    """Decoded reports that wait to be stored, by endpoint and in order of arrival."""

    heartbeats: dict[str, tuple[datetime, Heartbeat]] = field(default_factory=dict)
    statuses: dict[str, tuple[datetime, Status]] = field(default_factory=dict)
    events: list[tuple[str, datetime, Event]] = field(default_factory=list)
    played: list[tuple[str, PlayedBatch]] = field(default_factory=list)
    lines: dict[tuple[str, str], tuple[datetime, LineReport]] = field(default_factory=dict)  # by hub and line

    def __bool__(self) -> bool:
        return bool(self.heartbeats or self.statuses or self.events or self.played or self.lines)

    @property
    def size(self) -> int:
        """How many reports wait that do not collapse."""
        return len(self.events) + len(self.played)

    def add(self, endpoint: str, report: Report, at: datetime) -> None:
        """Take in one report that arrived `at`. Beyond MOST_WAITING it is passed over: as-played records are repeated."""
        match report:
            case Heartbeat():
                self.heartbeats[endpoint] = (at, report)
            case Status():
                self.statuses[endpoint] = (at, report)
            case Event() | PlayedBatch() if self.size >= MOST_WAITING:
                log.error("too many reports wait to be stored, one was dropped", extra={"endpoint": endpoint})
            case Event():
                self.events.append((endpoint, at, report))
            case PlayedBatch():
                self.played.append((endpoint, report))
            case LineReport(line=line):
                self.lines[endpoint, line] = (at, report)
            case Want():
                raise ValueError("wants are answered at once, not stored")

    def and_then(self, later: "Batch") -> "Batch":
        """This batch, which could not be stored, with what has arrived since."""
        return Batch(
            heartbeats=self.heartbeats | later.heartbeats,
            statuses=self.statuses | later.statuses,
            events=self.events + later.events,
            played=self.played + later.played,
            lines=self.lines | later.lines,
        )

    def by_endpoint(self) -> dict[str, "Batch"]:
        """The reports of each endpoint by themselves."""
        names = {
            *self.heartbeats,
            *self.statuses,
            *(e[0] for e in self.events),
            *(p[0] for p in self.played),
            *(hub for hub, _ in self.lines),
        }
        return {
            name: Batch(
                heartbeats={name: self.heartbeats[name]} if name in self.heartbeats else {},
                statuses={name: self.statuses[name]} if name in self.statuses else {},
                events=[event for event in self.events if event[0] == name],
                played=[played for played in self.played if played[0] == name],
                lines={key: said for key, said in self.lines.items() if key[0] == name},
            )
            for name in sorted(names)
        }


def read(endpoint: str, kind: ReportKind, payload: bytes) -> Report | None:
    """The report in a payload; None, with a line in the log, where it is not one."""
    try:
        return decode(kind, payload)
    except BadReport as error:
        log.warning("a report was refused", extra={"endpoint": endpoint, "kind": kind, "why": str(error)})
        return None


def known_endpoints(session: Session) -> frozenset[str]:
    """Ids of the endpoints that are provisioned, and of hubs: only their reports are stored."""
    endpoints = session.exec(select(EndpointRow.id).where(EndpointRow.proof_key != ""))
    return frozenset(endpoints) | hubs(session)


def store(session: Session, batch: Batch, signer: Signer, now: datetime) -> list[Message]:
    """Stores a batch in the caller's transaction; returns the receipts to send after the commit."""
    states = [(endpoint, at, *_members(beat)) for endpoint, (at, beat) in batch.heartbeats.items()]
    upsert_values(session, EndpointStateRow, _STATE, states)
    upsert(session, EndpointStateRow, [_presence(*item) for item in batch.statuses.items()])
    insert_new(session, EndpointEventRow, [_event(*item) for item in batch.events])
    for (hub, name), (at, report) in batch.lines.items():
        _note_line(session, hub, name, report, at)
    return proofs.take(session, batch.played, signer, now) if batch.played else []


def _note_line(session: Session, hub: str, name: str, report: LineReport, at: datetime) -> None:
    row = session.get(LineRow, name)
    if row is not None and row.hub == hub:
        row.report, row.reported_at = msgspec.to_builtins(report), at
        session.add(row)


_MEMBERS = tuple(name for name in Heartbeat.__struct_fields__ if name in EndpointStateRow.model_fields)
_STATE = ("endpoint", "heard_at", *_MEMBERS)
_members = attrgetter(*_MEMBERS)


def _presence(endpoint: str, said: tuple[datetime, Status]) -> dict[str, object]:
    _, status = said
    return {"endpoint": endpoint, "presence": status.state, "presence_epoch": status.epoch}


def _event(endpoint: str, at: datetime, event: Event) -> dict[str, object]:
    return {
        "endpoint": endpoint,
        "boot": event.boot,
        "seq": event.seq,
        "kind": event.kind,
        "at": at - timedelta(milliseconds=event.age_ms),
        "detail": event.detail,
    }
