"""Endpoint: the whole logic of a loudspeaker without input or output, driven by a real board and by rehearsals alike.

Whoever drives it calls an entry whenever something happens, and `wake` at `next_wake`; every call may change
`next_wake`. Nothing is polled: between two deadlines an endpoint costs nothing.

The parts: `clock` says what time may be believed, `held` which documents hold, `cues` and `alerts` what these order, the
`conductor` has the `player` sound it, the `recorder` proves it, `downloads` fetch what it needs, the `reporter` tells.
"""

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from devices import sealing, topics
from devices.documents import Alerts, Document, Manifest, Plan, Receipt, Settings, TimeBeacon
from devices.endpoint.alerts import AlertsInForce
from devices.endpoint.clock import Clock, Instant
from devices.endpoint.conductor import Conductor
from devices.endpoint.cues import Cues, Reader, staged_only
from devices.endpoint.downloads import Downloads
from devices.endpoint.held import Held, Refused, Unseal
from devices.endpoint.hindrances import REMEMBERED, Hindrances
from devices.endpoint.instruments import Instruments, Readings
from devices.endpoint.media import Media
from devices.endpoint.output import Output
from devices.endpoint.player import Player
from devices.endpoint.recorder import GATHER_S, Recorder
from devices.endpoint.reporter import Reporter
from devices.endpoint.store import Store, StoreFault
from devices.links import Link, Message
from devices.presence import Presence
from devices.provisioning import Provision
from devices.reports import EventKind, Heartbeat

