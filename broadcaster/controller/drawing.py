"""Drawing up: plans, settings and manifests as they should be, brought onto the database piece by piece.

It runs at once in a rehearsal, and in a thread of its own in the service, where nobody may wait for it: what takes long is
worked out on a snapshot, and what is stored goes in short transactions, each only while nothing has changed since that
snapshot. Every piece is right by itself, so a drawing that was cut short or overtaken is simply drawn up again.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Engine
from sqlmodel import Session

from broadcaster.controller import desired, intake, publishing
from broadcaster.controller.habits import Habits
from broadcaster.controller.media import Media
from broadcaster.controller.orders import lineup
from broadcaster.controller.planning import Planner, store
from broadcaster.controller.publishing import Desired
from broadcaster.storage.changes import changes
from broadcaster.storage.engine import snapshot, transaction
from devices import topics
from devices.signing import Signer
from devices.topics import DocumentKind

KINDS = (DocumentKind.PLAN, DocumentKind.SETTINGS, DocumentKind.MANIFEST)
# In one transaction: whoever sends an alert waits for no more than that.
_ROWS_AT_ONCE = 1000
_DOCUMENTS_AT_ONCE = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """What was drawn up from the state with so many `changes`; `topics` are those with a new document."""

    changes: int
    day: date
    known: frozenset[str]  # endpoints whose reports are taken in
    recordings: frozenset[str]  # that plans name
    topics: tuple[str, ...]


class Overtaken(Exception):
    """Something changed that the drawing depends on."""


class Drawing:
    """Draws up; one at a time, in any thread."""

    def __init__(
        self, *, engine: Engine, planner: Planner, media: Media, signer: Signer, habits: Habits
    ) -> None:
        self._engine, self._planner, self._media = engine, planner, media
        self._signer, self._habits = signer, habits

    def draw(self, now: datetime) -> Drawn | None:
        """Everything brought up to date; None if it was overtaken and is to be drawn up again."""
        try:
            return self._draw(now)
        except BaseException as error:
            self._planner.forget()  # what it remembers may not be stored
            if isinstance(error, Overtaken):
                return None
            raise

    def _draw(self, now: datetime) -> Drawn:
        day = self._planner.today(now)
        days = [day + timedelta(days=n) for n in range(self._habits.plan_days)]
        with snapshot(self._engine) as session:
            seen, known = changes(session), intake.known_endpoints(session)
            current = lineup(session)
            sheet = self._planner.plan(session, days, current, now)
            wanted = desired.plans(sheet.slots, sheet.spans, current, self._habits.lease)
            recordings = frozenset(desired.recordings_in(wanted.values()))
            wanted |= desired.settings(session, self._habits.zone, self._habits.heartbeat_s)
        for part in (part for draft in sheet.drafts for part in draft.parts(_ROWS_AT_ONCE)):
            with self._unless_overtaken(seen) as session:
                store(session, part, now)
        issued = self._published(seen, wanted, recordings, now)
        return Drawn(changes=seen, day=day, known=known, recordings=recordings, topics=issued)

    def _published(
        self, seen: int, wanted: dict[str, Desired], recordings: frozenset[str], now: datetime
    ) -> tuple[str, ...]:
        with snapshot(self._engine) as session:
            needed = recordings | desired.alerted(session, now)
            wanted = wanted | desired.manifests(session, needed, self._media)
            due = publishing.differing(session, wanted, KINDS, now)
            idle = publishing.unwanted(session, wanted, KINDS) - {topics.manifest(each) for each in needed}
        names = sorted(due)
        for start in range(0, len(names), _DOCUMENTS_AT_ONCE):
            part = {name: due[name] for name in names[start : start + _DOCUMENTS_AT_ONCE]}
            with self._unless_overtaken(seen) as session:
                publishing.issue(session, part, self._signer, now)
        with self._unless_overtaken(seen) as session:
            idle -= {topics.manifest(each) for each in desired.alerted(session, now)}
            publishing.clear(session, idle, now)
        return (*names, *sorted(idle))

    @contextmanager
    def _unless_overtaken(self, seen: int) -> Iterator[Session]:
        with transaction(self._engine) as session:
            if changes(session) != seen:
                raise Overtaken
            yield session
