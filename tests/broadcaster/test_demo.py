"""The sample county fills itself, takes up what was cut short, and has something to hear at any hour."""

import sys
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest

from broadcaster import demo
from broadcaster.config import load
from broadcaster.desk.county import CountyDesk
from broadcaster.desk.house import OWNER, HouseDoor
from broadcaster.house import CountyHouse
from broadcaster.registry.sample import QUIET_HOURS, notices
from broadcaster.wired import Wired
from schedules.notices import NoticeState

BEEP = """
import math, struct, sys, wave
with wave.open(sys.argv[2], "wb") as sound:
    sound.setnchannels(1), sound.setsampwidth(2), sound.setframerate(16000)
    sound.writeframes(b"".join(struct.pack("<h", int(9000 * math.sin(n / 5))) for n in range(16000)))
"""


@pytest.fixture
def house(tmp_path: Path) -> CountyHouse:
    voice = (sys.executable, "-c", BEEP, "{text_file}", "{wav_file}")
    return CountyHouse(load(tmp_path, options={"speech.command": voice}, environ={}))


def desk(house: CountyHouse) -> CountyDesk:
    return CountyDesk(HouseDoor(house, OWNER, clock=lambda: datetime.now(UTC)))


def test_an_empty_house_becomes_a_county_with_notices_on_air(house: CountyHouse) -> None:
    demo.settle(house, demo.loudspeakers(house), Wired())
    demo.put_on_air(house)
    assert {notice.title for notice in desk(house).notices.list(state=NoticeState.APPROVED)} == {
        sample.title for sample in notices()
    }
    trial = desk(house).playlists.list()[0]
    assert (trial.title, trial.state, len(trial.items)) == (demo.TRIAL, NoticeState.APPROVED, 3)
    files = [*demo.loudspeakers(house).glob("*/provision.json")]
    assert len(files) == len(desk(house).endpoints.list())


def test_a_second_start_adds_nothing(house: CountyHouse) -> None:
    for _start in range(2):
        demo.settle(house, demo.loudspeakers(house), Wired())
        demo.put_on_air(house)
    assert len(desk(house).notices.list()) == len(notices())
    assert len(desk(house).playlists.list()) == 1


def test_what_a_kill_cut_short_is_taken_up(house: CountyHouse) -> None:
    directory = demo.loudspeakers(house)
    demo.settle(house, directory, Wired())
    torn = next(directory.glob("*/provision.json"))
    torn.write_bytes(b"")
    county = demo._county(desk(house))
    desk(house).notices.draft(draft=demo._draft(notices()[0], county))
    demo.settle(house, directory, Wired())
    demo.put_on_air(house)
    assert torn.stat().st_size
    assert [notice.state for notice in desk(house).notices.list()] == [NoticeState.APPROVED] * len(notices())


@pytest.mark.parametrize("hour", range(24))
def test_whenever_it_is_tried_the_next_two_hours_are_not_quiet(hour: int) -> None:
    now = datetime(2026, 11, 26, hour, 59, 40, tzinfo=load(Path(), environ={}).zone)
    quiet = demo.quiet_hours_at(now)
    rule = demo.first_plays_after(now)
    first = datetime.combine(
        now.date(), min(rule.fixed_times, key=lambda wall: ((wall.hour - hour) % 24, wall))
    )
    for minute in range(0, 120, 5):
        wall = (now + timedelta(minutes=minute)).time()
        assert not any(_holds(window.start, window.end, wall) for window in quiet)
    assert timedelta() < (first - now.replace(tzinfo=None)) % timedelta(days=1) <= timedelta(minutes=2)
    assert 5 <= hour < 20 or quiet != QUIET_HOURS


def _holds(start: time, end: time, wall: time) -> bool:
    return start <= wall < end if start < end else wall >= start or wall < end
