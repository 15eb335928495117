"""A head and its taps on an emulated line, with what happened to them."""

import hashlib
import random
from collections.abc import Callable

from devices.serial.emulated import EmulatedLine, Weather
from devices.serial.events import Here, Present, Received, Told
from devices.serial.frames import EVERYBODY
from devices.serial.head import Head
from devices.serial.pacing import Line
from devices.serial.shelf import MemoryShelf
from devices.serial.tap import Tap

FAST = Line(baud=115_200)
SLOW = Line(baud=9_600)
BUS = Line(baud=115_200, half_duplex=True, turn_s=0.002)
CALM = Weather()


class Party:
    """`taps` endpoints on one line; the shelves outlive reboots."""

    def __init__(
        self,
        line: Line = FAST,
        weather: Weather = CALM,
        *,
        taps: int = 1,
        seed: int = 1,
        groups: Callable[[int], tuple[int, ...]] = lambda tap: (),
    ) -> None:
        self.line = line
        self.chance = random.Random(seed)
        self.addresses = range(1, taps + 1)
        self.groups = groups
        self.shelves = {address: MemoryShelf() for address in self.addresses}
        self.epoch = 0
        self.wire = EmulatedLine(line=line, ends=[], weather=weather, seed=seed)
        self.wire.ends = [self.new_head(), *map(self.new_tap, self.addresses)]
        self.wire.__post_init__()

    def new_head(self) -> Head:
        self.epoch += 1
        taps = [(address, self.groups(address)) for address in self.addresses]
        return Head(line=self.line, epoch=self.epoch, taps=taps)

    def new_tap(self, address: int) -> Tap:
        return Tap(
            address=address,
            line=self.line,
            shelf=self.shelves[address],
            nonce=lambda: self.chance.getrandbits(32),
        )

    @property
    def head(self) -> Head:
        end = self.wire.ends[0]
        assert isinstance(end, Head)
        return end

    def tap(self, address: int = 1) -> Tap:
        end = self.wire.ends[address]
        assert isinstance(end, Tap)
        return end

    def send(self, address: int, content: bytes, **how: object) -> None:
        self.head.send(address, content, **how)  # type: ignore[arg-type]
        self.wire.stir(0)

    def offer(self, content: bytes, *, address: int | None = None) -> bytes:
        """A recording for all taps; its name."""
        sha256 = hashlib.sha256(content).digest()
        to = address or (1 if len(self.addresses) == 1 else EVERYBODY)
        self.head.offer(sha256, content, self.addresses, address=to)
        self.wire.stir(0)
        return sha256

    def until(self, holds: Callable[[], bool], limit_s: float = 120.0) -> bool:
        return self.wire.run(holds, limit_s)

    def for_s(self, seconds: float) -> None:
        self.wire.run(lambda: False, self.wire.now + seconds)

    def all_present(self) -> bool:
        return self.happened(Present) >= len(self.addresses)

    def happened(self, kind: type) -> int:
        return self.wire.happened(kind)

    def told(self, address: int = 1) -> list[bytes]:
        return [
            event.content for _, end, event in self.wire.events if end == address and isinstance(event, Told)
        ]

    def received(self, address: int = 1) -> list[bytes]:
        return [
            event.content
            for _, _, event in self.wire.events
            if isinstance(event, Received) and event.tap == address
        ]

    def here(self) -> set[int]:
        return {end for _, end, event in self.wire.events if isinstance(event, Here)}

    def all_have(self, content: bytes) -> bool:
        sha256 = hashlib.sha256(content).digest()
        return all(shelf.whole.get(sha256) == content for shelf in self.shelves.values())


def recording(size: int, seed: int = 5) -> bytes:
    """Random bytes, as compressed audio is."""
    return random.Random(seed).randbytes(size)