HOUSEKEEPING_S = 86_400.0
MISSING_NAMED = 16
ROUNDING_S = 1e-6
STEP_S = 0.005  # of the clock, that moves deadlines
WAITING_AFTER = timedelta(days=1)  # audio for an emergency to come is fetched as if it had a cue then
_NO_READINGS = Readings()
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How often an endpoint writes down what a power cut must not erase; rehearsals may choose longer periods."""

    note_s: float = 5.0  # how far the play has come that sounds now
    alive_s: float = 60.0  # that it lives, which tells dark spans afterwards
    spread_s: float = 10.0  # the first heartbeat after connecting comes within this time
    resend_s: float = 15.0  # records that no receipt has covered by then go out again
    gather_s: float = GATHER_S  # within this time a new record goes out


class Endpoint:
    """One loudspeaker. Build it anew for every boot from the same store and media; `boot` is 8 fresh hex digits.

    Entries take the moment as the board sees it. What goes wrong becomes an event or a record, not an exception.
    `unseal` may be one that remembers, for simulated endpoints that get the same documents by the hundred.
    """

    def __init__(
        self,
        *,
        provision: Provision,
        store: Store,
        media: Media,
        output: Output,
        link: Link,
        boot: str,
        chance: random.Random,
        instruments: Instruments | None = None,
        pace: Pace = Pace(),
        software: str = "",
        unseal: Unseal = sealing.unseal,
    ) -> None:
        self._store = store
        self._media = media
        self._link = link
        self._boot = boot
        self._instruments = instruments
        self._pace = pace
        self._software = software
        self._chunks = f"{topics.MEDIA}/to/{provision.endpoint}/+/+"
        self._probe = topics.probe(provision.endpoint)
        self._clock = Clock()
        self._held = Held(provision, store, unseal, self._storage_fault)
        self._reader = Reader()
        self._cues = Cues(store.slots())
        self._alerts = AlertsInForce(store.alert_times())
        self._hindrances = Hindrances(store.boots())
        self._reporter = Reporter(link, provision.endpoint, boot, chance, pace.spread_s)
        self._recorder = Recorder(
            store=store,
            link=link,
            provision=provision,
            chance=chance,
            complain=self._storage_fault,
            resend_s=pace.resend_s,
            gather_s=pace.gather_s,
        )
        self._downloads = Downloads(
            media=media, link=link, endpoint=provision.endpoint, chance=chance, say=self._say
        )
        self._settings = self._held.settings()
        self._conductor = Conductor(
            clock=self._clock,
            cues=self._cues,
            alerts=self._alerts,
            player=Player(output, media, pace.note_s),
            recorder=self._recorder,
            media=media,
            hindrances=self._hindrances,
            settings=self._settings,
            boot=boot,
            say=self._say,
            lost=self._lost,
        )
        self._now_s = self._started_s = 0.0
        self._offset: float | None = None  # of the clock when deadlines were last reckoned
        self._turn_s = self._alive_s = self._housekeeping_s = 0.0
        self._on_mains: bool | None = None

    @property
    def will(self) -> Message:
        """What the broker shall publish when the link dies: give it to the link before it connects."""
        return self._reporter.presence(Presence.OFFLINE)

    @property
    def next_wake(self) -> float:
        """Monotonic deadline of the next `wake`: a hair late, as a timer's rounding must not make it early."""
        return ROUNDING_S + min(
            self._conductor.next_s,
            self._alive_s,
            self._reporter.next_s,
            self._reporter.answer_s,
            self._recorder.next_s,
            self._downloads.next_s,
        )

    def started(self, now: Instant) -> None:
        """Call once, first: subscribes, takes up what the store holds, records what a power cut left half heard."""
        self._now_s = self._started_s = now.mono_s
        self._alive_s = now.mono_s + self._pace.alive_s
        self._housekeeping_s = now.mono_s + HOUSEKEEPING_S
        if self._held.newest is not None:
            self._clock.verified(self._held.newest, now.mono_s)
        if self._store.trouble:
            self._storage_fault(self._store.trouble)
        self._recorder.take_up()
        for refused in self._held.load():
            self._say(EventKind.DOCUMENT_REFUSED, refused, refused)
        for topic_filter in (*self._held.filters, self._chunks, self._probe):
            self._link.subscribe(topic_filter)
        self._resettle()
        self._alerts.replace(self._held.bodies(Alerts))
        self._replan(_LONG_AGO)
        self._conductor.take_up(self._store.unfinished(), now.mono_s)
        self._see_clock(now)
        self._turn()

    def connected(self, now: Instant) -> None:
        """The link's session is up (again); the link renews subscriptions by itself."""
        self._see_clock(now)
        self._reporter.connected(now.mono_s)
        self._recorder.connected(now.mono_s)
        self._downloads.connected(now.mono_s)

    def disconnected(self, now: Instant) -> None:
        """The link's session is gone."""
        self._see_clock(now)
        self._reporter.disconnected()
        self._recorder.disconnected()
        self._downloads.disconnected()

    def receive(self, message: Message, now: Instant) -> None:
        """A message arrived."""
        self._see_clock(now)
        if chunk := topics.parse_chunk(message.topic):
            if self._downloads.take_chunk(chunk.sha256, chunk.number, message.payload, now.mono_s):
                self._cues.stage(self._downloads.whole)
                self._turn()
            return
        if message.topic == self._probe:
            if not message.retain:
                self._reporter.probed(now.mono_s)
            return
        try:
            document = self._held.take(message, self._clock, now.mono_s)
        except Refused as refused:
            if refused.detail:
                self._say(EventKind.DOCUMENT_REFUSED, refused.detail, refused.detail)
            return
        self._obey(document, message, now)

    def wake(self, now: Instant) -> None:
        """Do what is due; harmless at any time."""
        self._see_clock(now)
        if now.mono_s >= self._conductor.next_s:
            self._turn()
        self._downloads.ask(now.mono_s)
        self._recorder.send(now.mono_s)
        self._reporter.answer(now.mono_s, self._describe)
        if beats := now.mono_s >= self._reporter.next_s:
            self._see_instruments()
            self._reporter.beat(now.mono_s, self._settings.heartbeat_s, self._describe)
        if now.mono_s >= self._alive_s or (beats and self._alive_s < self._reporter.next_s):
            self._note_alive()  # with a heartbeat, if it is due before the next: one wake-up for both

    def output_changed(self, now: Instant) -> None:
        """The output says that a sound came to its end or failed, sooner than a wake would have seen it."""
        self._see_clock(now)
        self._turn()

    def power_failing(self, now: Instant) -> None:
        """Mains fails: the last gasp goes out, what sounds is noted. The endpoint goes on as long as it lives."""
        self._see_clock(now)
        self._on_mains = False
        self._say(EventKind.LAST_GASP, f"{now.mono_s}", "mains has failed")
        self._turn()
        self._conductor.note_now(self._now_s)
        self._note_alive()

    def stopping(self, now: Instant) -> None:
        """A clean end (SIGTERM): silences the output, records the partial play, says offline."""
        self._see_clock(now)
        self._conductor.stop(now.mono_s)
        self._recorder.send(now.mono_s)
        self._note_alive()
        self._link.publish(self.will)

    # Documents

    def _obey(self, document: Document, message: Message, now: Instant) -> None:
        header = document.header
        match document.body:
            case Plan():
                self._replan(header.issued)
            case Alerts():
                self._alerts.replace(self._held.bodies(Alerts))
                self._need()
            case Settings():
                self._resettle()
                if self._instruments is not None:
                    self._instruments.set_volume(self._settings.volume)
                self._replan(_LONG_AGO)
            case Receipt() as receipt:
                self._recorder.receipted(receipt, now.mono_s)
                return
            case Manifest() as manifest:
                self._downloads.take_manifest(header.target, manifest, now.mono_s)
                return
            case TimeBeacon():
                if not message.retain:
                    self._clock.beacon(header.issued, now.mono_s)
                self._see_clock(now)
                return
        self._turn()
        if isinstance(document.body, Alerts):
            self._reporter.beat_at_once(now.mono_s, self._describe)

    def _resettle(self) -> None:
        self._settings = self._held.settings()
        self._conductor.set_up(self._settings, self._now_s)

    def _replan(self, since: datetime) -> None:
        """Plans or quiet hours have changed."""
        self._cues.replace(self._reader.read(self._held.bodies(Plan), self._settings.quiet), since)
        self._need()

    def _need(self) -> None:
        """Which recordings are wanted: those of alerts first, then by the time of their first cue.

        What waits for an emergency comes after the cues of the next day and before later ones.
        """
        times = self._cues.recordings
        for header, plan in self._held.bodies(Plan):
            waits = header.issued + WAITING_AFTER
            times |= {name: min(waits, times.get(name, waits)) for name in staged_only(plan)}
        needed = {name: when.timestamp() for name, when in times.items()}
        for running in self._alerts:
            if running.alert.recording is not None:
                needed[running.alert.recording] = 0.0
        self._downloads.need(needed, self._now_s)
        self._cues.stage(self._downloads.whole)

    def _lost(self, recording: str) -> None:
        """It was to sound and is not there, or damaged."""
        if recording in self._downloads.whole:
            self._say(
                EventKind.RECORDING_REFUSED, recording, f"{recording}: damaged here, it is fetched again"
            )
            self._downloads.lost(recording, self._now_s)
            self._cues.stage(self._downloads.whole)
            self._reporter.beat_at_once(self._now_s, self._describe)

    # Time and turns

    def _see_clock(self, now: Instant) -> None:
        """Judge the clock anew; deadlines follow where it moved."""
        self._now_s = now.mono_s
        clock = self._clock
        trusted = clock.trusted
        if said := clock.observe(now):
            self._say(EventKind.CLOCK_STEPPED, said, said)
        offset = clock.offset
        if offset is None or (self._offset is not None and abs(offset - self._offset) < STEP_S):
            return
        self._offset = offset
        self._cues.reconsider()
        if not trusted:
            time = self._clock.time(now.mono_s)
            self._hindrances.clock_trusted(time, time - timedelta(seconds=now.mono_s - self._started_s))
            self._note_alive()
        self._turn()

    def _turn(self) -> None:
        before = self._conductor.alerts_active
        self._conductor.turn(self._now_s)
        if self._conductor.alerts_active != before:
            self._reporter.beat_at_once(self._now_s, self._describe)

    def _note_alive(self) -> None:
        """Write down that this boot lives, and what waits to be written; once a day forget what is long past."""
        self._alive_s = self._now_s + self._pace.alive_s
        self._recorder.write_owed()
        time = self._clock.true_time(self._now_s)
        if time is None:
            return
        since = time - timedelta(seconds=self._now_s - self._started_s)
        try:
            self._store.note_alive(self._boot, time, since, self._held.newest or since)
            if self._now_s >= self._housekeeping_s:
                self._housekeeping_s = self._now_s + HOUSEKEEPING_S
                self._store.forget(self._cues.forgettable(time), time, time - REMEMBERED)
        except StoreFault as fault:
            self._storage_fault(str(fault))

    # Reports

    def _see_instruments(self) -> None:
        """Mains that failed or came back without anybody having told."""
        mains = self._instruments.read().mains if self._instruments else None
        if mains is None:
            return
        before, self._on_mains = self._on_mains, mains
        if before is False and mains:
            self._say(EventKind.MAINS_BACK, f"{self._now_s}", "mains is back")
        elif before and not mains:
            self._say(EventKind.LAST_GASP, f"{self._now_s}", "mains has failed")

    def _describe(self, seq: int, next_in_s: int) -> Heartbeat:
        readings = self._instruments.read() if self._instruments else _NO_READINGS
        missing = self._downloads.missing
        return Heartbeat(
            boot=self._boot,
            seq=seq,
            up_s=int(self._now_s - self._started_s),
            clock_ms=round(self._clock.time(self._now_s).timestamp() * 1000),
            clock=self._clock.quality,
            next_in_s=next_in_s,
            held=self._held.said,
            missing=missing[:MISSING_NAMED],
            missing_count=len(missing),
            sounding=self._conductor.sounding,
            volume=self._settings.volume,
            mains=readings.mains if readings.mains is not None else self._on_mains,
            battery=readings.battery,
            temperature=readings.temperature,
            signal=readings.signal,
            unreceipted=self._recorder.unreceipted,
            free_kb=self._media.free_kb(),
            software=self._software,
            boots=readings.boots,
            reset=readings.reset,
            mains_v=readings.mains_v,
            battery_mv=readings.battery_mv,
            cell=readings.cell,
            door_open=readings.door_open,
            volume_actual=readings.volume_actual,
            current_percent=readings.current_percent,
            echo=readings.echo,
            impedance_percent=readings.impedance_percent,
            line_errors=readings.line_errors,
            faults=readings.faults,
        )

    def _say(self, kind: EventKind, about: str, detail: str) -> None:
        self._reporter.event(kind, detail, self._now_s, about=about)

    def _storage_fault(self, detail: str) -> None:
        self._say(EventKind.STORAGE_FAULT, "", detail)
