"""A serial line in virtual time: what a UART, a long cable and a careless excavator do to bytes.

Both ends are real protocol objects. A byte fills the line for 10 bit times; bits turn over with a chance; in a cut all is lost;
on a half-duplex line those who speak at once destroy each other's bytes. The same seed gives the same run.

A frame is delivered as it ends, or where it was handed over in parts, with each part. A head that looks before that, to see
whether somebody speaks, is given what has come so far.
"""

import heapq
import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from math import inf, log, log1p
from typing import Protocol

from devices.serial.pacing import Line

HEAD = 0  # among the ends


class End(Protocol):
    """A head or a tap."""

    def receive(self, received: bytes, now: float) -> Sequence[object]: ...

    def to_send(self, now: float) -> bytes: ...

    def next_deadline(self) -> float | None: ...


class Unplugged:
    """An end that is not there."""

    def receive(self, received: bytes, now: float) -> Sequence[object]:
        return ()

    def to_send(self, now: float) -> bytes:
        return b""

    def next_deadline(self) -> None:
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Weather:
    """What befalls the bytes of a line."""

    bit_errors: float = 0.0  # chance of each data bit
    lost_frames: float = (
        0.0  # chance of each frame, at each listener by itself, to vanish: as radio modems drop packets
    )
    delay_s: float = 0.0
    cuts: tuple[tuple[float, float], ...] = ()  # from, to
    lost_runs: float = 0.0  # chance of each delivery to lose some bytes in its middle
    doubled_runs: float = 0.0
    one_by_one: bool = False  # each byte is delivered by itself
    echo: bool = False  # those who speak hear themselves, as cheap half-duplex adapters let them


@dataclass(slots=True, eq=False)
class _Speech:
    begin: float
    end: float
    content: bytes
    speaker: int
    spoilt: bool = False
    come: int = 0  # bytes that the head was given


