"""A small county with one fixed morning: everything that the screens show, without a controller, at ten o'clock."""

import hashlib
import io
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlmodel import Session

from audio.recording import Codec, Profile
from broadcaster.config import load
from broadcaster.desk.county import CountyDesk
from broadcaster.desk.files import Upload
from broadcaster.desk.house import OWNER, HouseDoor
from broadcaster.house import CountyHouse
from broadcaster.people.rights import Grant, Role
from broadcaster.registry.sample import AREAS, ENDPOINTS
from broadcaster.storage.mapping import rule_json
from broadcaster.storage.tables import (
    AbsenceRow,
    AssetRow,
    EndpointStateRow,
    NoticeRow,
    PlayedRow,
    RecordingRow,
    SeriesRow,
    SlotRow,
)
from broadcaster.tui.demo import tone
from devices.presence import Presence
from schedules.notices import NoticeKind, NoticeState
from schedules.places import Place
from schedules.precedence import BroadcastClass, Severity
from schedules.records import ClockQuality, MissedBecause, Result
from schedules.rules import LoopRule, Window
from schedules.slots import AbsentBecause, PlannedBecause
from tests.broadcaster.tui.breakdowns import break_down

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 23, 10, 0, tzinfo=ZONE).astimezone(UTC)
COUNTY, TOWN = Place("341523000000"), Place("341523100000")
MORNING = Window(start=time(7), end=time(11, 30))
LETTER, PROPOSAL, STORM = "n20261120-1", "n20261120-2", "n20261120-4"


def at(clock: str) -> datetime:
    """A moment of that morning."""
    hours, minutes = map(int, clock.split(":"))
    return NOW.astimezone(ZONE).replace(hour=hours, minute=minutes).astimezone(UTC)


def build(directory: Path) -> CountyHouse:
    """The county's house."""
    house = CountyHouse(load(directory, environ={}))
    owner = desk(house, OWNER)
    with AREAS.open("rb") as areas, ENDPOINTS.open("rb") as endpoints:
        owner.areas.take_in(file=Upload(AREAS.name, areas))
        owner.endpoints.take_in(file=Upload(ENDPOINTS.name, endpoints))
    owner.users.add(user="li", grants=(Grant(role=Role.OPERATOR, place=COUNTY),))
    owner.users.add(user="wang", grants=(Grant(role=Role.APPROVER, place=COUNTY),))
    known = [endpoint.id for endpoint in owner.endpoints.list()]
    with house.transaction() as session:
        _notices(session, house)
        _states(session, known)
        _slots(session)
        _records(session, known)
        break_down(session, NOW)
    return house


def desk(house: CountyHouse, who: str) -> CountyDesk:
    """The desk of one person at ten o'clock."""
    return CountyDesk(HouseDoor(house, who, clock=lambda: NOW))


def _notices(session: Session, house: CountyHouse) -> None:
    session.add(SeriesRow(name="临水县公告", last_issue=7))
    session.flush()
    rule = LoopRule(plays=3, windows=(MORNING,), minimum_gap_s=3600)
    known = (
        (
            LETTER,
            NoticeKind.OPEN_LETTER,
            "致广大村民朋友的一封信",
            [COUNTY],
            95_000,
            rule,
            NoticeState.ON_AIR,
        ),
        (PROPOSAL, NoticeKind.PROPOSAL, "森林防火倡议书", [TOWN], 62_000, rule, NoticeState.ON_AIR),
        (
            "n20261123-1",
            NoticeKind.ANNOUNCEMENT,
            "关于医保缴费的公告",
            [COUNTY],
            48_000,
            rule,
            NoticeState.SUBMITTED,
        ),
        (STORM, NoticeKind.EMERGENCY, "暴雨红色预警", [COUNTY], 30_000, None, NoticeState.DRAFT),
    )
    for number, (name, kind, title, targets, duration_ms, loops, state) in enumerate(known):
        emergency = kind is NoticeKind.EMERGENCY
        session.add(_asset(name, title, duration_ms))
        session.flush()
        sound = tone(3, 300 + 40 * number)
        sha256 = hashlib.sha256(sound).hexdigest()
        house.library.add(io.BytesIO(sound), sha256=sha256, now=NOW)
        for profile in (Profile.SPEECH, Profile.MP3):
            session.add(_recording(name, duration_ms, sha256, profile))
        session.add(
            NoticeRow(
                id=name,
                version=1,
                kind=kind,
                title=title,
                text=f"{title}。各位村民，请相互转告。",
                asset=f"a-{name}",
                cancel_asset=f"a-{name}" if emergency else None,
                targets=list(targets),
                valid_from=NOW - timedelta(days=3),
                valid_until=NOW + timedelta(days=27),
                klass=BroadcastClass.EMERGENCY if emergency else BroadcastClass.DAILY,
                severity=Severity.RED if emergency else Severity.UNKNOWN,
                series="临水县公告" if kind is NoticeKind.ANNOUNCEMENT else None,
                issue=7 if kind is NoticeKind.ANNOUNCEMENT else None,
                rule=rule_json(loops) if loops else None,
                state=state,
                created_by="li",
                created_at=NOW - timedelta(days=3, minutes=-number),
            )
        )
    session.flush()


