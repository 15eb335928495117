"""The sample's village on a serial line: it is told, sounds and proves over real ports, or goes to the broker."""

import asyncio
import io
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import col, select

from broadcaster import demo
from broadcaster import hub as station_hub
from broadcaster.desk.county import CountyDesk
from broadcaster.desk.house import OWNER, HouseDoor
from broadcaster.desk.lines import LineDraft
from broadcaster.house import CountyHouse
from broadcaster.live import LiveController
from broadcaster.registry.sample import LINE, WIRED
from broadcaster.storage.tables import PlayedRow
from broadcaster.wired import Wired, lay
from devices.endpoint.core import Pace
from devices.endpoint.outputs import silent_output
from devices.endpoint.program import MEDIA, run_endpoint
from devices.provisioning import Provision
from devices.serial.cable import Cable
from schedules.notices import NoticeKind
from schedules.precedence import BroadcastClass
from tests.broadcaster.county import add_asset, add_notice, sha256, sound
from tests.broadcaster.service import service
from tests.broadcaster.test_demo import desk, house
from tests.devices.mqtt.parties import eventually

__all__ = ["house"]
HORNS = {"zhuxi-01", "zhuxi-02"}


def proved(house: CountyHouse) -> set[str]:
    """Who has proved that it sounded something."""
    with house.snapshot() as session:
        return set(session.exec(select(PlayedRow.endpoint).where(col(PlayedRow.alert).is_not(None))))


def lay_in(house: CountyHouse) -> str:
    """An approved emergency for the village; its recording is so short that it has sounded at once."""
    now = datetime.now(UTC)
    with house.transaction() as session:
        asset = add_asset(session, "flood", duration_ms=200)
        members = {"kind": NoticeKind.EMERGENCY, "klass": BroadcastClass.EMERGENCY, "targets": [WIRED]}
        add_notice(
            session, "flood", asset=asset, valid_from=now, valid_until=now + timedelta(days=1), **members
        )
    house.library.add(io.BytesIO(sound("flood")), sha256=sha256("flood"), now=now)
    return "flood"


def alarm(house: CountyHouse, live: LiveController, notice: str) -> None:
    """Sends it."""
    owner = CountyDesk(HouseDoor(house, OWNER, clock=lambda: datetime.now(UTC), after_order=live.nudge))
    owner.alerts.send(notice=notice, confirmation=owner.alerts.preview(notice=notice).confirmation)


async def test_the_village_on_the_line_gets_audio_sounds_it_and_proves_it(
    house: CountyHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(station_hub, "LOOK_S", 0.1)
    directory, pace = demo.loudspeakers(house), Pace(spread_s=0.0, gather_s=0.0)
    demo.settle(house, directory, lay(house))
    notice = lay_in(house)
    async with service(house) as live:
        horns = [
            asyncio.create_task(run_endpoint(directory / horn, silent_output, trust_clock=True, pace=pace))
            for horn in HORNS
        ]
        await eventually(lambda: all(each.there for each in desk(house).lines.show(line=LINE).endpoints))
        await eventually(lambda: all((directory / horn / MEDIA / sha256(notice)).exists() for horn in HORNS))
        await asyncio.to_thread(alarm, house, live, notice)
        await eventually(lambda: proved(house) == HORNS)
        for horn in horns:
            horn.cancel()
        await asyncio.wait(horns)


def test_a_second_start_on_the_same_cable_changes_nothing(house: CountyHouse) -> None:
    ends = tuple(house.settings.directory / name for name in ("a", "b", "c"))
    directory, wired = demo.loudspeakers(house), Wired(hub="hub-station", ends=ends)
    demo.settle(house, directory, wired)
    before = {file: file.read_bytes() for file in directory.glob("*/provision.json")}
    demo.settle(house, directory, wired)
    assert {file: file.read_bytes() for file in before} == before
    assert [each.endpoint for each in desk(house).lines.show(line=LINE).endpoints] == sorted(HORNS)


def test_a_cable_that_lies_elsewhere_is_followed(house: CountyHouse, tmp_path: Path) -> None:
    directory = demo.loudspeakers(house)
    for where in ("here", "there"):
        ends = tuple(tmp_path / where / name for name in ("a", "b", "c"))
        demo.settle(house, directory, Wired(hub="hub-station", ends=ends))
    assert desk(house).lines.show(line=LINE).port == str(ends[0])
    assert str(ends[2]) in (directory / "zhuxi-02" / "provision.json").read_text()


def test_a_line_that_is_run_at_another_speed_is_followed(house: CountyHouse) -> None:
    ends = tuple(house.settings.directory / name for name in ("a", "b", "c"))
    directory, wired = demo.loudspeakers(house), Wired(hub="hub-station", ends=ends)
    demo.settle(house, directory, wired)
    slower = LineDraft(hub="hub-station", port=str(ends[0]), baud=9_600)
    desk(house).lines.set(line=LINE, draft=slower)
    demo.settle(house, directory, wired)
    made = Provision.load(directory / "zhuxi-01" / "provision.json")
    assert made.line is not None
    assert made.line.baud == desk(house).lines.show(line=LINE).baud == 9_600


def test_without_pseudo_terminals_the_village_is_at_the_broker(
    house: CountyHouse, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def none_left() -> tuple[int, int]:
        raise OSError("out of pty devices")

    directory = demo.loudspeakers(house)
    ends = tuple(house.settings.directory / name for name in ("a", "b", "c"))
    demo.settle(house, directory, Wired(hub="hub-station", ends=ends))
    monkeypatch.setattr(os, "openpty", none_left)
    demo.settle(house, directory, lay(house))
    assert "there are no pseudo-terminals" in caplog.text
    assert {each.link for each in desk(house).endpoints.list()} == {"mqtt"}
    assert desk(house).lines.list() == ()
    assert '"line": null' in (directory / "zhuxi-01" / "provision.json").read_text()


async def test_a_bus_carries_what_one_end_says_to_all_others(tmp_path: Path) -> None:
    cable = Cable(tmp_path, 3)
    cable.plug()
    speaker, *listeners = (os.open(end, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK) for end in cable.ends)
    os.write(speaker, b"who is there?")
    await eventually(lambda: cable.carried == 13)
    assert [os.read(each, 99) for each in listeners] == [b"who is there?"] * 2
    cable.pull()
    for each in (speaker, *listeners):
        os.close(each)
