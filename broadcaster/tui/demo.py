"""The simulated county behind `broadcaster tui --demo`: the real controller and endpoints, on one event heap, in this process.

It begins at midnight, hurries to the present while one looks at it, and goes on in real time. Nothing is spoken and
nothing is sent: the recordings are tones, made in an instant. One village hangs on a slow serial line, so that one sees what
that takes. Everything is gone when the terminal is closed.
"""

import array
import hashlib
import io
import math
import random
import sqlite3
import threading
import time as clock
import wave
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import event
from sqlmodel import Session

from audio.recording import Codec, Profile
from broadcaster.config import load
from broadcaster.controller import telemetry
from broadcaster.controller.habits import Habits
from broadcaster.desk.county import CountyDesk
from broadcaster.desk.files import Upload
from broadcaster.desk.house import OWNER, HouseDoor
from broadcaster.desk.lines import LineDraft
from broadcaster.house import CountyHouse
from broadcaster.live import LibraryShelf
from broadcaster.people.rights import Grant, Role
from broadcaster.registry.line import hub_lines
from broadcaster.registry.sample import AREAS, ENDPOINTS, LINE, SampleNotice, endpoints, notices
from broadcaster.rehearsal.cable import Cable
from broadcaster.rehearsal.fuse import FusedStore
from broadcaster.rehearsal.horn import Horn, Site
from broadcaster.rehearsal.reading import Reading
from broadcaster.rehearsal.station import Station
from broadcaster.rehearsal.tapped import TappedHorn
from broadcaster.rehearsal.town_hall import TownHall
from broadcaster.rehearsal.truth import Ears
from broadcaster.rehearsal.wire import Broker, Weather
from broadcaster.rehearsal.witness import Witness
from broadcaster.rehearsal.world import World
from broadcaster.storage.mapping import rule_json
from broadcaster.storage.tables import AssetRow, EndpointRow, NoticeRow, RecordingRow, SeriesRow
from broadcaster.tickets.parts import Skill
from devices.endpoint.instruments import Readings
from devices.endpoint.media import MemoryMedia
from devices.hub.provision import HubProvision
from devices.provisioning import Provision
from devices.serial import emulated
from devices.signing import Keyring
from schedules.notices import NoticeKind, NoticeState
from schedules.places import Place, chain_of
from schedules.precedence import BroadcastClass

WRITER, APPROVER = "li", "wang"
_STRIDE_S = 300.0  # virtual seconds between two breaths while it hurries
_BREATH_S = 0.02
_RATE = 8000  # Hz of the tones
_LOW_RATE = 10  # times smaller a recording for slow lines: 6,400 bit/s
_HUB = "hub-zhuxi"
_HUB_BOOTS_S, _HUB_REPORTS_S = 60.0, 30.0


class Surroundings:
    """What a board measures on a day late in autumn: colder at night, a lower voltage while people cook."""

    def __init__(self, now: Callable[[], datetime], zone: ZoneInfo, chance: random.Random) -> None:
        self._now, self._zone, self._chance = now, zone, chance

    def read(self) -> Readings:
        """As the hour has it."""
        local = self._now().astimezone(self._zone)
        hour = local.hour + local.minute / 60
        meal = max(math.exp(-((hour - at) ** 2)) for at in (7, 11.5, 18))
        return Readings(
            mains=True,
            mains_v=round(233 - 9 * meal + self._chance.gauss(0, 1)),
            battery=100,
            temperature=round(9 - 6 * math.cos((hour - 3) / 12 * math.pi)),
            signal=round(self._chance.gauss(-70, 2)),
        )

    def set_volume(self, percent: int) -> None:
        """Nobody can turn it."""


