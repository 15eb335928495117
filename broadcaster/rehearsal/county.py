"""A simulated county: its areas, endpoints, recordings and orders, laid into a real database from a seed."""

import hashlib
import random
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import cast
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from audio.recording import Codec, Profile
from broadcaster.registry.line import SERIAL
from broadcaster.rehearsal.troubles import Climate, Mishap
from broadcaster.rehearsal.wire import Weather
from broadcaster.storage.mapping import rule_json
from broadcaster.storage.tables import AreaRow, AssetRow, EndpointRow, LineRow, NoticeRow, RecordingRow
from devices.mqtt.access import HUB_PREFIX
from devices.serial import emulated
from schedules.notices import NoticeKind, NoticeState
from schedules.places import Level, Place
from schedules.rules import DaySelection, LoopRule, Weekday, Window

COUNTY = Place("341523000000")
_PEOPLE = "rehearsal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """What is rehearsed. The same scenario is the same run."""

    seed: int = 1
    days: float = 7.0
    endpoints: int = 200
    climate: Climate = Climate()
    mishaps: tuple[Mishap, ...] = ()  # besides those that the climate brings
    weather: Weather = Weather()
    lines: int = 0  # villages that hang on a hub and a serial line
    news_s: float = 86_400.0  # between two notices that are approved for each of these villages meanwhile
    noise: emulated.Weather | None = None  # of these lines; None: each its own, out of the seed

    @property
    def villages(self) -> int:
        """About five endpoints a village, and one village without any."""
        return max(2, self.endpoints // 5)

    @property
    def towns(self) -> int:
        """About eight villages a town."""
        return max(1, self.villages // 8)


@dataclass(frozen=True, slots=True, kw_only=True)
class County:
    """What was laid out: feeders and villages with their endpoints, and the recordings' bytes."""

    endpoints: dict[str, tuple[Place, str]]  # id → (village, feeder)
    villages: tuple[Place, ...]
    feeders: tuple[str, ...]
    zone: ZoneInfo
    shelf: dict[str, bytes]


class MemoryShelf:
    """Recordings in memory, as `controller.media.Shelf` wants them."""

    def __init__(self, recordings: dict[str, bytes]) -> None:
        self._recordings = recordings

    def read(self, sha256: str, offset: int, size: int) -> bytes:
        """Bytes of a recording; KeyError where there is none."""
        return self._recordings[sha256][offset : offset + size]


def proof_key_of(endpoint: str) -> bytes:
    """What a simulated endpoint signs its proofs with; no secret."""
    return hashlib.sha256(endpoint.encode()).digest()


def lay_out(session: Session, scenario: Scenario, start: datetime) -> County:
    """Fills an empty database; `start` is the local midnight at which the rehearsal begins."""
    chance = random.Random(f"county {scenario.seed}")
    towns = [Place(f"3415231{number:02d}000") for number in range(scenario.towns)]
    villages = tuple(
        Place(f"{towns[number % len(towns)][:9]}{200 + number:03d}") for number in range(scenario.villages)
    )
    _areas(session, towns, villages, chance)
    endpoints = _endpoints(session, scenario.endpoints, villages[:-1], start)
    _lines(session, villages[:-1][::-1][: scenario.lines])
    shelf: dict[str, bytes] = {}
    for notice in _notices(towns, villages, start, chance):
        duration_ms = chance.randrange(20_000, 240_000)
        content = chance.randbytes(chance.randrange(10_000, 60_000))
        session.add_all(audio(notice, shelf, content, duration_ms, slow=bool(scenario.lines)))
        session.flush()
        session.add(notice)
    return County(
        endpoints=endpoints,
        villages=villages,
        feeders=tuple(sorted({feeder for _, feeder in endpoints.values()})),
        zone=cast(ZoneInfo, start.tzinfo),
        shelf=shelf,
    )


def _areas(session: Session, towns: list[Place], villages: tuple[Place, ...], chance: random.Random) -> None:
    session.add(AreaRow(code=COUNTY, name="推演县", quiet_hours=[["21:30", "06:00"]], budget_minutes=120))
    session.add_all(AreaRow(code=town, name=f"第{n + 1}镇") for n, town in enumerate(towns))
    for number, village in enumerate(villages):
        early = [["20:00", "07:00"]] if number % 7 == 3 else None  # some villages sleep longer
        people = chance.randrange(300, 2500)
        session.add(AreaRow(code=village, name=f"第{number + 1}村", population=people, quiet_hours=early))
    session.flush()


def _endpoints(
    session: Session, count: int, villages: tuple[Place, ...], start: datetime
) -> dict[str, tuple[Place, str]]:
    found = {}
    for number in range(count):
        village = villages[number % len(villages)]
        name, feeder = f"horn-{number:04d}", f"feeder-{villages.index(village) // 3:02d}"
        found[name] = (village, feeder)
        session.add(
            EndpointRow(
                id=name,
                village=village,
                name=f"{number:04d}号大喇叭",
                feeder=feeder,
                proof_key=proof_key_of(name).hex(),
                created_at=start,
            )
        )
    return found


