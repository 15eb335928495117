"""The audit trail (审计): who did what, where, when, and how it ended. It is only ever added to.

The database forbids changes; who gets past that is found, because each row's hash covers the row before. Rows cut
off at the *end* leave no trace in the rest: keep the tip that `verify` gives somewhere else, on paper for instance.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_
from sqlmodel import Session, col, select

from broadcaster.storage.tables import AuditRow

GENESIS = "0" * 64
_HASHED = ("who", "what", "subject", "places", "parameters", "outcome", "message")  # and `at`


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing that somebody did or was refused. `what`: such as notices.submit; `subject`: the id of what it was about."""

    id: int
    at: datetime
    who: str
    what: str
    subject: str
    places: tuple[str, ...]
    parameters: Mapping[str, Any]
    outcome: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """How many rows follow each other from the first on, the tip after them, and the id of the first that does not."""

    rows: int
    tip: str
    broken_at: int | None

    def __bool__(self) -> bool:
        return self.broken_at is None


def record(
    session: Session,
    *,
    at: datetime,
    who: str,
    what: str,
    subject: str = "",
    places: Sequence[str] = (),
    parameters: Mapping[str, Any] | None = None,
    outcome: str,
    message: str = "",
) -> None:
    """Add one row in the caller's transaction; `parameters` are JSON values without secrets."""
    row = AuditRow(
        at=at,
        who=who,
        what=what,
        subject=subject,
        places=list(places),
        parameters=json.loads(json.dumps(parameters or {})),
        outcome=outcome,
        message=message,
        hash="",
    )
    tip = session.exec(select(AuditRow.hash).order_by(col(AuditRow.id).desc()).limit(1)).first()
    row.hash = _hash(tip or GENESIS, row)
    session.add(row)
    session.flush()


def verify(session: Session) -> Verified:
    """Reads the whole trail."""
    tip, rows = GENESIS, 0
    for row in session.exec(select(AuditRow).order_by(col(AuditRow.id)).execution_options(yield_per=1_000)):
        if row.hash != _hash(tip, row):
            return Verified(rows=rows, tip=tip, broken_at=row.id)
        tip, rows = row.hash, rows + 1
    return Verified(rows=rows, tip=tip, broken_at=None)


def entries(
    session: Session,
    *,
    who: str | None = None,
    what: str | None = None,
    subject: str | None = None,
    outcome: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    before: int | None = None,
    limit: int = 100,
) -> list[Entry]:
    """The newest first, before id `before`; `what` is a whole name or a noun, such as `notices`."""
    wanted = select(AuditRow).order_by(col(AuditRow.id).desc()).limit(limit)
    for column, value in ((AuditRow.who, who), (AuditRow.subject, subject), (AuditRow.outcome, outcome)):
        if value is not None:
            wanted = wanted.where(column == value)
    if what is not None:
        of_noun = col(AuditRow.what).startswith(f"{what}.", autoescape=True)
        wanted = wanted.where(or_(col(AuditRow.what) == what, of_noun))
    if since is not None:
        wanted = wanted.where(AuditRow.at >= since)
    if until is not None:
        wanted = wanted.where(AuditRow.at < until)
    if before is not None:
        wanted = wanted.where(col(AuditRow.id) < before)
    return [_entry(row) for row in session.exec(wanted)]


def _hash(previous: str, row: AuditRow) -> str:
    members = {name: getattr(row, name) for name in _HASHED} | {"at": row.at.timestamp()}
    canonical = json.dumps(members, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(f"{previous}\n{canonical}".encode()).hexdigest()


def _entry(row: AuditRow) -> Entry:
    members = row.model_dump(exclude={"hash"})
    return Entry(**members | {"places": tuple(row.places)})