class SimulatedCounty:
    """A county in `directory`. Its clock is the world's; `run` moves it."""

    def __init__(self, directory: Path) -> None:
        self.house = CountyHouse(load(directory, environ={}))
        event.listen(self.house.engine, "connect", _carelessly)
        self.house.engine.dispose()
        zone = self.house.settings.zone
        self._midnight = datetime.combine(datetime.now(zone).date(), time(), zone)
        self._world = World(self._midnight.astimezone(UTC))
        self._lock = threading.Lock()  # people order from their threads while the world turns in its own
        self._stop = threading.Event()
        self._fill()
        self._broker = Broker(self._world)
        self._reading = Reading(Keyring([self.house.signer.public]))
        self._witness = Witness(self._reading)
        self._station = Station(
            self._world,
            self._broker,
            self.house.engine,
            self.house.signer,
            LibraryShelf(self.house.library),
            Habits(zone=zone, heartbeat_s=600, gather_s=30.0, beacon_s=3600.0, look_s=900.0),
            random.Random(1),
        )
        self.house.linked = lambda: True
        self._hall = self._town_hall()
        self._horns = [
            self._horn(endpoint.id, Place(endpoint.village)) for endpoint in self.desk(OWNER).endpoints.list()
        ]

    def now(self) -> datetime:
        """The county's time."""
        return self._world.now

    def desk(self, who: str) -> CountyDesk:
        """Somebody's desk."""
        return CountyDesk(HouseDoor(self.house, who, clock=self.now, after_order=self._look))

    def start(self) -> None:
        """Lets the world turn, in a thread of its own, until `close`."""
        self.wake()
        threading.Thread(target=self._turn, name="simulated county", daemon=True).start()

    def wake(self) -> None:
        """Controller and endpoints begin; nothing moves yet."""
        self._station.start()
        for number, horn in enumerate(self._horns):
            self._world.at(number * 2.0, horn.boot)
        self._world.at(_HUB_BOOTS_S, self._hall.boot)
        self._troubles()
        self._world.after(telemetry.wait_s(self.now()), self._gauge)

    def _gauge(self) -> None:
        """As the running controller does every quarter of an hour."""
        telemetry.keep(self.house.engine, self.now())
        self._world.after(telemetry.EVERY.total_seconds(), self._gauge)

    def pass_time(self, seconds: float) -> None:
        """So much later."""
        with self._lock:
            self._world.run_until(self._world.now_s + seconds)

    def close(self) -> None:
        """The world stands still."""
        self._stop.set()

    def _turn(self) -> None:
        while not self._stop.is_set():
            goal_s = (datetime.now(UTC) - self._world.start).total_seconds()
            hurries = goal_s - self._world.now_s > _STRIDE_S
            self.pass_time(min(goal_s - self._world.now_s, _STRIDE_S))
            clock.sleep(_BREATH_S if hurries else 0.25)

    def _look(self, order: str) -> None:
        with self._lock:
            self._station.look()

    def _troubles(self) -> None:
        """A feeder without power for an hour in the morning, one set that somebody switched off, one broken line."""
        morning, forenoon = 7.4 * 3600, 9.2 * 3600
        for horn in self._horns[9:12]:
            self._world.at(morning, horn.power_off)
            self._world.at(morning + 3600, horn.power_on)
        self._world.at(forenoon, self._horns[1].power_off)
        self._world.at(forenoon + 600, partial(self._horns[-3].network, reachable=False))

    def _horn(self, name: str, village: Place) -> Horn:
        chance = random.Random(name)
        provision = Provision(
            endpoint=name,
            village=village,
            areas=chain_of(village),
            host="demo.invalid",
            username=name,
            password="simulated",
            proof_key=hashlib.sha256(name.encode()).digest(),
            keys=(self.house.signer.public,),
            zone=self.house.settings.zone.key,
            line=self._hall.line_of(name) if name in self._hall.addresses else None,
        )
        site = Site(
            provision=provision,
            store=FusedStore(chance),
            media=MemoryMedia(),
            last_gasp=True,
            clock_error_s=chance.gauss(0, 0.006),
            instruments=Surroundings(self.now, self.house.settings.zone, chance),
        )
        given = (
            self._world, self._broker, Weather(), site, Ears(), chance, self._reading.unseal, self._witness
        )  # fmt: skip
        return Horn(*given) if provision.line is None else TappedHorn(*given, hall=self._hall)

    def _town_hall(self) -> TownHall:
        """The hub of the serial line, and its cable."""
        with self.house.transaction() as session:
            (line,) = hub_lines(session, _HUB)
        provision = HubProvision(
            hub=_HUB, host="demo.invalid", password=_HUB, keys=(self.house.signer.public,), lines=(line,)
        )
        noise = emulated.Weather(bit_errors=1e-5)
        cable = Cable(self._world, line.wiring.line, noise, len(line.taps), seed=1)
        chance = random.Random(_HUB)
        return TownHall(
            self._world, self._broker, Weather(), provision, cable, self._reading, chance, _HUB_REPORTS_S
        )

    def _fill(self) -> None:
        """The sample county with its people and notices; the last announcement waits for approval."""
        owner = CountyDesk(HouseDoor(self.house, OWNER, clock=self.now))
        with AREAS.open("rb") as areas:
            owner.areas.take_in(file=Upload(AREAS.name, areas))
        owner.lines.set(
            line=LINE, draft=LineDraft(hub=_HUB, port="/dev/ttyUSB0", half_duplex=True, turn_ms=5)
        )
        owner.endpoints.take_in(file=Upload(ENDPOINTS.name, io.BytesIO(endpoints(wired=True))))
        county = Place(owner.areas.list()[0].code)
        owner.users.add(user=WRITER, full_name="李编辑", grants=(Grant(role=Role.OPERATOR, place=county),))
        owner.crews.set(crew="青石抢修队", place=county, skills=(Skill.LIFT, Skill.ELECTRICIAN))
        owner.users.add(user=APPROVER, full_name="王主任", grants=(Grant(role=Role.APPROVER, place=county),))
        with self.house.transaction() as session:
            for endpoint in owner.endpoints.list():
                row = session.get_one(EndpointRow, endpoint.id)
                row.proof_key = hashlib.sha256(row.id.encode()).hexdigest()
                session.add(row)
            for number, sample in enumerate(notices()):
                if sample.series is not None:
                    session.add(SeriesRow(name=sample.series, last_issue=sample.issue or 1))
                    session.flush()
                self._add(session, sample, county, number)

    def _add(self, session: Session, sample: SampleNotice, county: Place, number: int) -> None:
        name = f"n{self._midnight:%Y%m%d}-{number + 1}"
        asset = self._asset(session, name, sample.title, seconds=35 + 20 * number)
        emergency = sample.kind is NoticeKind.EMERGENCY
        session.add(
            NoticeRow(
                id=name,
                version=1,
                kind=sample.kind,
                title=sample.title,
                text=sample.text,
                asset=asset,
                cancel_asset=asset if emergency else None,
                targets=[county],
                valid_from=self._midnight - timedelta(days=1),
                valid_until=self._midnight + timedelta(days=30),
                klass=BroadcastClass.EMERGENCY if emergency else BroadcastClass.DAILY,
                severity=sample.severity,
                series=sample.series,
                issue=sample.issue,
                rule=rule_json(sample.rule) if sample.rule else None,
                state=NoticeState.DRAFT if emergency else NoticeState.APPROVED,
                created_by=WRITER,
                created_at=self._midnight - timedelta(days=1),
            )
        )

    def _asset(self, session: Session, name: str, title: str, *, seconds: int) -> str:
        content = tone(seconds, 300 + 40 * (len(title) % 7))
        sha256 = hashlib.sha256(content).hexdigest()
        asset = f"a-{sha256[:12]}"
        session.add(
            AssetRow(
                id=asset,
                title=title,
                source_name=f"{name}.wav",
                source_sha256=sha256,
                imported_at=self._midnight - timedelta(days=1),
                imported_by=WRITER,
                duration_ms=seconds * 1000,
            )
        )
        session.flush()
        slow = content[::_LOW_RATE]  # as small as speech for slow lines; nobody listens to it
        for profile, kept in ((Profile.SPEECH, content), (Profile.MP3, content), (Profile.LOW_RATE, slow)):
            name = hashlib.sha256(kept).hexdigest()
            self.house.library.add(io.BytesIO(kept), sha256=name, now=datetime.now(UTC))
            session.add(
                RecordingRow(
                    asset=asset,
                    profile=profile,
                    sha256=name,
                    codec=Codec.MP3 if profile is Profile.MP3 else Codec.OPUS,
                    size=len(kept),
                    duration_ms=seconds * 1000,
                    loudness_lufs=-16.0,
                    true_peak_dbtp=-1.2,
                    sample_rate=_RATE,
                    bitrate=len(kept) * 8 // seconds,
                )
            )
        session.flush()
        return asset


def _carelessly(connection: sqlite3.Connection, _entry: object) -> None:
    """Waits for no disk: nobody misses this county after a power cut."""
    connection.execute("PRAGMA synchronous=OFF")


def tone(seconds: int, hertz: int) -> bytes:
    """A WAV of a tone that rises and falls about as often as speech, so that its picture looks like some."""
    one_second = array.array(
        "B",
        (
            int(128 + 60 * math.sin(2 * math.pi * hertz * n / _RATE) * abs(math.sin(math.pi * 3 * n / _RATE)))
            for n in range(_RATE)
        ),
    ).tobytes()
    file = io.BytesIO()
    with wave.open(file, "wb") as written:
        written.setnchannels(1)
        written.setsampwidth(1)
        written.setframerate(_RATE)
        written.writeframes(one_second * seconds)
    return file.getvalue()
