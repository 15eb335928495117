"""Gates: what lies between the controller and an endpoint, and when the controller could not see through it.

A path is the set of gates before some endpoints: the controller itself, its broker, a hub, a line. While any of them
is closed, what is behind is unobserved: silence does not accumulate there, and nothing that accumulated is lost. A
heartbeat that was due while a gate was closed is not missed: it excuses a whole period.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from math import floor

CONTROLLER = "controller"
REMEMBERED = 1_000  # closures of a path


@dataclass(frozen=True, slots=True, kw_only=True)
class Closure:
    """A time in which a path could not be seen through."""

    begin: float
    end: float


@dataclass(slots=True, eq=False)
class Path:
    """The gates before some endpoints, and its past closures, the newest last; they do not overlap."""

    gates: tuple[str, ...]
    closures: deque[Closure] = field(default_factory=lambda: deque(maxlen=REMEMBERED))
    closed_since: float | None = None
    last_end: float = float("-inf")  # of the newest closure

    @property
    def is_polled(self) -> bool:
        """Whether a hub asks the endpoints here anyhow."""
        return any(gate.startswith("hub:") for gate in self.gates)

    def silence(self, heard: float, period: float, margin: float, now: float) -> float:
        """Observable seconds since `heard`; what was due while closed, or up to `margin` before, is excused."""
        if self.saw_all_since(heard):
            return now - heard
        blind = 0.0
        for closure in self._since(heard, now):
            begin = max(closure.begin, heard)
            due = floor((closure.end - heard) / period) - floor(max(0.0, begin - margin - heard) / period)
            blind += max(closure.end - begin, due * period)
        return max(0.0, now - heard - blind)

    def first_missed(self, heard: float, period: float, margin: float) -> float:
        """When the first heartbeat after `heard` was due that would have been seen."""
        due = heard + period
        for closure in self.closures:
            if closure.end > heard and closure.begin - margin <= due <= closure.end:
                due = heard + (floor((closure.end - heard) / period) + 1) * period
        return due

    def saw_all_since(self, since: float) -> bool:
        """Whether it was open from `since` to this moment."""
        return self.closed_since is None and self.last_end <= since

    def open_time(self, since: float, now: float) -> float:
        """Seconds since `since` in which the path was open."""
        return now - since - sum(c.end - max(c.begin, since) for c in self._since(since, now))

    def shut(self, since: float) -> None:
        """A gate is closed, from `since` on."""
        if self.closed_since is None:
            self.closed_since = max(since, self.last_end)

    def reopen(self, now: float) -> None:
        """All gates are open again."""
        if self.closed_since is not None:
            self._add(self.closed_since, now)
            self.closed_since = None

    def was_blind(self, begin: float, end: float) -> None:
        """Nothing was seen from `begin` to `end`, as is known only now."""
        if self.closed_since is None:
            self._add(max(begin, self.last_end), end)

    def recall(self, closures: Iterable[tuple[float, float]]) -> None:
        """The closures of another process."""
        for begin, end in closures:
            self._add(begin, end)

    def _add(self, begin: float, end: float) -> None:
        if end > begin:
            self.closures.append(Closure(begin=begin, end=end))
            self.last_end = end

    def _since(self, since: float, now: float) -> Iterator[Closure]:
        if self.closed_since is not None and now > self.closed_since:
            yield Closure(begin=self.closed_since, end=now)
        for closure in reversed(self.closures):
            if closure.end <= since:
                return
            yield closure


@dataclass(frozen=True, slots=True, kw_only=True)
class GateMoved:
    """A gate closed or opened, to be stored: from these availability tells unobserved from down."""

    gate: str
    open: bool
    since: float  # when it truly did
    because: str


class Gates:
    """All gates and paths. Gates are open unless they were closed."""

    def __init__(self) -> None:
        self._paths: dict[tuple[str, ...], Path] = {}
        self._closed: dict[str, float] = {}

    def path(self, gates: Iterable[str]) -> Path:
        """The path with these gates; the controller is on every path."""
        key = tuple(sorted({CONTROLLER, *gates}))
        found = self._paths.get(key)
        if found is None:
            found = self._paths[key] = Path(key)
            closed = [self._closed[gate] for gate in key if gate in self._closed]
            if closed:
                found.shut(min(closed))
        return found

    @property
    def paths(self) -> Iterable[Path]:
        """Every path that was asked for."""
        return self._paths.values()

    @property
    def closed(self) -> Mapping[str, float]:
        """Gate → since when it is closed."""
        return self._closed

    def close(self, gate: str, since: float) -> bool:
        """Close a gate, perhaps after the fact. False if it was closed already."""
        if gate in self._closed:
            return False
        self._closed[gate] = since
        for path in self._behind(gate):
            path.shut(since)
        return True

    def open(self, gate: str, now: float) -> tuple[Path, ...]:
        """Open a gate; the paths that can be seen through again."""
        if self._closed.pop(gate, None) is None:
            return ()
        seen = tuple(p for p in self._behind(gate) if not any(g in self._closed for g in p.gates))
        for path in seen:
            path.reopen(now)
        return seen

    def was_blind(self, begin: float, end: float) -> None:
        """The controller saw nothing from `begin` to `end`."""
        for path in self._paths.values():
            path.was_blind(begin, end)

    def _behind(self, gate: str) -> list[Path]:
        return [path for path in self._paths.values() if gate in path.gates]