@dataclass(slots=True)
class EmulatedLine:
    """`ends[HEAD]` is the head. On a full-duplex line taps hear only it, on a half-duplex one everybody hears all others."""

    line: Line
    ends: list[End]
    weather: Weather = Weather()
    seed: int = 0
    overheard: Callable[[int, bytes], None] = lambda end, content: None  # who listens in, undisturbed
    now: float = 0.0
    events: list[tuple[float, int, object]] = field(default_factory=list)
    airtime_s: list[float] = field(default_factory=list)
    _counts: Counter[type] = field(default_factory=Counter)
    _heap: list[tuple[float, int, int, _Speech | None]] = field(default_factory=list)
    _free: dict[int, float] = field(default_factory=dict)
    _under_way: list[_Speech] = field(default_factory=list)
    _wakes: dict[int, float] = field(default_factory=dict)
    _errors: dict[int, int] = field(default_factory=dict)  # bits until the next wrong one, by listener
    _vanishing: dict[tuple[int, int], bool] = field(
        default_factory=dict
    )  # the frame now, by listener and speaker
    _begun: dict[int, bytes] = field(default_factory=dict)  # of a frame, by tap
    _numbers: Iterator[int] = field(default_factory=count)
    _chance: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self._chance = random.Random(self.seed)
        self.airtime_s = [0.0] * len(self.ends)
        for index in range(len(self.ends)):
            self._wake(index, self.now)

    def run(self, until: Callable[[], bool], limit_s: float) -> bool:
        """Let time pass until something holds, at most to `limit_s`; whether it holds."""
        while not until():
            if not self._heap or self._heap[0][0] > limit_s:
                return False
            self.now, _, index, speech = heapq.heappop(self._heap)
            if speech is not None:
                self._deliver(speech)
            elif self._wakes.get(index) == self.now:
                del self._wakes[index]
                self._hear(index, self._come() if index == HEAD else b"")
        return True

    @property
    def next_s(self) -> float:
        """When something happens next."""
        return self._heap[0][0] if self._heap else inf

    @property
    def speaks(self) -> bool:
        """Whether bytes are under way."""
        return bool(self._under_way)

    def skip(self, now: float) -> None:
        """Time has passed in which nothing happened: who would have spoken meanwhile does so now. Nothing may be under way."""
        self.now = now
        self._heap.clear()
        wakes, self._wakes = self._wakes, {}
        for index, at in wakes.items():
            self._wake(index, at)

    def happened(self, kind: type) -> int:
        """How many events of a kind there were."""
        return self._counts[kind]

    def replace(self, index: int, end: End) -> None:
        """An end has rebooted."""
        self.ends[index] = end
        self._begun.pop(index, None)
        self._wake(index, self.now)

    def stir(self, index: int) -> None:
        """An end was given something to say."""
        self._wake(index, self.now)

    def inject(self, index: int, content: bytes) -> None:
        """Bytes from a stranger reach an end."""
        self._hear(index, content)

    # what happens

    def _hear(self, index: int, received: bytes) -> None:
        end = self.ends[index]
        for event in end.receive(received, self.now):
            self.events.append((self.now, index, event))
            self._counts[type(event)] += 1
        if said := end.to_send(self.now):
            self._speak(index, said)
        deadline = end.next_deadline()
        if deadline is not None and deadline != inf:
            self._wake(index, deadline)

    def _wake(self, index: int, at: float) -> None:
        at = max(at, self.now)
        if self._wakes.get(index, inf) > at:
            self._wakes[index] = at
            heapq.heappush(self._heap, (at, next(self._numbers), index, None))

    def _speak(self, index: int, content: bytes) -> None:
        self.overheard(index, content)
        while content:
            length = content.find(0, 1) + 1 or len(content)  # a zero at the begin ends what noise has begun
            self._say(index, content[:length])
            content = content[length:]

    def _say(self, index: int, content: bytes) -> None:
        """A frame, or a part of one."""
        begin = max(self.now, self._free.get(index, 0.0))
        end = self._free[index] = begin + self.line.airtime_s(len(content))
        self.airtime_s[index] += end - begin
        speech = _Speech(begin, end, content, index)
        if self.line.half_duplex:
            self._collide(speech)
        self._under_way.append(speech)
        at = end + self.weather.delay_s
        heapq.heappush(self._heap, (at, next(self._numbers), index, speech))

    def _collide(self, speech: _Speech) -> None:
        for other in self._under_way:
            if other.speaker != speech.speaker and other.begin < speech.end and speech.begin < other.end:
                other.spoilt = speech.spoilt = True

    def _deliver(self, speech: _Speech) -> None:
        self._under_way.remove(speech)
        everybody = speech.speaker == HEAD or self.line.half_duplex
        for listener in range(len(self.ends)) if everybody else (HEAD,):
            if listener != speech.speaker or self.weather.echo:
                since = speech.come if listener == HEAD else 0
                self._reach(listener, self._arriving(listener, speech, since, len(speech.content)))

    def _come(self) -> bytes:
        """What has reached the head of that which taps are saying."""
        come = b""
        for speech in self._under_way:
            since = speech.come
            until = int((self.now - self.weather.delay_s - speech.begin) / self.line.airtime_s(1))
            if speech.speaker != HEAD and since < until < len(speech.content):
                speech.come = until
                come += self._arriving(HEAD, speech, since, until)
        return come

    def _reach(self, listener: int, content: bytes) -> None:
        if self.weather.one_by_one:
            for byte in content:
                self._hear(listener, bytes([byte]))
        elif listener == HEAD or 0 in content:
            self._hear(listener, self._begun.pop(listener, b"") + content)
        else:  # a tap does nothing before a frame ends
            self._begun[listener] = self._begun.get(listener, b"") + content

    def _arriving(self, listener: int, speech: _Speech, since: int, until: int) -> bytes:
        """What is left of these of its bytes at one listener."""
        content, weather = speech.content[since:until], self.weather
        if speech.spoilt:
            content = self._chance.randbytes(len(content))
        if weather.cuts:
            content = self._uncut(content, speech.begin + self.line.airtime_s(since))
        if weather.lost_frames:
            content = self._kept(listener, speech.speaker, content)
        if weather.bit_errors:
            content = self._flipped(listener, content)
        if weather.lost_runs and self._chance.random() < weather.lost_runs:
            content = self._run(content, 0)
        if weather.doubled_runs and self._chance.random() < weather.doubled_runs:
            content = self._run(content, 2)
        return content

    def _run(self, content: bytes, times: int) -> bytes:
        first, last = sorted(self._chance.choices(range(len(content) + 1), k=2))
        return content[:first] + content[first:last] * times + content[last:]

    def _uncut(self, content: bytes, begin: float) -> bytes:
        byte_s = self.line.airtime_s(1)
        for since, until in self.weather.cuts:
            first = max(0, min(len(content), int((since - self.weather.delay_s - begin) / byte_s)))
            last = max(first, min(len(content), int((until - self.weather.delay_s - begin) / byte_s)))
            content = content[:first] + content[last:]
        return content

    def _kept(self, index: int, speaker: int, content: bytes) -> bytes:
        """Without the frames that vanish; a frame ends with a zero."""
        kept = bytearray()
        while content:
            length = content.find(0) + 1 or len(content)
            part, content = content[:length], content[length:]
            if (vanishes := self._vanishing.get((index, speaker))) is None:
                vanishes = self._chance.random() < self.weather.lost_frames
                self._vanishing[index, speaker] = vanishes
            if not vanishes:
                kept += part
            if not part[-1]:
                del self._vanishing[index, speaker]
        return bytes(kept)

    def _flipped(self, index: int, content: bytes) -> bytes:
        at, bits = self._errors.get(index, -1), 8 * len(content)
        if at < 0:
            at = self._gap()
        if at >= bits:
            self._errors[index] = at - bits
            return content
        flipped = bytearray(content)
        while at < bits:
            flipped[at // 8] ^= 1 << at % 8
            at += 1 + self._gap()
        self._errors[index] = at - bits
        return bytes(flipped)

    def _gap(self) -> int:
        """Bits that are right before the next that is wrong."""
        return int(log(1 - self._chance.random()) / log1p(-self.weather.bit_errors))