def _asset(name: str, title: str, duration_ms: int) -> AssetRow:
    return AssetRow(
        id=f"a-{name}",
        title=title,
        source_name=f"{title}.mp3",
        imported_at=NOW - timedelta(days=3),
        imported_by="li",
        duration_ms=duration_ms,
    )


def _recording(name: str, duration_ms: int, sha256: str, profile: Profile) -> RecordingRow:
    return RecordingRow(
        asset=f"a-{name}",
        profile=profile,
        sha256=sha256,
        codec=Codec.OPUS,
        size=duration_ms * 2,
        duration_ms=duration_ms,
        loudness_lufs=-16.2,
        true_peak_dbtp=-1.1,
        sample_rate=16_000,
        bitrate=16_000,
    )


def _states(session: Session, known: list[str]) -> None:
    """Most are connected; the second lost its power, the fifth is fetching, the last was never heard."""
    for number, endpoint in enumerate(known[:-1]):
        dark = number == 1
        session.add(
            EndpointStateRow(
                endpoint=endpoint,
                heard_at=at("8:20") if dark else NOW - timedelta(seconds=20),
                presence=Presence.OFFLINE if dark else Presence.ONLINE,
                clock=ClockQuality.SYNCED,
                sounding="slot-letter-2" if number in (0, 2) else None,
                missing=[hashlib.sha256(tone(3, 340)).hexdigest()[:16]] if number == 4 else [],
                missing_count=int(number == 4),
                mains=not dark,
                mains_v=0 if dark else 231,
                battery=93,
                temperature=18,
                signal=-71,
                volume=80,
                unreceipted=0,
                up_s=7200 if number == 2 else 86_400,
                free_kb=812_000,
                software="1.4.0",
            )
        )
    session.flush()


def _slots(session: Session) -> None:
    """The letter at 7:30, 9:59 (sounding) and 11:10; the proposal at 8:00 and 9:20, and one that had no room."""
    planned = (
        ("slot-letter-1", LETTER, COUNTY, "7:30", 95_000, "9:00"),
        ("slot-letter-2", LETTER, COUNTY, "9:59", 95_000, "11:30"),
        ("slot-letter-3", LETTER, COUNTY, "11:10", 95_000, "11:30"),
        ("slot-proposal-1", PROPOSAL, TOWN, "8:00", 62_000, "9:15"),
        ("slot-proposal-2", PROPOSAL, TOWN, "9:20", 62_000, "11:30"),
    )
    for _number, (name, notice, place, clock, duration_ms, latest) in enumerate(planned):
        session.add(
            SlotRow(
                id=name,
                order_id=notice,
                notice=notice,
                version=1,
                place=place,
                day=NOW.astimezone(ZONE).date(),
                ordinal=int(name[-1]) - 1,
                item=0,
                earliest=at("7:00"),
                planned=at(clock),
                latest=at(latest),
                duration_ms=duration_ms,
                because=PlannedBecause.SPREAD,
            )
        )
    session.add(
        AbsenceRow(
            order_id=PROPOSAL,
            notice=PROPOSAL,
            version=1,
            place=TOWN,
            day=NOW.astimezone(ZONE).date(),
            ordinal=2,
            because=AbsentBecause.NO_ROOM,
            others=[LETTER],
        )
    )


def _records(session: Session, known: list[str]) -> None:
    """The first letter was heard, by some late; the second endpoint missed the proposal in the dark."""
    for number, endpoint in enumerate(known[:-1]):
        started = at("7:30") + timedelta(minutes=40 if number % 7 == 3 else 0)
        session.add(_played(endpoint, 1, "slot-letter-1", LETTER, started, 95_000))
        if endpoint_in_town(number):
            dark = number == 1
            session.add(
                _played(
                    endpoint,
                    2,
                    "slot-proposal-1",
                    PROPOSAL,
                    None if dark else at("8:00"),
                    62_000,
                    because=MissedBecause.NO_POWER if dark else None,
                )
            )
            if not dark:
                heard_ms = 30_000 if number == 2 else 62_000
                session.add(
                    _played(endpoint, 3, "slot-proposal-2", PROPOSAL, at("9:20"), 62_000, heard_ms=heard_ms)
                )


def endpoint_in_town(number: int) -> bool:
    """Whether the endpoint of this number lies in the first town."""
    return number < 8


def _played(
    endpoint: str,
    seq: int,
    slot: str,
    notice: str,
    started: datetime | None,
    full_ms: int,
    *,
    heard_ms: int | None = None,
    because: MissedBecause | None = None,
) -> PlayedRow:
    heard = 0 if started is None else full_ms if heard_ms is None else heard_ms
    result = Result.MISSED if started is None else Result.COUNTED if heard == full_ms else Result.PARTIAL
    return PlayedRow(
        endpoint=endpoint,
        chain="0123456789abcdef",
        seq=seq,
        slot=slot,
        notice=notice,
        version=1,
        started=started,
        ended=started + timedelta(milliseconds=heard) if started else None,
        heard_ms=heard,
        full_ms=full_ms,
        result=result,
        because=because or (MissedBecause.INTERRUPTED if result is Result.PARTIAL else None),
        volume=80,
        clock=ClockQuality.SYNCED,
        boot="b1",
        received_at=NOW,
    )
