"""How much of a serial line arrives as content: our protocol, ZMODEM and YMODEM (lrzsz) over the same emulated lines.

A random recording (500,000 bytes at 115,200 baud, 60,000 at 9,600) goes from one pseudo-terminal to the other, in real time;
figures are percent of the line rate. All cells of our protocol are also run in virtual time with the real protocol objects,
and so is the bus of 32 endpoints; these take seconds. `python -m bench serial` runs a few cells in real time, `--full` all
of them with all peers and the bus of 200: an hour.
"""

import asyncio
import hashlib
import os
import random
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from math import inf
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.uart import Trouble, Uart
from devices.serial.emulated import EmulatedLine, Weather
from devices.serial.events import Here, Present
from devices.serial.frames import EVERYBODY
from devices.serial.head import Head
from devices.serial.pacing import Line
from devices.serial.port import Port
from devices.serial.shelf import MemoryShelf
from devices.serial.tap import Tap
from devices.serial.wiring import Wiring

PATIENCE = 4  # times what the line would take at best; a peer that needs longer has not finished
BUS_TURN_S = 0.002
SPEECH_GOAL_S = 55.0
AT_ONCE = 2  # cells in real time; each takes a few percent of a processor


FAIR = Trouble()


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One line, with its goal in percent and how ZMODEM is best tuned for it."""

    name: str
    baud: int = 115_200
    trouble: Trouble = FAIR
    goal: float
    tuned: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        return 500_000 if self.baud == 115_200 else 60_000

    @property
    def line(self) -> Line:
        return Line(
            baud=self.baud,
            half_duplex=self.trouble.turn_s is not None,
            turn_s=self.trouble.turn_s or 0.0,
        )

    @property
    def limit_s(self) -> float:
        return PATIENCE * self.size * 10 / self.baud

    def percent(self, seconds: float) -> float:
        return round(100 * self.size / seconds / (self.baud / 10), 1)


LIGHT, STRONG = ("-w", "2048", "-L", "256"), ("-w", "1024", "-L", "128")
SLOW = ("-w", "512", "-L", "128")
CUT = (15.0, 20.0)
CASES = (
    Case(name="clean", goal=97.5),
    Case(name="1e-5", trouble=Trouble(bit_errors=1e-5), goal=93.0, tuned=LIGHT),
    Case(name="1e-4", trouble=Trouble(bit_errors=1e-4), goal=82.0, tuned=STRONG),
    Case(name="1e-3", trouble=Trouble(bit_errors=1e-3), goal=25.0, tuned=STRONG),
    Case(name="cut", trouble=Trouble(cut=CUT), goal=87.5),
    Case(name="delay", trouble=Trouble(delay_s=0.1), goal=96.5),
    Case(name="half_duplex", trouble=Trouble(turn_s=0.005), goal=97.0),
    Case(name="9600_clean", baud=9_600, goal=97.0),
    Case(name="9600_1e-5", baud=9_600, trouble=Trouble(bit_errors=1e-5), goal=91.0, tuned=SLOW),
    Case(name="9600_1e-4", baud=9_600, trouble=Trouble(bit_errors=1e-4), goal=80.0, tuned=SLOW),
    Case(name="9600_cut", baud=9_600, trouble=Trouble(cut=CUT), goal=87.0),
)
SHOWN = ("1e-5",)  # in real time without --full
BUS_GOAL = 88.0


def run(*, full: bool = False) -> dict[str, object]:
    """The headline is BER 1e-5 at 115,200 baud in real time; `met` only if all reach their goals and beat the peers."""
    shown = CASES if full else tuple(case for case in CASES if case.name in SHOWN)
    facts: dict[str, object] = {f"virtual_{case.name}": virtual(case) for case in CASES}
    reached = [facts[f"virtual_{case.name}"] >= case.goal for case in CASES]  # type: ignore[operator]
    for taps in (32, 200) if full else (32,):
        facts[f"virtual_bus_{taps}"] = bus(taps)
        reached.append(facts[f"virtual_bus_{taps}"] >= BUS_GOAL)  # type: ignore[operator]
    facts["speech_minute_9600_s"] = speech_minute_s()
    reached.append(facts["speech_minute_9600_s"] <= SPEECH_GOAL_S)  # type: ignore[operator]
    figures = in_real_time(shown, full=full)
    for case in shown:
        best = max(figures[case.name, peer] for peer in peers(case, full=full))
        reached.append(figures[case.name, "ours"] >= max(case.goal, best))
    facts |= {f"{name}_{who}": figure for (name, who), figure in figures.items()}
    headline = next(case for case in CASES if case.name == SHOWN[0])
    ours = figures[headline.name, "ours"]
    theirs = max(figures[headline.name, peer] for peer in peers(headline, full=full))
    return {
        "name": f"serial: {headline.size} bytes at {headline.baud} baud, BER {headline.name}, against ZMODEM and YMODEM",
        "value": ours,
        "unit": "% of line",
        "baseline": theirs,
        "ratio": round(ours / theirs, 2) if theirs else None,
        "goal": headline.goal,
        "met": all(reached) if shutil.which("sz") else None,
    } | facts


def peers(case: Case, *, full: bool) -> tuple[str, ...]:
    """Who is measured beside us."""
    if shutil.which("sz") is None:
        return ("none",)
    return ("zmodem", "zmodem_tuned", "ymodem") if case.tuned or full else ("zmodem", "ymodem")


# our protocol


def recording(case: Case) -> bytes:
    return random.Random(case.name).randbytes(case.size)


def virtual(case: Case) -> float:
    """Percent of the line rate in virtual time, from the first byte to the whole recording at the tap; 0: not finished."""
    trouble = case.trouble
    weather = Weather(
        bit_errors=trouble.bit_errors, delay_s=trouble.delay_s, cuts=(trouble.cut,) if trouble.cut else ()
    )
    return emulated(case, weather, taps=1)


def bus(taps: int) -> float:
    """The same for a half-duplex bus at a bit error rate of 1e-5, from the offer to the last tap."""
    trouble = Trouble(bit_errors=1e-5, turn_s=BUS_TURN_S)
    case = Case(name=f"bus {taps}", trouble=trouble, goal=BUS_GOAL)
    return emulated(case, Weather(bit_errors=trouble.bit_errors), taps=taps)


def emulated(case: Case, weather: Weather, taps: int) -> float:
    content, chance = recording(case), random.Random(1)
    addresses = range(1, taps + 1)
    head = Head(line=case.line, epoch=1, taps=[(address, ()) for address in addresses])
    ends = [
        Tap(address=address, line=case.line, shelf=MemoryShelf(), nonce=lambda: chance.getrandbits(32))
        for address in addresses
    ]
    wire = EmulatedLine(line=case.line, ends=[head, *ends], weather=weather, seed=1)
    if taps > 1:  # a bus that is at work already
        wire.run(lambda: wire.happened(Present) == taps, inf)
    begun = wire.now
    to = 1 if taps == 1 else EVERYBODY
    head.offer(hashlib.sha256(content).digest(), content, addresses, address=to)
    wire.stir(0)
    whole = wire.run(lambda: wire.happened(Here) == taps, begun + case.limit_s)
    return case.percent(wire.now - begun) if whole else 0.0


def ours(case: Case) -> float:
    """Percent of the line rate in real time, through pyserial at both ends; 0: not finished."""
    return asyncio.run(_ours(case))


async def _ours(case: Case) -> float:
    content, here = recording(case), asyncio.Event()
    with Uart(case.baud, case.trouble, seed=1) as line:
        begun = time.monotonic()
        wirings = [Wiring(port=os.ttyname(end), line=case.line) for end in line.ends]
        head = Head(line=case.line, epoch=1, taps=[(1, ())])
        tap = Tap(
            address=1,
            line=case.line,
            shelf=MemoryShelf(),
            nonce=lambda: int.from_bytes(os.urandom(4), "big"),
        )
        head.offer(hashlib.sha256(content).digest(), content, [1], address=1)
        ports = [
            Port(wirings[0], head, lambda event: None),
            Port(wirings[1], tap, lambda event: here.set() if isinstance(event, Here) else None),
        ]
        tasks = [asyncio.create_task(port.run()) for port in ports]
        try:
            await asyncio.wait_for(here.wait(), case.limit_s)
        except TimeoutError:
            return 0.0
        finally:
            took = time.monotonic() - begun
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
    return case.percent(took)


# their protocols


def theirs(case: Case, peer: str) -> float:
    """Percent of the line rate of a program of lrzsz, until its receiver's file has all bytes; 0: not finished, or not whole."""
    sender = {
        "zmodem": ["sz", "-q", "-b"],
        "zmodem_tuned": ["sz", "-q", "-b", *case.tuned],
        "ymodem": ["sb", "-q", "-k"],
    }[peer]
    receiver = ["rb", "-q"] if peer == "ymodem" else ["rz", "-q", "-b", "-y"]
    with TemporaryDirectory() as name, Uart(case.baud, case.trouble, seed=1) as line:
        source, into = Path(name, "recording"), Path(name, "into")
        source.write_bytes(recording(case))
        into.mkdir()
        near, far = line.ends
        programs = [subprocess.Popen(receiver, stdin=far, stdout=far, stderr=subprocess.DEVNULL, cwd=into)]
        try:
            time.sleep(0.2)
            begun = time.monotonic()
            programs.append(
                subprocess.Popen([*sender, str(source)], stdin=near, stdout=near, stderr=subprocess.DEVNULL)
            )
            took = _until_whole(into / "recording", case, programs[0])
            whole = took is not None and (into / "recording").read_bytes()[: case.size] == source.read_bytes()
            return case.percent(took - begun) if whole and took is not None else 0.0
        finally:
            for program in programs:
                program.kill()
                program.wait()


