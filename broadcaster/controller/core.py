"""The controller's core: messages and moments in, publications out. It owns no clock, socket or thread.

Whoever drives it (the service, a rehearsal) calls an entry when something happens, and `wake` at `next_wake`. Everything
that must survive is in the database before anything is sent that depends on it; killing the controller between, or
inside, two entries loses nothing that was acknowledged. An entry that raises may be called again: what it was to do is
still due. Drawing up plans takes long in a big county, so a driver may have it `aside`, in a thread of its own.
"""

import logging
from collections.abc import Callable, Iterable
from datetime import date
from functools import partial
from typing import Protocol

from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from broadcaster.controller import desired, intake, lifecycle, publishing, volumes
from broadcaster.controller.drawing import Drawing, Drawn
from broadcaster.controller.habits import Habits
from broadcaster.controller.lag import Lag
from broadcaster.controller.media import Media
from broadcaster.controller.moment import Moment
from broadcaster.controller.planning import Planner
from broadcaster.repairs.rules import PutBack
from broadcaster.storage.changes import changes
from broadcaster.storage.engine import snapshot, transaction
from devices.links import Link, Message
from devices.mqtt.access import HUB_PREFIX
from devices.reports import Heartbeat, LineReport, PlayedBatch, Report, Want
from devices.signing import Signer
from devices.topics import DocumentKind, ReportKind, manifest, parse_report, probe, report

log = logging.getLogger(__name__)

NEVER_S = float("inf")
MOST_SHAPELESS = 1_000  # recordings whose manifests are said again at once
Draw = Callable[[], Drawn | None]


class Repairs(Protocol):
    """Who looks after what fails: told at once of all that arrives, and it never makes the controller wait."""

    def receive(self, endpoint: str, report: Report, now: Moment, *, retained: bool = False) -> None:
        """A report of a known endpoint arrived."""

    def connected(self, now: Moment) -> None:
        """The broker is reached (again)."""

    def disconnected(self, now: Moment) -> None:
        """The broker is not reached."""

    def alive(self, now: Moment) -> None:
        """The controller attends to what arrives."""

    def probes(self) -> tuple[str, ...]:
        """Endpoints that are to be asked for a sign of life; each is named once."""

    def to_put_back(self) -> tuple[PutBack, ...]:
        """Volumes that are to be ordered again; each is named once."""


