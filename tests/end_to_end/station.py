"""A county in real processes: a controller with its broker, and one board; they are killed and come back.

What a test waits for is what can be seen from outside: rows of the controller's database, files of the board.
"""

import math
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import wave
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from audio import pcm, tones
from broadcaster.api.running import find
from broadcaster.config import load
from broadcaster.desk.county import CountyDesk
from broadcaster.desk.errors import DeskError
from broadcaster.desk.files import Upload
from broadcaster.desk.house import OWNER, HouseDoor
from broadcaster.desk.notices import NoticeDraft
from broadcaster.desk.remote import RemoteDoor
from broadcaster.house import CountyHouse
from broadcaster.people.rights import Grant, Role
from devices.endpoint.outputs import SOUNDED
from devices.endpoint.program import MEDIA, PROVISION, STORE
from schedules.notices import NoticeKind
from schedules.places import Place
from schedules.rules import LoopRule

PATIENCE_S = 300.0  # of real time: only a broken house needs so long
LATE_S = 3_600  # how late a play may begin: on a busy machine everything is later, and nothing is missed
COUNTY, HORN = Place("341523000000"), "horn-01"
AREAS = "区划代码,名称,人口\n341523000000,县,9\n341523100000,镇,9\n341523100200,村,9\n"
ENDPOINTS = f"终端编号,村代码,名称\n{HORN},341523100200,村部\n"
EDITOR, APPROVER = "li", "wang"
WAV_HEADER = 44  # bytes

Found = TypeVar("Found")


def until(question: Callable[[], Found | None], what: str) -> Found:
    """The first answer that is something."""
    end_s = time.monotonic() + PATIENCE_S
    while time.monotonic() < end_s:
        if answer := question():
            return answer
        time.sleep(0.01)
    raise AssertionError(f"{what}: not within {PATIENCE_S:.0f} s")


class Process:
    """One program that is started, killed and started again."""

    def __init__(self, log: Path, *arguments: str) -> None:
        self._log, self._arguments = log, arguments
        self.running: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self._log.open("ab") as log:
            self.running = subprocess.Popen((sys.executable, "-m", *self._arguments), stdout=log, stderr=log)

    def kill(self) -> None:
        """kill -9."""
        assert self.running is not None
        self.running.kill()
        self.running.wait()

    def children(self) -> list[int]:
        assert self.running is not None
        pid = self.running.pid
        tasks = Path(f"/proc/{pid}/task").glob("*/children")
        return [int(child) for task in tasks for child in task.read_text().split()]

    def end(self) -> None:
        """Whatever its state."""
        if self.running is not None and self.running.poll() is None:
            self.kill()


