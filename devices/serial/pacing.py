"""The clock of a line: bytes are handed out shortly before they leave, so that nothing urgent waits behind them."""

from dataclasses import dataclass
from functools import lru_cache

from devices.serial.bodies import BLOCK_SIZES

BITS = 10  # of a byte: start, eight, stop
LONGEST_FRAME_S = 1.2
SLOW_BAUD = 19_200  # up to here a line carries low-rate recordings
AHEAD_S = 0.030  # before bytes leave, at most, they are handed out
_REFILL_S = 0.020  # ahead: a loop that is late by less leaves no gap on the line
_ROUNDING_S = 1e-6  # so that there is room when `ready_s` says so
RESUMES_S = 0.020  # after so long a silence a burst begins with a zero, which ends what noise has begun


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line as both ends are told of it. `turn_s`: from the end of hearing to the begin of speaking, at least."""

    baud: int
    half_duplex: bool = False
    turn_s: float = 0.0

    def __post_init__(self) -> None:
        if not 1_200 <= self.baud <= 921_600:
            raise ValueError(f"baud: expected 1200 to 921600, got {self.baud}")
        if not 0 <= self.turn_s <= 1:
            raise ValueError(f"turn_s: expected 0 to 1, got {self.turn_s}")

    @property
    def largest_block(self) -> int:
        """Bytes of the largest block that does not fill the line for longer than LONGEST_FRAME_S."""
        return _largest_block(self)

    @property
    def is_slow(self) -> bool:
        """Whether its endpoints take low-rate recordings where there are some."""
        return self.baud <= SLOW_BAUD

    def airtime_s(self, length: int) -> float:
        """How long so many bytes fill the line."""
        return length * BITS / self.baud


@lru_cache(maxsize=64)
def _largest_block(line: Line) -> int:
    return next((size for size in BLOCK_SIZES if line.airtime_s(size) <= LONGEST_FRAME_S), BLOCK_SIZES[-1])


class Pacer:
    """One frame at a time, given out as the line takes it."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._rest = b""
        self._free_s = float("-inf")  # when all that was given out has left

    @property
    def loaded(self) -> int:
        """Bytes that wait to be given out."""
        return len(self._rest)

    def done_s(self, now: float) -> float:
        """When all that was loaded will have left."""
        return max(now, self._free_s) + self._line.airtime_s(len(self._rest))

    @property
    def ready_s(self) -> float:
        """From when on there is room again."""
        return self._free_s - _REFILL_S

    def room(self, now: float, ahead_s: float = AHEAD_S) -> int:
        """Bytes that may be given out now."""
        ahead = max(0.0, self._free_s - now)
        return (
            0 if ahead > _REFILL_S + _ROUNDING_S else max(1, int((ahead_s - ahead) * self._line.baud / BITS))
        )

    def load(self, frame: bytes, now: float) -> None:
        """The next frame; nothing may be waiting."""
        resumes = now > self._free_s + RESUMES_S
        self._rest = b"\0" + frame if resumes else frame

    def take(self, now: float, room: int) -> bytes:
        """What leaves now."""
        taken, self._rest = self._rest[:room], self._rest[room:]
        self._free_s = max(now, self._free_s) + self._line.airtime_s(len(taken))
        return taken

    def cut(self) -> None:
        """End the frame that is under way at once: its receivers see a torn one."""
        self._rest = b"\0"
