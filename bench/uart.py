"""A serial line between two pseudo-terminals, in real time: for programs that know nothing of being measured.

Each direction is a UART: bytes are taken from its pseudo-terminal 16 at a time (the kernel's 4 KB there play the driver's
buffer), fill the line for 10 bit times each on a virtual clock, and are delivered when the last has left. A late wake-up is
caught up, at most 20 ms. Framing errors are not modelled.
"""

import os
import random
import select
import threading
import time
import tty
from collections import deque
from dataclasses import dataclass, field
from math import inf, log, log1p

GROUP = 16  # bytes
CATCH_UP_S = 0.020


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """What befalls the line; times count from its begin."""

    bit_errors: float = 0.0
    delay_s: float = 0.0
    cut: tuple[float, float] | None = None
    turn_s: float | None = None  # half duplex: from the end of one side's bytes to the begin of the other's


@dataclass(slots=True)
class _Way:
    """One direction."""

    source: int
    sink: int
    chance: random.Random
    free_s: float = 0.0
    right_bits: int = -1  # until the next wrong one
    under_way: deque[tuple[float, bytes]] = field(default_factory=deque)


class Uart:
    """`with Uart(…) as line:` gives two terminals, `line.ends`, joined by the line."""

    def __init__(self, baud: int, trouble: Trouble, seed: int) -> None:
        self._byte_s = 10 / baud
        self._trouble = trouble
        self._pairs = [os.openpty() for _ in range(2)]
        for master, slave in self._pairs:
            tty.setraw(slave)
            os.set_blocking(master, False)
        (a, _), (b, _) = self._pairs
        self._ways = [_Way(a, b, random.Random(f"{seed}a")), _Way(b, a, random.Random(f"{seed}b"))]
        self._begun = self._stop = False
        self._zero = 0.0
        self._thread = threading.Thread(target=self._run, daemon=True)

    @property
    def ends(self) -> tuple[int, int]:
        """The file descriptors for the two programs."""
        return self._pairs[0][1], self._pairs[1][1]

    def __enter__(self) -> "Uart":
        self._zero = time.monotonic()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop = True
        self._thread.join()
        for pair in self._pairs:
            for end in pair:
                os.close(end)

    def _run(self) -> None:
        while not self._stop:
            now = time.monotonic() - self._zero
            for way, other in (self._ways, self._ways[::-1]):
                self._deliver(way, now)
                self._take(way, other, now)
            self._sleep(time.monotonic() - self._zero)

    def _take(self, way: _Way, other: _Way, now: float) -> None:
        while way.free_s <= now and self._may_begin(other, now):
            try:
                content = os.read(way.source, GROUP)
            except (BlockingIOError, OSError):
                return
            begin = max(way.free_s, now - CATCH_UP_S)
            way.free_s = begin + len(content) * self._byte_s
            way.under_way.append((way.free_s + self._trouble.delay_s, self._flipped(way, content)))

    def _may_begin(self, other: _Way, now: float) -> bool:
        turn_s = self._trouble.turn_s
        return turn_s is None or other.free_s + turn_s <= now or other.free_s == 0.0

    def _deliver(self, way: _Way, now: float) -> None:
        while way.under_way and way.under_way[0][0] <= now:
            at, content = way.under_way.popleft()
            cut = self._trouble.cut
            if cut is None or not cut[0] <= at < cut[1]:
                try:
                    os.write(way.sink, content)
                except (BlockingIOError, OSError):
                    continue  # nobody reads: overrun

    def _flipped(self, way: _Way, content: bytes) -> bytes:
        rate = self._trouble.bit_errors
        if not rate:
            return content
        flipped, bits = bytearray(content), 8 * len(content)
        if way.right_bits < 0:
            way.right_bits = self._gap(way, rate)
        while way.right_bits < bits:
            flipped[way.right_bits // 8] ^= 1 << way.right_bits % 8
            way.right_bits += 1 + self._gap(way, rate)
        way.right_bits -= bits
        return bytes(flipped)

    def _gap(self, way: _Way, rate: float) -> int:
        return int(log(1 - way.chance.random()) / log1p(-rate))

    def _sleep(self, now: float) -> None:
        """Until bytes are due, or come while a direction is free."""
        due = [way.under_way[0][0] for way in self._ways if way.under_way]
        busy = [way.free_s for way in self._ways if way.free_s > now]
        wait_s = max(0.0, min([*due, *busy, inf]) - now)
        free = [way.source for way in self._ways if way.free_s <= now]
        select.select(free, [], [], min(wait_s, 0.005 if self._trouble.turn_s is not None else 0.1))
