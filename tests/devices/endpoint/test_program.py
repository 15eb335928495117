"""The endpoint program over a real broker: comes, obeys, proves, breaks and is begun anew, goes with a goodbye."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from devices import topics
from devices.codec import decode
from devices.documents import Alert, Alerts, Document, Header
from devices.endpoint import __main__ as command_line
from devices.endpoint import fleet, program
from devices.endpoint.core import Pace
from devices.endpoint.output import Output, Progress, Sound, Stage
from devices.endpoint.outputs import OutputOf, silent_output
from devices.endpoint.program import PROVISION, STORE, clock_is_synced, run_endpoint
from devices.links import Message
from devices.mqtt.accounts import Accounts
from devices.mqtt.broker import Broker, BrokerKind
from devices.presence import Presence
from devices.reports import Heartbeat, PlayedBatch, Status
from devices.sealing import seal
from devices.topics import DocumentKind, ReportKind
from schedules.records import Result
from tests.devices.endpoint.village import COUNTY, SIGNER, alert
from tests.devices.endpoint.village import PROVISION as HORN
from tests.devices.mqtt.parties import PASSWORD, Party, eventually

AT_ONCE = Pace(spread_s=0.0)


class QuickOutput:
    """Sounds everything in no time, and remembers it."""

    def __init__(self, changed: Callable[[], None]) -> None:
        self.sounds: list[Sound] = []
        self.stops = 0
        self._changed = changed
        self._at_s = 0.0

    def start(self, sound: Sound, at_s: float, now_s: float) -> None:
        self.sounds.append(sound)
        self._at_s = at_s
        self._changed()

    def progress(self, now_s: float) -> Progress:
        return Progress(stage=Stage.FINISHED, heard_ms=12_000, full_ms=12_000, first_sample_s=self._at_s)

    def stop(self, now_s: float) -> Progress:
        self.stops += 1
        return self.progress(now_s)


class Village:
    """The broker, and what the controller hears of the endpoints."""

    def __init__(self, port: int, home: Path) -> None:
        self.port = port
        self.home = home
        self.outputs: list[QuickOutput] = []

    def provision(self, name: str = "horn-01") -> Path:
        """A board's directory."""
        directory = self.home / name
        directory.mkdir(parents=True)
        given = replace(HORN, endpoint=name, username=name, password=PASSWORD, port=self.port)
        given.save(directory / PROVISION)
        return directory

    def quick(self, directory: Path, changed: Callable[[], None]) -> Output:
        self.outputs.append(QuickOutput(changed))
        return self.outputs[-1]

    @asynccontextmanager
    async def station(self) -> AsyncIterator["Station"]:
        async with Party(self.port, "controller", "ccx/1/endpoint/+/+") as party:
            yield Station(party)


class Station:
    """A controller's ears and mouth."""

    def __init__(self, party: Party) -> None:
        self.party = party
        self._revision = 0

    def said(self, kind: ReportKind, name: str = "horn-01") -> list:
        """The reports of a kind of an endpoint, the empty ones of the broker's set-up left out."""
        topic = topics.report(name, kind)
        return [decode(kind, m.payload) for m in self.party.heard if m.topic == topic and m.payload]

    async def hear(self, kind: ReportKind, count: int = 1, name: str = "horn-01") -> list:
        await eventually(lambda: len(self.said(kind, name)) >= count)
        return self.said(kind, name)

    def order(self, *alerts: Alert) -> None:
        """The county's alerts from now on."""
        self._revision += 1
        now = datetime.now(UTC)
        header = Header(
            kind=DocumentKind.ALERTS,
            target=COUNTY,
            revision=int(now.timestamp()) + self._revision,
            issued=now,
            expires=now + timedelta(hours=1),
        )
        payload = seal(Document(header=header, body=Alerts(alerts=alerts)), SIGNER)
        topic = topics.area_document(COUNTY, DocumentKind.ALERTS)
        self.party.link.publish(Message(topic, payload, qos=1, retain=True))