def _until_whole(path: Path, case: Case, receiver: "subprocess.Popen[bytes]") -> float | None:
    """When the file had all bytes; None: not in time, or the receiver gave up."""
    begun = time.monotonic()
    while time.monotonic() - begun < case.limit_s:
        if path.exists() and path.stat().st_size >= case.size:
            return time.monotonic()
        if receiver.poll() is not None:
            break
        time.sleep(0.02)
    return time.monotonic() if path.exists() and path.stat().st_size >= case.size else None


def in_real_time(cases: tuple[Case, ...], *, full: bool) -> dict[tuple[str, str], float]:
    """Every case by us and by the peers, a few at a time."""
    cells = [(case, who) for case in cases for who in ("ours", *peers(case, full=full)) if who != "none"]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        measured = pool.map(lambda cell: ours(cell[0]) if cell[1] == "ours" else theirs(*cell), cells)
        figures = {(case.name, who): figure for (case, who), figure in zip(cells, measured, strict=True)}
    return figures | {(case.name, "none"): 0.0 for case in cases if shutil.which("sz") is None}


# speech


def speech_minute_s() -> float:
    """Seconds of a clean line of 9,600 baud that a minute of speech in the low-rate profile fills, handshakes included."""
    from audio.library import Library
    from audio.prepare import Recipe, prepare
    from audio.recording import Profile
    from bench.prepare import speech_file

    with TemporaryDirectory() as name:
        library = Library(Path(name, "library"))
        source = speech_file(Path(name, "minute.mp3"), 60_000)
        recipe = Recipe(profiles=(Profile.LOW_RATE,))
        made = prepare(source, library, now=datetime.now(UTC), recipe=recipe).recordings[Profile.LOW_RATE]
        size = library.path(made.sha256).stat().st_size * 60_000 / made.duration_ms
    return round(size / (960 * virtual(next(case for case in CASES if case.name == "9600_clean")) / 100), 1)


if __name__ == "__main__":
    print(run(full="--full" in sys.argv[1:]))
