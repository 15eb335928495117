"""A small county in a database: a town, three villages, four endpoints, and audio that needs no preparing."""

import hashlib
from datetime import UTC, datetime, time, timedelta
from typing import Any

from sqlmodel import Session

from audio.recording import Codec, Profile
from broadcaster.storage.changes import changed
from broadcaster.storage.mapping import rule_json
from broadcaster.storage.tables import AreaRow, AssetRow, EndpointRow, NoticeRow, RecordingRow
from schedules.notices import NoticeKind, NoticeState
from schedules.places import Place
from schedules.rules import LoopRule, Window

COUNTY, TOWN = Place("341523000000"), Place("341523100000")
LIJIA, WANGZHUANG, FERRY = Place("341523100200"), Place("341523100201"), Place("341523200200")
ENDPOINTS = {"li-1": LIJIA, "li-2": LIJIA, "wang-1": WANGZHUANG}  # none at the ferry
PROOF_KEYS = {name: hashlib.sha256(name.encode()).digest() for name in ENDPOINTS}
NOW = datetime(2026, 11, 23, 4, tzinfo=UTC)  # noon of a Monday in the county
HOURLY = LoopRule(plays=4, windows=(Window(start=time(13), end=time(21)),))


def lay_out(session: Session) -> None:
    """Areas and endpoints."""
    names = {COUNTY: "试验县", TOWN: "山镇", LIJIA: "李家村", WANGZHUANG: "王庄", FERRY: "渡口村"}
    people = {LIJIA: 800, WANGZHUANG: 500, FERRY: 300}
    session.add_all(
        AreaRow(code=code, name=name, population=people.get(code, 0)) for code, name in names.items()
    )
    session.flush()
    session.add_all(
        EndpointRow(
            id=name,
            village=village,
            name=name,
            population=300,
            proof_key=PROOF_KEYS[name].hex(),
            created_at=NOW,
        )
        for name, village in ENDPOINTS.items()
    )
    changed(session)


def sound(name: str, size: int = 20_000) -> bytes:
    """The bytes of a recording."""
    return hashlib.sha256(name.encode()).digest() * (size // 32)


def sha256(name: str) -> str:
    """What a recording is called."""
    return hashlib.sha256(sound(name)).hexdigest()


def add_asset(session: Session, name: str, duration_ms: int = 60_000) -> str:
    """Audio called `name`, as if it had been prepared."""
    session.add(AssetRow(id=name, title=name, imported_at=NOW, imported_by="li", duration_ms=duration_ms))
    session.flush()
    session.add(
        RecordingRow(
            asset=name,
            profile=Profile.SPEECH,
            sha256=sha256(name),
            codec=Codec.OPUS,
            size=len(sound(name)),
            duration_ms=duration_ms,
            loudness_lufs=-16,
            true_peak_dbtp=-1,
            sample_rate=16_000,
            bitrate=16_000,
        )
    )
    session.flush()
    return name


def add_notice(session: Session, name: str, **members: Any) -> NoticeRow:
    """An approved notice for the whole county with audio of its own."""
    given = {
        "version": 1,
        "kind": NoticeKind.OPEN_LETTER,
        "title": name,
        "asset": members["asset"] if "asset" in members else add_asset(session, name),
        "targets": [COUNTY],
        "valid_from": NOW,
        "valid_until": NOW + timedelta(days=30),
        "rule": rule_json(HOURLY),
        "state": NoticeState.APPROVED,
        "created_by": "li",
        "created_at": NOW,
    }
    row = NoticeRow(id=name, **given | members)
    session.add(row)
    changed(session)
    session.flush()
    return row