class Controller:
    """Plans, publishes desired state, serves audio, takes in reports and proofs.

    `aside` is given what draws plans up, to call it in any thread and to hand its answer to `drawn` (None if it failed).
    `stopwatch` (seconds) tells how long storing takes; in virtual time it takes none. `repairs` is told what arrives.
    """

    def __init__(
        self,
        *,
        engine: Engine,
        link: Link,
        signer: Signer,
        media: Media,
        habits: Habits = Habits(),
        aside: Callable[[Draw], None] | None = None,
        stopwatch: Callable[[], float] = lambda: 0.0,
        repairs: Repairs | None = None,
    ) -> None:
        self._repairs = repairs
        self._engine, self._link, self._signer, self._media = engine, link, signer, media
        self._habits, self._aside, self._stopwatch = habits, aside, stopwatch
        self._planner = Planner(habits.zone)
        self._drawing = Drawing(
            engine=engine, planner=self._planner, media=media, signer=signer, habits=habits
        )
        self._batch = intake.Batch()
        self._lag = Lag(habits.lag)
        self._turned: list[PutBack] = []  # volumes to be ordered again
        self._shapeless: set[str] = set()  # recordings whose manifest has to be said again
        self._known: frozenset[str] = frozenset()
        self._addresses: dict[str, tuple[str, ReportKind]] = {}  # topics of theirs that were heard
        self._seen_changes = -1
        self._seen_day: date | None = None
        self._is_drawing = self._connected = False
        self._store_s = self._calm_s = self._beacon_s = self._anew_s = NEVER_S
        self._heard_s = 0.0
        self._look_s = 0.0
        self._watch_s = NEVER_S if repairs is None else 0.0
        self._gather_s = habits.gather_s

    @property
    def next_wake(self) -> float:
        """The monotonic instant by which `wake` wants to be called."""
        chunks = self._media.next_deadline
        others = NEVER_S if chunks is None else chunks
        stores = min(self._store_s, self._calm_s)
        return min(stores, self._beacon_s, self._look_s, self._anew_s, self._watch_s, others)

    def connected(self, now: Moment) -> None:
        """The link is up (again): subscribe, and say everything anew, as the broker may have forgotten it."""
        self._connected = True
        self._anew_s = self._beacon_s = self._look_s = now.mono_s
        if self._repairs is not None:
            self._repairs.connected(now)
        self._say_anew()

    def disconnected(self, now: Moment) -> None:
        """The link is down: state waits in the database, endpoints repeat their reports."""
        self._connected = False
        self._beacon_s = self._anew_s = NEVER_S
        if self._repairs is not None:
            self._repairs.disconnected(now)

    def receive(self, message: Message, now: Moment) -> bool:
        """A report arrived. Wants are answered from memory, everything else is stored with the next batch.

        Says whether `next_wake` may be earlier than it was.
        """
        address = self._addresses.get(message.topic) or self._address_of(message.topic)
        if address is None:
            return False
        endpoint, kind = address
        said = intake.read(endpoint, kind, message.payload)
        if said is None:
            return False
        self._heard_s = now.mono_s
        if type(said) is Want:
            return self._want(endpoint, said, now)
        if self._repairs is not None and type(said) is not PlayedBatch:
            self._repairs.receive(endpoint, said, now, retained=message.retain)
        if endpoint.startswith(HUB_PREFIX) and type(said) is not LineReport:
            return (
                False  # its life is a matter of repairs; what it says beside that is in its reports of lines
            )
        self._batch.add(endpoint, said, now.utc)
        if type(said) is Heartbeat and message.qos == 0:  # periodic, as the protocol has it
            return self._store_by(now.mono_s + max(self._gather_s, self._habits.beats_s))
        is_full = type(said) is not Heartbeat and self._batch.size >= self._habits.most_gathered
        return self._store_by(now.mono_s if is_full else now.mono_s + self._gather_s)

    def _address_of(self, topic: str) -> tuple[str, ReportKind] | None:
        address = parse_report(topic)
        if address is None:
            return None
        if address[0] not in self._known:
            log.info("a report of an unknown endpoint was ignored", extra={"endpoint": address[0]})
            return None
        self._addresses[topic] = address
        return address

    def _want(self, endpoint: str, want: Want, now: Moment) -> bool:
        self._media.want(endpoint, want, now.mono_s)
        if not want.have_manifest and len(self._shapeless) < MOST_SHAPELESS:
            self._shapeless.add(want.recording)
            self._store_by(now.mono_s + self._habits.gather_s)
        return True

    def _store_by(self, mono_s: float) -> bool:
        if mono_s >= self._store_s:
            return False
        if self._store_s == NEVER_S:
            self._calm_s = self._heard_s + self._habits.gather_s
        self._store_s = mono_s
        return True

    def _is_calm(self, mono_s: float) -> bool:
        """Whether nothing came for as long as reports are gathered at least: what is gathered need not wait for more."""
        if mono_s < self._calm_s:
            return False
        self._calm_s = self._heard_s + self._habits.gather_s
        return mono_s >= self._calm_s

    def wake(self, now: Moment) -> None:
        """Does what is due. Harmless at any time."""
        if self._repairs is not None and now.mono_s >= self._watch_s:
            self._watch_s = now.mono_s + self._habits.watch_s
            self._repairs.alive(now)
            self._send(Message(probe(name), b"", qos=0) for name in self._repairs.probes())
            self._turned.extend(self._repairs.to_put_back())
            if self._turned:
                self._put_back(now)
        if now.mono_s >= self._beacon_s:
            self._link.publish(publishing.beacon(self._signer, now.utc))
            self._beacon_s = now.mono_s + self._habits.beacon_s
        self._media.serve(self._link, now.mono_s)
        if now.mono_s >= self._anew_s:
            self._say_anew()
        if now.mono_s >= self._store_s or self._is_calm(now.mono_s):
            self._store(now)
        if now.mono_s >= self._look_s:
            self.look(now)

    def look(self, now: Moment) -> None:
        """Alerts at once; then, if anything changed or the day did, plans, settings and manifests are drawn up."""
        self._look_s = now.mono_s + self._habits.look_s
        with transaction(self._engine) as session:
            lifecycle.advance(session, now.utc)
            messages = self._say_alerts(session, now)
            seen, day = changes(session), self._planner.today(now.utc)
        self._send(messages)
        if not self._is_drawing and (seen, day) != (self._seen_changes, self._seen_day):
            self._draw(now)

    def alert(self, now: Moment) -> None:
        """An alert was sent or cancelled: nothing else is looked at before it is out."""
        self._look_s = now.mono_s
        with transaction(self._engine) as session:
            messages = self._say_alerts(session, now)
        self._send(messages)

    def drawn(self, drawn: Drawn | None, now: Moment) -> None:
        """What was drawn up is stored: send it. None: it was overtaken or failed, and is due again."""
        self._is_drawing = False
        if drawn is None:
            self._seen_changes = -1
            self._look_s = now.mono_s
            return
        with snapshot(self._engine) as session:
            messages = publishing.said(session, drawn.topics)
        self._seen_changes, self._seen_day = drawn.changes, drawn.day
        self._known, self._addresses = drawn.known, {}
        self._media.announce(drawn.recordings)
        self._send(messages)

    def _put_back(self, now: Moment) -> None:
        """Settings are said again, with a new revision: who obeys them sets the volume again."""
        with transaction(self._engine) as session:
            messages = volumes.put_back(session, self._turned, self._signer, now.utc)
        self._turned = []
        self._send(messages)

    def _draw(self, now: Moment) -> None:
        self._is_drawing = True
        draw = partial(self._drawing.draw, now.utc)
        if self._aside is not None:
            self._aside(draw)
            return
        try:
            drawn = draw()
        finally:
            self._is_drawing = False
        self.drawn(drawn, now)

    def _say_anew(self) -> None:
        with snapshot(self._engine) as session:
            self._known |= intake.known_endpoints(session)
            messages = publishing.republish(session)
        for kind in ReportKind:
            self._link.subscribe(report("+", kind))
        self._anew_s = NEVER_S
        self._send(messages)

    def _say_alerts(self, session: Session, now: Moment) -> list[Message]:
        """Alerts, and the shape of the audio that they need."""
        wanted = desired.alerts(session, now.utc)
        messages = publishing.converge(session, wanted, (DocumentKind.ALERTS,), self._signer, now.utc)
        urgent = desired.alerted(session, now.utc)
        self._media.hurry(urgent)
        if not urgent:
            return messages
        shapes = desired.manifests(session, urgent, self._media)
        lacking = publishing.differing(session, shapes, (DocumentKind.MANIFEST,), now.utc)
        return messages + publishing.issue(session, lacking, self._signer, now.utc)

    def _say_shapes(self) -> None:
        """Manifests that did not reach who needs them, as their wants say."""
        names, self._shapeless = sorted(map(manifest, self._shapeless)), set()
        if names:
            with snapshot(self._engine) as session:
                self._send(message for message in publishing.said(session, names) if message.payload)

    def _store(self, now: Moment) -> None:
        self._say_shapes()
        batch, self._batch = self._batch, intake.Batch()
        self._store_s = self._calm_s = NEVER_S
        begun_s = self._stopwatch()
        try:
            self._store_all(batch, now)
            took_s = self._stopwatch() - begun_s
            self._gather_s = max(self._habits.gather_s, took_s / self._habits.storing_share - took_s)
        except OperationalError:  # locked, or the disk is full: nothing is lost, it is tried again
            self._batch = batch.and_then(self._batch)
            self._store_s = now.mono_s + self._habits.retry_s
            raise

    def _store_all(self, batch: intake.Batch, now: Moment) -> None:
        try:
            self._store_part(batch, now)
        except OperationalError:
            raise
        except Exception:
            log.exception("a batch of reports cannot be stored, each endpoint's are tried by themselves")
            for endpoint, part in batch.by_endpoint().items():
                self._store_alone(endpoint, part, now)

    def _store_alone(self, endpoint: str, part: intake.Batch, now: Moment) -> None:
        try:
            self._store_part(part, now)
        except OperationalError:
            raise
        except Exception:
            log.exception(
                "reports of an endpoint cannot be stored and are dropped", extra={"endpoint": endpoint}
            )

    def _store_part(self, batch: intake.Batch, now: Moment) -> None:
        if batch:
            with transaction(self._engine) as session:
                receipts = intake.store(session, batch, self._signer, now.utc)
                lacking = self._lag.found(session, batch.heartbeats, now.utc)
                again = publishing.said(session, lacking)
            self._send(receipts + again)

    def _send(self, messages: Iterable[Message]) -> None:
        """Only what is committed is sent; while the link is down nothing is: `connected` says it all anew."""
        if self._connected:
            for message in messages:
                self._link.publish(message)