class Station:
    """The county's house and its board, in a directory of the test's."""

    def __init__(self, directory: Path, zone: str) -> None:
        self.county, self.board = directory / "county", directory / "board"
        self.board.mkdir()
        self.county.mkdir()
        options = f'[county]\nzone = "{zone}"\n[broker]\nkind = "embedded"\n[api]\nport = 0\n'
        (self.county / "county.toml").write_text(options)
        self.controller = Process(
            directory / "controller.log", "broadcaster", "--county", str(self.county), "run"
        )
        self.endpoint = Process(
            directory / "endpoint.log",
            "devices.endpoint",
            str(self.board),
            "--output",
            "wav",
            "--trust-clock",
        )

    def start_both(self) -> None:
        """The board when the broker is there, so that it need not wait to try again."""
        self.controller.start()
        until(self._answering, "the controller answers")
        self.endpoint.start()

    # People

    def lay_out(self) -> str:
        """Areas, the board's provision, people, and one recording: its asset."""
        house = CountyHouse(load(self.county))
        desk = CountyDesk(HouseDoor(house, OWNER, clock=lambda: datetime.now(UTC)))
        with tempfile.TemporaryFile() as areas, tempfile.TemporaryFile() as endpoints:
            desk.areas.take_in(file=_upload("areas.csv", areas, AREAS))
            desk.endpoints.take_in(file=_upload("endpoints.csv", endpoints, ENDPOINTS))
        (self.board / PROVISION).write_bytes(desk.endpoints.provision(endpoint=HORN).content)
        desk.users.add(user=EDITOR, full_name="李", grants=(Grant(role=Role.OPERATOR, place=COUNTY),))
        desk.users.add(user=APPROVER, full_name="王", grants=(Grant(role=Role.APPROVER, place=COUNTY),))
        asset = desk.recordings.take_in(file=_sound(self.county / "sound.wav"), title="letter")
        house.engine.dispose()
        return asset.id

    def desk(self, who: str = OWNER) -> CountyDesk:
        """The running controller's door."""
        running = until(self._answering, "the controller answers")
        return CountyDesk(RemoteDoor(running.url, running.token, act_as=who))

    def order(self, asset: str, starts: list[datetime]) -> None:
        """A notice for the county at these times, approved."""
        zone = load(self.county).zone
        draft = NoticeDraft(
            kind=NoticeKind.OPEN_LETTER,
            title="致广大村民朋友的一封信",
            targets=(COUNTY,),
            asset=asset,
            rule=LoopRule(
                fixed_times=tuple(start.astimezone(zone).time() for start in starts), fixed_lateness_s=LATE_S
            ),
        )
        notice = self.desk(EDITOR).notices.draft(draft=draft).id
        self.desk(EDITOR).notices.submit(notice=notice)
        self.desk(APPROVER).notices.approve(notice=notice)

    # What can be seen

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Of the controller's database."""
        with closing(sqlite3.connect(f"file:{self.county / 'county.db'}?mode=ro", uri=True)) as database:
            return database.execute(query, values).fetchall()

    def slots(self) -> list[str]:
        """In their order."""
        return [
            slot for (slot,) in self.rows("SELECT id FROM slot WHERE withdrawn_at IS NULL ORDER BY planned")
        ]

    def counted(self, slot: str) -> int:
        """How many records count it."""
        ((count,),) = self.rows(
            "SELECT count(*) FROM played WHERE slot = ? AND lower(result) = 'counted'", slot
        )
        return int(count)

    def is_online(self) -> bool:
        return bool(self.rows("SELECT 1 FROM endpoint_state WHERE lower(presence) = 'online'"))

    def broker(self) -> int | None:
        """Its process."""
        found = [pid for pid in self.controller.children() if b"mqtt" in _command_line(pid)]
        return found[0] if found else None

    def holds_all(self, recording: str) -> bool:
        """Whether the board has the recording and a plan."""
        return (self.board / MEDIA / recording).exists() and bool(
            self._stored("SELECT 1 FROM documents WHERE topic LIKE '%/plan' AND length(payload) > 300")
        )

    def has_recorded(self, slot: str) -> bool:
        """Whether the board has written down that the slot is settled."""
        return bool(self._stored("SELECT 1 FROM slots WHERE slot = ? AND settled", slot))

    def is_receipted(self, slot: str) -> bool:
        """Whether the board has settled the slot and needs to keep no record any more."""
        return self.has_recorded(slot) and self._stored("SELECT count(*) FROM records") == [(0,)]

    def sounds(self, slot: str) -> list[int]:
        """How many milliseconds each attempt has sounded so far."""
        files = sorted((self.board / SOUNDED).glob(f"*-{slot}.wav"))
        return [pcm.duration_ms(max(0, file.stat().st_size - WAV_HEADER)) for file in files]

    def _answering(self) -> Any:
        try:
            running = find(self.county)
        except (DeskError, ValueError):
            return None
        return running

    def _stored(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Of the board's store, whose file is the board's alone: of a copy, which may be torn."""
        with tempfile.TemporaryDirectory() as directory:
            for file in self.board.glob(f"{STORE}*"):
                if not file.name.endswith("-shm"):
                    shutil.copy(file, directory)
            try:
                with closing(sqlite3.connect(Path(directory) / STORE)) as database:
                    return database.execute(query, values).fetchall()
            except sqlite3.DatabaseError:
                return []


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)


def noon_zone(now: datetime) -> str:
    """A zone in which it is about noon, so that no midnight comes between."""
    hours = 12 - now.hour
    return f"Etc/GMT{-hours:+d}" if hours else "Etc/UTC"


def spread(first_in_s: float, apart_s: int, count: int) -> list[datetime]:
    """Instants from soon on, where the planner's grid of 5 s has them."""
    first_s = math.ceil((time.time() + first_in_s) / 5) * 5
    return [datetime.fromtimestamp(first_s + apart_s * n, UTC) for n in range(count)]


def _command_line(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def _upload(name: str, file: Any, text: str) -> Upload:
    file.write(text.encode())
    file.seek(0)
    return Upload(name, file)


def _sound(path: Path) -> Upload:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(pcm.SAMPLE_BYTES)
        file.setframerate(pcm.SAMPLE_RATE)
        file.writeframes(tones.siren(1_000))
    return Upload(path.name, path.open("rb"))
