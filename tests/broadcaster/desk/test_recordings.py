"""Recordings at the desk: taken in, looked at, and cleared away only when nothing needs them."""

import io
import wave
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session

from audio.recording import Profile
from broadcaster.desk.errors import Conflict, Invalid, NotFound, Refused
from broadcaster.desk.files import Upload
from broadcaster.storage.engine import insert_new
from broadcaster.storage.tables import AlertRow, PlayedRow, SlotRow
from schedules.notices import NoticeState
from schedules.places import Level
from schedules.precedence import BroadcastClass, Severity
from schedules.slots import PlannedBecause
from tests.broadcaster.controller.post import played
from tests.broadcaster.county import COUNTY, NOW, add_notice, sha256
from tests.broadcaster.desk.people import Station, a_draft
from tests.broadcaster.storage.values import played_row

LONG_AFTER = timedelta(days=61)


def tone(seconds: float = 2.0) -> Upload:
    """A WAV file of a tone, as a phone records."""
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(8000)
        square = b"\0\x20" * 10 + b"\0\xe0" * 10
        out.writeframes(square * int(seconds * 400))
    file.seek(0)
    return Upload("通知 1.wav", file)


def cleared(station: Station, **arguments: bool) -> set[str]:
    gone = station.desk("li").recordings.clear(**arguments)
    return {each.path.rpartition("/")[2] for each in gone if each.fate == "discarded_unused"}


def test_a_file_becomes_an_asset_in_every_profile_and_twice_the_same_is_one(station: Station) -> None:
    recordings = station.desk("li").recordings
    made = recordings.take_in(file=tone(), title="停水")
    assert {each.profile for each in made.recordings} == set(Profile)
    assert recordings.take_in(file=tone(), title="又一次") == made
    assert recordings.list(search="停水") == (made,)
    assert len(recordings.picture(asset=made.id, width=20).lines[0]) <= 20
    assert recordings.listen(asset=made.id).content[:2] in (b"ID", b"\xff\xfb", b"\xff\xf3")
    assert station.desk("li").notices.draft(draft=a_draft(asset=made.id)).asset == made.id


def test_what_is_no_audio_is_refused_and_leaves_nothing(station: Station) -> None:
    with pytest.raises(Invalid, match="is not audio that can be read"):
        station.desk("li").recordings.take_in(file=Upload("a.mp3", io.BytesIO(b"no sound")), title="a")
    with pytest.raises(Refused):
        station.desk("wang").recordings.take_in(file=tone(), title="a")
    with pytest.raises(NotFound, match="no recording a-9"):
        station.desk("li").recordings.show(asset="a-9")
    assert list(station.house.library.incoming.iterdir()) == []


@pytest.mark.parametrize("name", ["关于做好防汛工作的紧急通知" * 9 + ".mp3", "..", ".mp3", "a\0b"])
def test_no_name_of_a_file_is_more_than_the_disk_takes(station: Station, name: str) -> None:
    with pytest.raises(Invalid, match="is not audio that can be read"):
        station.desk("li").recordings.take_in(file=Upload(name, io.BytesIO(b"no sound")), title="a")


def test_what_nothing_needs_is_cleared_away_and_cannot_be_used_any_more(station: Station) -> None:
    station.later(days=2)
    assert cleared(station, dry_run=True) == {sha256("letter"), sha256("siren")}
    assert sha256("letter") in station.house.library
    notice = station.draft(asset="siren").id
    assert cleared(station) == {sha256("letter")}
    assert [each.id for each in station.desk("li").recordings.list()] == ["siren"]
    with pytest.raises(NotFound):
        station.draft(asset="letter")
    station.desk("li").notices.withdraw(notice=notice)
    assert cleared(station) == {sha256("siren")}
    with pytest.raises(Conflict, match="was cleared away"):
        station.draft(asset="siren")


@pytest.mark.parametrize(
    "state", [NoticeState.DRAFT, NoticeState.SUBMITTED, NoticeState.APPROVED, NoticeState.ON_AIR]
)
def test_what_a_notice_on_its_way_names_is_kept_for_ever(station: Station, state: NoticeState) -> None:
    station.add_asset("notice-audio")
    station.change(lambda session: _notice(session, state=state, valid_until=NOW + timedelta(days=900)))
    station.now += timedelta(days=400)
    assert sha256("notice-audio") not in cleared(station)


def _notice(session: Session, **members: Any) -> None:
    add_notice(session, "n-1", asset="notice-audio", **members)


def _slot(session: Session) -> None:
    _notice(session, state=NoticeState.WITHDRAWN)
    row = SlotRow(
        id="ab" * 16,
        order_id="n-1",
        notice="n-1",
        version=1,
        place=COUNTY,
        day=NOW.date(),
        ordinal=0,
        item=0,
        earliest=NOW,
        planned=NOW,
        latest=NOW + timedelta(hours=1),
        duration_ms=60_000,
        because=next(iter(PlannedBecause)),
        withdrawn_at=NOW,
    )
    session.add(row)


def _alert(session: Session) -> None:
    row = AlertRow(
        id="a-1",
        notice="n-1",
        version=1,
        targets=[COUNTY],
        klass=BroadcastClass.EMERGENCY,
        level=Level.COUNTY,
        severity=Severity.RED,
        recording=sha256("notice-audio"),
        sent_at=NOW,
        sent_by="li",
        starts=NOW,
        expires=NOW + timedelta(minutes=30),
    )
    session.add(row)


def _record(session: Session) -> None:
    record = played(1, recording=sha256("notice-audio"))
    insert_new(session, PlayedRow, [played_row("li-1", "c0ffee00c0ffee00", record, NOW)])


@pytest.mark.parametrize("needs", [_slot, _alert, _record])
def test_audio_whose_proof_may_still_come_is_kept_for_sixty_days(station: Station, needs: Any) -> None:
    station.add_asset("notice-audio")
    station.change(needs)
    station.now += timedelta(days=59)
    assert sha256("notice-audio") not in cleared(station)
    station.now += timedelta(days=2)
    assert sha256("notice-audio") in cleared(station)


def test_the_saved_end_of_an_emergency_is_kept_with_it(station: Station) -> None:
    station.emergency(valid_until=NOW + timedelta(days=900))
    station.now += LONG_AFTER
    assert cleared(station) == {sha256("letter")}