def flood(**changes) -> Alert:
    now = datetime.now(UTC)
    times = {"sent": now, "starts": now, "expires": now + timedelta(minutes=30)}
    return alert(**times | {"recording": None, "repeats": 1} | changes)


@pytest_asyncio.fixture
async def village(tmp_path: Path) -> AsyncIterator[Village]:
    broker = Broker(tmp_path / "broker", kind=BrokerKind.EMBEDDED)
    accounts = Accounts(broker.passwords)
    for user in ("controller", "horn-01", "horn-02", "horn-03"):
        accounts.set(user, PASSWORD)
    accounts.save()
    await broker.start()
    yield Village(broker.address[1], tmp_path / "boards")
    await broker.stop()


@asynccontextmanager
async def running(directory: Path, output_of: OutputOf = silent_output, **changes) -> AsyncIterator[None]:
    """The program in a task, until the end of the `with`."""
    task = asyncio.create_task(run_endpoint(directory, output_of, trust_clock=True, pace=AT_ONCE, **changes))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])


async def test_an_endpoint_says_that_it_is_there_and_that_it_goes(village):
    async with village.station() as station:
        async with running(village.provision(), software="9.9"):
            (beat,) = await station.hear(ReportKind.HEARTBEAT)
            assert isinstance(beat, Heartbeat)
            assert (beat.software, beat.sounding) == ("9.9", None)
        said = await station.hear(ReportKind.STATUS, 2)
        assert [status.state for status in said] == [Presence.ONLINE, Presence.OFFLINE]


async def test_a_probe_brings_a_heartbeat_over_a_real_broker(village):
    async with village.station() as station, running(village.provision()):
        (first,) = await station.hear(ReportKind.HEARTBEAT)
        station.party.link.publish(Message(topics.probe("horn-01"), b"", qos=0))
        answer = (await station.hear(ReportKind.HEARTBEAT, 2))[1]
        assert (answer.boot, answer.seq) == (first.boot, first.seq + 1)
        assert answer.next_in_s <= first.next_in_s


async def test_an_alert_sounds_at_once_and_its_proof_arrives(village):
    async with village.station() as station, running(village.provision(), village.quick):
        await station.hear(ReportKind.HEARTBEAT)
        station.order(flood())
        (batch,) = await station.hear(ReportKind.PLAYED)
        assert isinstance(batch, PlayedBatch)
        assert [(record["alert"], record["result"]) for record in batch.records] == [
            ("flood", Result.COUNTED)
        ]
        assert [sound.key for sound in village.outputs[0].sounds] == ["flood"]


async def test_an_endpoint_that_was_dark_when_an_alert_was_sent_sounds_it_when_it_comes(village):
    async with village.station() as station:
        station.order(flood())
        async with running(village.provision(), village.quick):
            await station.hear(ReportKind.PLAYED)


async def test_started_again_it_knows_what_it_sounded_and_what_is_not_receipted(village):
    directory = village.provision()
    async with village.station() as station:
        station.order(flood())
        async with running(directory, village.quick):
            await station.hear(ReportKind.PLAYED)
        station.party.heard.clear()
        async with running(directory, village.quick):
            (again,) = await station.hear(ReportKind.PLAYED)
            assert len(again.records) == 1
            (beat,) = await station.hear(ReportKind.HEARTBEAT)
            assert beat.held == {f"area/{COUNTY}/alerts": beat.held[f"area/{COUNTY}/alerts"]}
        assert village.outputs[1].sounds == []


async def test_an_endpoint_that_breaks_is_silenced_and_begun_anew(village, monkeypatch, caplog):
    monkeypatch.setattr(program, "_AGAIN_S", 0.0)
    monkeypatch.setattr(program.EndpointProgram, "_wake_in_time", _breaking(program.EndpointProgram))
    async with village.station() as station, running(village.provision(), village.quick):
        await station.hear(ReportKind.HEARTBEAT)
    assert "the endpoint broke and is begun anew" in caplog.messages
    assert len(village.outputs) == 2
    assert village.outputs[0].stops