def _lines(session: Session, villages: tuple[Place, ...]) -> None:
    """Buses for whole villages, and in the place of every second one a cable to the first endpoint of its village."""
    session.flush()
    for number, village in enumerate(villages):
        name, is_bus = f"line-{number}", number % 2 == 0
        hub = f"{HUB_PREFIX}{number}"
        row = LineRow(name=name, hub=hub, port="/dev/null", baud=9_600 if is_bus else 57_600)
        row.half_duplex, row.turn_ms = is_bus, 5 if is_bus else 0
        session.add(row)
        here = session.exec(
            select(EndpointRow).where(EndpointRow.village == village).order_by(col(EndpointRow.id))
        ).all()
        for address, endpoint in enumerate(here if is_bus else here[:1], 1):
            endpoint.link = f"{SERIAL}{name}:{address}"
            session.add(endpoint)
    session.flush()


def _notices(
    towns: list[Place], villages: tuple[Place, ...], start: datetime, chance: random.Random
) -> list[NoticeRow]:
    """A week's usual programme: county, town and village notices, fixed times, market days, late approvals."""
    morning, noon, evening = _window("06:30", "08:30"), _window("11:00", "13:00"), _window("17:00", "20:30")
    day = timedelta(days=1)
    notices = [
        _notice(
            "letter", NoticeKind.OPEN_LETTER, [COUNTY], start, LoopRule(plays=4, windows=(morning, evening))
        ),
        _notice("relay", NoticeKind.RELAY, [COUNTY], start, LoopRule(fixed_times=(time(6, 30), time(12, 0)))),
        _notice(
            "bulletin",
            NoticeKind.ANNOUNCEMENT,
            [COUNTY],
            start + 2 * day + timedelta(hours=10),
            LoopRule(plays=3, windows=(noon, evening), minimum_gap_s=1800),
        ),
        _notice(
            "market",
            NoticeKind.ANNOUNCEMENT,
            [towns[0]],
            start,
            LoopRule(plays=2, windows=(morning,), days=DaySelection(market_digits=frozenset({1, 6}))),
        ),
        _notice(
            "weekend",
            NoticeKind.PROPOSAL,
            [COUNTY],
            start,
            LoopRule(
                plays=3,
                windows=(noon, evening),
                days=DaySelection(weekdays=frozenset({Weekday.SAT, Weekday.SUN})),
            ),
        ),
    ]
    for number, town in enumerate(towns):
        rule = LoopRule(plays=3, windows=(morning, noon, evening))
        notices.append(_notice(f"town-{number}", NoticeKind.PROPOSAL, [town], start, rule))
    for number, village in enumerate(villages):
        if chance.random() < 0.4:
            rule = LoopRule(plays=chance.randrange(1, 5), windows=(noon, evening))
            notices.append(_notice(f"village-{number}", NoticeKind.ANNOUNCEMENT, [village], start, rule))
    return notices


def _window(start: str, end: str) -> Window:
    return Window(start=time.fromisoformat(start), end=time.fromisoformat(end))


def _notice(name: str, kind: NoticeKind, targets: list[Place], start: datetime, rule: LoopRule) -> NoticeRow:
    return NoticeRow(
        id=name,
        version=1,
        kind=kind,
        title=name,
        asset=name,
        targets=list(targets),
        valid_from=start,
        valid_until=start + timedelta(days=400),
        level=Level.COUNTY if targets == [COUNTY] else Level.VILLAGE,
        rule=rule_json(rule),
        state=NoticeState.APPROVED,
        created_by=_PEOPLE,
        created_at=start,
    )


def announcement(name: str, village: Place, start: datetime) -> NoticeRow:
    """A notice to one village, at noon and in the evening."""
    rule = LoopRule(plays=2, windows=(_window("11:00", "13:00"), _window("17:00", "20:30")))
    return _notice(name, NoticeKind.ANNOUNCEMENT, [village], start, rule)


def audio(
    notice: NoticeRow, shelf: dict[str, bytes], content: bytes, duration_ms: int, *, slow: bool
) -> list[AssetRow | RecordingRow]:
    """The asset, then its recordings. `slow`: some of the county's lines are, and want a recording a third as large."""
    asset = AssetRow(
        id=notice.id,
        title=notice.title,
        imported_at=notice.created_at,
        imported_by=_PEOPLE,
        duration_ms=duration_ms,
    )
    contents = {Profile.SPEECH: content} | ({Profile.LOW_RATE: content[::3]} if slow else {})
    recordings = [recording_row(notice.id, *each, duration_ms) for each in contents.items()]
    shelf.update({row.sha256: contents[row.profile] for row in recordings})
    return [asset, *recordings]


def recording_row(asset: str, profile: Profile, content: bytes, duration_ms: int) -> RecordingRow:
    """Of a recording that is nothing but bytes."""
    return RecordingRow(
        asset=asset,
        profile=profile,
        sha256=hashlib.sha256(content).hexdigest(),
        codec=Codec.OPUS,
        size=len(content),
        duration_ms=duration_ms,
        loudness_lufs=-16.0,
        true_peak_dbtp=-1.0,
        sample_rate=16_000,
        bitrate=16_000,
    )
