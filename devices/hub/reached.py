"""What is known to be at the endpoints of a hub: revisions of documents, and recordings; kept across power cuts."""

import logging
import sqlite3
from collections.abc import Callable, Set
from math import inf

from devices.hub.documents import Kept
from devices.hub.store import HubStore

log = logging.getLogger(__name__)


class Reached:
    """In memory, and in the store. What the disk does not take is told twice after a power cut: no harm."""

    def __init__(self, store: HubStore) -> None:
        self._store = store
        self._revisions = store.reached()
        self._held = store.held()
        self._since_s: dict[tuple[str, str], float] = {}

    def revision(self, endpoint: str, topic: str) -> int:
        """Of the document of this topic that an endpoint has; 0: none."""
        return self._revisions.get((endpoint, topic), 0)

    def lacks(self, endpoint: str, kept: Kept) -> bool:
        """Whether an endpoint has nothing as new as this document."""
        return self.revision(endpoint, kept.topic) < kept.revision

    def since_s(self, endpoint: str, topic: str) -> float:
        """When that became known in this boot of the hub."""
        return self._since_s.get((endpoint, topic), -inf)

    def set(self, endpoint: str, topic: str, revision: int, now_s: float = -inf) -> None:
        """An endpoint has this revision."""
        self._since_s[endpoint, topic] = now_s
        if self.revision(endpoint, topic) != revision:
            self._revisions[endpoint, topic] = revision
            _tried(lambda: self._store.reach(endpoint, topic, revision))

    def holds(self, endpoint: str, recording: str) -> bool:
        """Whether an endpoint has a recording."""
        return (endpoint, recording) in self._held

    def forget_all_but(self, recordings: Set[str]) -> None:
        """Who has which other recording is of no interest any more."""
        for endpoint, recording in [each for each in self._held if each[1] not in recordings]:
            self.hold(endpoint, recording, held=False)

    def hold(self, endpoint: str, recording: str, *, held: bool) -> None:
        """An endpoint has a recording, or has it no longer."""
        if held != self.holds(endpoint, recording):
            (self._held.add if held else self._held.discard)((endpoint, recording))
            _tried(lambda: self._store.hold(endpoint, recording, held=held))


def _tried(write: Callable[[], None]) -> None:
    try:
        write()
    except sqlite3.Error:
        log.exception("what an endpoint has is not written down")