def _breaking(whole: type) -> Callable:
    """Its loop, which breaks the first time."""
    honest, broken = whole._wake_in_time, []

    async def wake_in_time(self) -> None:
        if not broken:
            broken.append(True)
            raise RuntimeError("a bug")
        await honest(self)

    return wake_in_time


async def test_an_endpoint_that_breaks_while_it_is_to_end_ends(village, monkeypatch):
    def stopping(self, now):
        raise RuntimeError("a bug")

    monkeypatch.setattr(program.Endpoint, "stopping", stopping)
    async with village.station() as station, running(village.provision(), village.quick):
        await station.hear(ReportKind.HEARTBEAT)
    assert village.outputs[0].stops


async def test_a_second_program_in_the_same_directory_does_not_sound(village, monkeypatch, caplog):
    directory = village.provision()
    async with village.station() as station, running(directory, village.quick):
        await station.hear(ReportKind.HEARTBEAT)
        async with running(directory, village.quick):
            await eventually(lambda: "while another program runs here" in caplog.text)
            assert "Traceback" not in caplog.text
        station.order(flood())
        await station.hear(ReportKind.PLAYED)
    assert [len(output.sounds) for output in village.outputs] == [1]


async def test_the_authority_is_written_once(tmp_path):
    path = program._kept(tmp_path / "ca.pem", "PEM")
    before = path.stat()
    assert program._kept(path, "PEM").stat() == before
    assert program._kept(path, "NEW").read_text() == "NEW"


def test_the_kernel_says_whether_the_clock_is_disciplined():
    assert clock_is_synced() in (True, False)


async def test_a_fleet_runs_every_board_and_takes_in_those_that_come_later(village, monkeypatch, caplog):
    monkeypatch.setattr(fleet, "_LOOK_S", 0.01)
    village.provision("horn-01")
    (village.home / "odd").mkdir()
    (village.home / "odd" / PROVISION).write_text("no provision at all")
    async with village.station() as station:
        task = asyncio.create_task(fleet.run_fleet(village.home, silent_output))
        await station.hear(ReportKind.STATUS)
        village.provision("horn-02")
        (status,) = await station.hear(ReportKind.STATUS, name="horn-02")
        assert isinstance(status, Status)
        task.cancel()
        await asyncio.wait([task])
        said = await station.hear(ReportKind.STATUS, 2)
        assert said[-1].state is Presence.OFFLINE
    assert "an endpoint of the fleet cannot be run" in caplog.messages


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ([], "provisioning file"),
        (["--output", "command"], "needs --command"),
        (["--output", "card"], "install alsa-utils"),
    ],
)
def test_what_cannot_work_is_said_and_ends_the_program(tmp_path, monkeypatch, capsys, arguments, complaint):
    monkeypatch.setenv("PATH", "/nowhere")
    arguments = arguments or ["--output", "silent"]
    assert command_line.main([str(tmp_path), *arguments]) == command_line.WRONG
    assert complaint in capsys.readouterr().err


async def test_the_program_as_it_is_started_on_a_board_leaves_with_a_goodbye(village):
    directory = village.provision()
    command = (sys.executable, "-m", "devices.endpoint", str(directory), "--output", "wav", "--trust-clock")
    async with village.station() as station:
        process = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.DEVNULL)
        await station.hear(ReportKind.STATUS)
        assert (directory / STORE).exists()
        process.terminate()
        assert await process.wait() == 0
        said = await station.hear(ReportKind.STATUS, 2)
        assert said[-1].state is Presence.OFFLINE


def test_the_program_is_light():
    heavy = (
        "broadcaster",
        "sqlmodel",
        "sqlalchemy",
        "fastapi",
        "pydantic",
        "textual",
        "numpy",
        "audio.espeak",
    )
    code = f"import sys, devices.endpoint.__main__; print([m for m in {heavy} if m in sys.modules])"
    found = subprocess.run((sys.executable, "-c", code), capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
