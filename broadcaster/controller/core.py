"""The controller's core: messages and moments in, publications out. It owns no clock, socket or thread.

Whoever drives it (the service, a rehearsal) calls an entry when something happens, and `wake` at `next_wake`. Everything
that must survive is in the database before anything is sent that depends on it; killing the controller between, or
inside, two entries loses nothing that was acknowledged.
"""

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Engine
from sqlmodel import Session

from broadcaster.controller import desired, intake, lifecycle, publishing
from broadcaster.controller.media import Media
from broadcaster.controller.moment import Moment
from broadcaster.controller.orders import Lineup, lineup
from broadcaster.controller.planning import Planner
from broadcaster.storage.changes import changes
from broadcaster.storage.engine import transaction
from devices.links import Link, Message
from devices.reports import Want
from devices.signing import Signer
from devices.topics import DocumentKind, ReportKind, report

log = logging.getLogger(__name__)

STATE_KINDS = (DocumentKind.PLAN, DocumentKind.ALERTS, DocumentKind.SETTINGS, DocumentKind.MANIFEST)


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """How the controller works."""

    zone: ZoneInfo = ZoneInfo("Asia/Shanghai")
    plan_days: int = 3  # today and the days after it
    lease: timedelta = timedelta(days=7)
    heartbeat_s: int = 30
    gather_s: float = 0.2  # reports are stored in batches of so long
    most_gathered: int = 2_000  # or of so many
    beacon_s: float = 30.0
    look_s: float = 5.0  # how often it looks for changes that nobody told it of


class Controller:
    """Plans, publishes desired state, serves audio, takes in reports and proofs."""

    def __init__(
        self, *, engine: Engine, link: Link, signer: Signer, media: Media, habits: Habits = Habits()
    ) -> None:
        self._engine, self._link, self._signer, self._media = engine, link, signer, media
        self._habits = habits
        self._planner = Planner(habits.zone)
        self._batch = intake.Batch()
        self._known: frozenset[str] = frozenset()
        self._seen_changes = -1
        self._seen_day: date | None = None
        self._connected = False
        self._store_s = self._beacon_s = float("inf")
        self._look_s = 0.0

    @property
    def next_wake(self) -> float:
        """The monotonic instant by which `wake` wants to be called."""
        chunks = self._media.next_deadline
        return min(self._store_s, self._beacon_s, self._look_s, float("inf") if chunks is None else chunks)

    def connected(self, now: Moment) -> None:
        """The link is up (again): subscribe, and say everything anew, as the broker may have forgotten it."""
        self._connected = True
        for kind in ReportKind:
            self._link.subscribe(report("+", kind))
        with self._transaction() as session:
            messages = publishing.republish(session)
        self._send(messages)
        self._beacon_s = now.mono_s
        self._look_s = now.mono_s

    def disconnected(self, now: Moment) -> None:
        """The link is down: state waits in the database, endpoints repeat their reports."""
        self._connected = False
        self._beacon_s = float("inf")

    def receive(self, message: Message, now: Moment) -> None:
        """A report arrived. Wants are answered from memory, everything else is stored with the next batch."""
        found = intake.read(message)
        if found is None:
            return
        endpoint, said = found
        if endpoint not in self._known:
            log.info("a report of an unknown endpoint was ignored", extra={"endpoint": endpoint})
            return
        if isinstance(said, Want):
            self._media.want(endpoint, said, now.mono_s)
            return
        self._batch.add(endpoint, said, now.utc)
        due_s = (
            now.mono_s
            if self._batch.size >= self._habits.most_gathered
            else now.mono_s + self._habits.gather_s
        )
        self._store_s = min(self._store_s, due_s)

    def wake(self, now: Moment) -> None:
        """Does what is due. Harmless at any time."""
        if now.mono_s >= self._store_s:
            self._store(now)
        if now.mono_s >= self._look_s:
            self.look(now)
        if now.mono_s >= self._beacon_s:
            self._link.publish(publishing.beacon(self._signer, now.utc))
            self._beacon_s = now.mono_s + self._habits.beacon_s
        self._media.serve(self._link, now.mono_s)

    def look(self, now: Moment) -> None:
        """Compares what should be with what is, if anything changed or the day did; alerts always, they are few."""
        self._look_s = now.mono_s + self._habits.look_s
        with self._transaction() as session:
            moved = lifecycle.advance(session, now.utc)
            seen, day = changes(session), self._planner.today(now.utc)
            if moved or seen != self._seen_changes or day != self._seen_day:
                messages = self._converge(session, day, now)
            else:
                wanted = desired.alerts(session, now.utc)
                messages = self._publish(session, wanted, (DocumentKind.ALERTS,), now)
        self._seen_changes, self._seen_day = seen, day
        self._send(messages)

    def alert(self, now: Moment) -> None:
        """An alert was sent or cancelled: nothing else is looked at before it is out."""
        with self._transaction() as session:
            wanted = desired.alerts(session, now.utc)
            messages = self._publish(session, wanted, (DocumentKind.ALERTS,), now)
        self._send(messages)
        self._look_s = now.mono_s

    def _converge(self, session: Session, day: date, now: Moment) -> list[Message]:
        self._known = intake.known_endpoints(session)
        current = lineup(session)
        days = [day + timedelta(days=n) for n in range(self._habits.plan_days)]
        for each in days:
            self._planner.plan(session, each, current, now.utc)
        wanted = self._wanted(session, [day - timedelta(days=1), *days], current, now)
        return self._publish(session, wanted, STATE_KINDS, now)

    def _wanted(
        self, session: Session, days: Iterable[date], current: Lineup, now: Moment
    ) -> dict[str, publishing.Desired]:
        alerts = desired.alerts(session, now.utc)
        plans = desired.plans(session, days, current, self._habits.lease)
        urgent = desired.recordings_in(alerts.values())
        recordings = urgent | desired.recordings_in(plans.values())
        manifests = desired.manifests(session, recordings, self._media)
        self._media.announce(recordings, urgent)
        settings = desired.settings(session, self._habits.zone, self._habits.heartbeat_s)
        return alerts | settings | manifests | plans

    def _publish(
        self,
        session: Session,
        wanted: dict[str, publishing.Desired],
        kinds: Iterable[DocumentKind],
        now: Moment,
    ) -> list[Message]:
        return publishing.converge(session, wanted, kinds, self._signer, now.utc)

    def _store(self, now: Moment) -> None:
        batch, self._batch = self._batch, intake.Batch()
        self._store_s = float("inf")
        if batch:
            with self._transaction() as session:
                receipts = intake.store(session, batch, self._signer, now.utc)
            self._send(receipts)

    def _send(self, messages: Iterable[Message]) -> None:
        """Only what is committed is sent; while the link is down nothing is: `connected` says it all anew."""
        if self._connected:
            for message in messages:
                self._link.publish(message)

    @contextmanager
    def _transaction(self) -> Iterator[Session]:
        try:
            with transaction(self._engine) as session:
                yield session
        except BaseException:
            self._planner.forget()
            self._seen_changes = -1
            raise
