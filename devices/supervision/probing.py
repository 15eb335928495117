"""Probing: who is asked for a sign of life, and who gave none. Suspects at once, others 15 s after a hint; each twice at most."""

from collections import defaultdict
from collections.abc import Mapping

from devices.supervision.gates import Path
from devices.supervision.states import State
from devices.supervision.watch import Watch

HINT_WAIT_S = 15.0
PROBES, PROBES_OF_A_PATH = 200, 5  # in one second
PROBES_OF_ONE, ANSWERED_S = 2, 15.0
_ASKED = frozenset({State.OK, State.DEGRADED, State.SUSPECT})

Watches = Mapping[str, Watch]


class Probing:
    """Mutable: hints that wait, and probes that wait for their answer. What is not kept over a restart is asked again."""

    def __init__(self) -> None:
        self._hints: dict[str, float] = {}
        self._asked: dict[str, float] = {}

    def hint(self, endpoint: str, now: float) -> None:
        """It may be gone: it is asked in a while, if it is still mute."""
        self._hints.setdefault(endpoint, now)

    def suspect(self, endpoint: str, now: float) -> None:
        """It is suspected: it is asked at once."""
        self._hints[endpoint] = now - HINT_WAIT_S

    def ask(self, watches: Watches, now: float) -> tuple[str, ...]:
        """Whom to ask now: at most 200; of more a few behind each path stand for the others. Nobody behind a closed gate, or whom
        a hub asks anyhow.
        """
        due = [name for name, since in self._hints.items() if since + HINT_WAIT_S <= now]
        hints = {name: self._hints.pop(name) for name in due}
        mute = [
            w
            for name, since in hints.items()
            if (w := watches.get(name)) and w.heard < since and w.state in _ASKED
            if w.path.closed_since is None and not w.path.is_polled
        ]
        if len(mute) > PROBES:
            behind: defaultdict[Path, list[Watch]] = defaultdict(list)
            for watch in mute:
                behind[watch.path].append(watch)
            mute = [watch for of_path in behind.values() for watch in of_path[:PROBES_OF_A_PATH]]
        asked = tuple(watch.endpoint for watch in mute[:PROBES])
        self._asked |= dict.fromkeys(asked, now)
        return asked

    def unanswered(self, watches: Watches, now: float) -> tuple[str, ...]:
        """Of those who were asked: who did not answer, though nothing stood in the way; each is asked once more."""
        waited = [(name, at) for name, at in self._asked.items() if at + ANSWERED_S <= now]
        mute = []
        for name, at in waited:
            del self._asked[name]
            watch = watches.get(name)
            if watch is None or watch.heard >= at or not watch.path.saw_all_since(at):
                continue
            mute.append(name)
            if watch.failed_probes + 1 < PROBES_OF_ONE:
                self._hints[name] = at + watch.rhythm.period / 2 - HINT_WAIT_S
        return tuple(mute)
