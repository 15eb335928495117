"""Starting the terminal as a person does: the program in a pseudo-terminal, timed until it shows something."""

import asyncio
import contextlib
import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import threading
import time as clock
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.county import FIRST_TOWN, NOON
from broadcaster.api.app import create_app
from broadcaster.api.running import claim
from broadcaster.api.server import listen, serve
from broadcaster.desk.county import CountyDesk
from broadcaster.desk.house import OWNER, HouseDoor
from broadcaster.house import CountyHouse

LONGEST_S = 60.0
FRAME = "今日"  # the first tab


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """Seconds from the start of the process until the frame stood, and until the county was in it."""

    frame_s: float
    filled_s: float


def started(directory: Path, *, size: tuple[int, int]) -> Start:
    """Starts the terminal on a county and ends it again."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
    command = [sys.executable, "-m", "broadcaster", "--county", str(directory), "--language", "zh_CN", "tui"]
    environment = {**os.environ, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8", "PYTHONPATH": os.getcwd()}
    begun = clock.perf_counter()
    process = subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment, start_new_session=True
    )
    os.close(theirs)
    try:
        return seen_on(ours, begun)
    finally:
        process.terminate()
        process.wait(10)
        os.close(ours)


def seen_on(terminal: int, begun: float) -> Start:
    """Reads what the program draws until the first town stands on the screen."""
    shown, frame_s = b"", 0.0
    while (passed_s := clock.perf_counter() - begun) < LONGEST_S:
        if select.select([terminal], [], [], 0.5)[0]:
            with contextlib.suppress(BlockingIOError):
                shown += os.read(terminal, 65_536)
            passed_s = clock.perf_counter() - begun
        if not frame_s and FRAME.encode() in shown:
            frame_s = passed_s
        if FIRST_TOWN.encode() in shown:
            return Start(frame_s=frame_s or passed_s, filled_s=passed_s)
    raise TimeoutError(f"the terminal showed no town in {LONGEST_S} seconds: {shown[-500:]!r}")


@contextmanager
def controller_of(house: CountyHouse) -> Iterator[None]:
    """The county's API as its controller serves it, found through the data directory."""
    with claim(house.settings.directory) as held, contextlib.closing(listen("127.0.0.1", 0)) as listener:
        running = held.announce(f"http://127.0.0.1:{listener.getsockname()[1]}")
        desk = HouseDoor(house, OWNER, clock=lambda: NOON)
        app = create_app(CountyDesk, lambda token, _: desk if token == running.token else None)
        loop = asyncio.new_event_loop()
        serving = loop.create_task(serve(app, listener))
        thread = threading.Thread(target=loop.run_until_complete, args=(asyncio.wait([serving]),))
        thread.start()
        try:
            yield
        finally:
            loop.call_soon_threadsafe(serving.cancel)
            thread.join()
            loop.close()
