"""Distribution: which chunk goes out when, for endpoints that say what they lack. Pure: callers read and publish.

Wants are gathered for a moment; then each wanted chunk is answered once, to the group if several want it. Answered
wants are forgotten: who lost the chunk asks again. A token bucket per recording and one for all keep the queues at
the broker short; recordings of alerts go first, others take turns.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from devices import topics
from devices.chunks import PER_WANT, wanted
from devices.reports import Want


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """Chunks per second, and how many may go at once after a pause."""

    gather_s: float = 0.3  # from the first want of a chunk to its answer
    group_from: int = 2  # endpoints that want a chunk before it goes to the group
    recording_rate: float = 16.0  # 2 Mbit/s on a group topic
    recording_burst: int = 64  # 1 MiB
    total_rate: float = 64.0
    total_burst: int = 256
    most_pending: int = 65_536  # chunks that wait, of all recordings together


@dataclass(frozen=True, slots=True, kw_only=True)
class Send:
    """Publish this chunk now: to one endpoint, or to the group if `endpoint` is None. `topic` says where."""

    sha256: str
    number: int
    endpoint: str | None

    @property
    def topic(self) -> str:
        """Where it is published."""
        if self.endpoint is None:
            return topics.chunk(self.sha256, self.number)
        return topics.chunk_for(self.endpoint, self.sha256, self.number)


class Taken(StrEnum):
    """What became of a want."""

    QUEUED = "queued"
    NOTHING_WANTED = "nothing_wanted"  # it names no chunk of this recording
    CROWDED_OUT = "crowded_out"  # too much is waiting: dropped at least in part, the endpoint asks again


class _Bucket:
    """Tokens that grow back at `rate` per second, up to `size`."""

    def __init__(self, rate: float, size: int) -> None:
        self._rate = rate
        self._size = size
        self._left = float(size)
        self._at_s = 0.0

    def has_one(self, now_s: float) -> bool:
        """Whether there is one now; a billionth may be lacking, for floats never add up."""
        return self._refilled(now_s) > 1 - 1e-9

    def take(self, now_s: float, tokens: int) -> None:
        """Use them up, on credit if there are not as many."""
        self._left = self._refilled(now_s) - tokens
        self._at_s = now_s

    @property
    def ready_s(self) -> float:
        """From when on there is one."""
        return self._at_s + max(0.0, 1 - self._left) / self._rate

    def _refilled(self, now_s: float) -> float:
        return min(self._size, self._left + (now_s - self._at_s) * self._rate)


@dataclass(slots=True)
class _Waiting:
    """One chunk that is waited for, by whom (as many as tell one from several), and from when on it is answered."""

    ready_s: float
    endpoints: set[str] = field(default_factory=set)


@dataclass(slots=True)
class _Recording:
    """What is wanted of one recording, first come first served; it stays for its bucket's sake until forgotten."""

    bucket: _Bucket
    urgent: bool = False
    chunks: dict[int, _Waiting] = field(default_factory=dict)

    @property
    def first(self) -> _Waiting:
        """Whose turn it is."""
        return next(iter(self.chunks.values()))


class Distribution:
    """The sender's state. `now_s` is any clock that only grows."""

    def __init__(self, pace: Pace = Pace()) -> None:
        self._pace = pace
        self._total = _Bucket(pace.total_rate, pace.total_burst)
        self._recordings: dict[str, _Recording] = {}  # who had the last turn stands last
        self._pending = 0

    def want(self, endpoint: str, want: Want, *, count: int, now_s: float, urgent: bool = False) -> Taken:
        """Take note of what `endpoint` lacks of a recording of `count` chunks, of the first PER_WANT of them.

        `urgent`: an alert needs it; its wants are never crowded out.
        """
        numbers = wanted(want, count)[:PER_WANT]
        if not numbers:
            return Taken.NOTHING_WANTED
        recording = self._recordings.setdefault(want.recording, self._recording())
        recording.urgent = urgent
        for number in numbers:
            if number not in recording.chunks:
                if self._pending >= self._pace.most_pending and not urgent:
                    return Taken.CROWDED_OUT
                recording.chunks[number] = _Waiting(now_s + self._pace.gather_s)
                self._pending += 1
            waiting = recording.chunks[number].endpoints
            if len(waiting) < self._pace.group_from:
                waiting.add(endpoint)
        return Taken.QUEUED

    def due(self, now_s: float) -> tuple[Send, ...]:
        """What to publish now; it is forgotten by being given."""
        sends = []
        while self._total.has_one(now_s) and (sha256 := self._next(now_s)) is not None:
            sends += self._answer(sha256, now_s)
        return tuple(sends)

    def next_deadline(self) -> float | None:
        """When `due` has something to give, as far as is known now; None if nothing waits."""
        ready = [max(r.first.ready_s, r.bucket.ready_s) for r in self._recordings.values() if r.chunks]
        return max(min(ready), self._total.ready_s) if ready else None

    def forget(self, sha256: str) -> None:
        """Drop what is wanted of a recording that no longer exists."""
        if sha256 in self._recordings:
            self._pending -= len(self._recordings.pop(sha256).chunks)

    @property
    def pending(self) -> int:
        """How many chunks wait to be sent."""
        return self._pending

    def _recording(self) -> _Recording:
        return _Recording(_Bucket(self._pace.recording_rate, self._pace.recording_burst))

    def _next(self, now_s: float) -> str | None:
        """Whose turn it is."""
        ready = [
            sha256
            for sha256, r in self._recordings.items()
            if r.chunks and r.first.ready_s <= now_s and r.bucket.has_one(now_s)
        ]
        urgent = (sha256 for sha256 in ready if self._recordings[sha256].urgent)
        return next(urgent, None) or next(iter(ready), None)

    def _answer(self, sha256: str, now_s: float) -> list[Send]:
        """The first chunk that is wanted of a recording, which then stands last."""
        recording = self._recordings[sha256] = self._recordings.pop(sha256)
        number = next(iter(recording.chunks))
        endpoints = recording.chunks.pop(number).endpoints
        self._pending -= 1
        to = [None] if len(endpoints) >= self._pace.group_from else sorted(endpoints)
        for bucket in (recording.bucket, self._total):
            bucket.take(now_s, len(to))
        return [Send(sha256=sha256, number=number, endpoint=endpoint) for endpoint in to]
