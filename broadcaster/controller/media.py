"""Audio for endpoints: manifests of what they must hold, and the chunks that they say they lack."""

import hashlib
import logging
from collections.abc import Iterable
from typing import Protocol

from devices.chunks import CHUNK, manifest_of
from devices.distribution import Distribution, Pace, Send, Taken
from devices.documents import Manifest
from devices.links import Link, Message
from devices.reports import Want

log = logging.getLogger(__name__)


class Shelf(Protocol):
    """Where recordings lie: the audio library, or a rehearsal's memory."""

    def read(self, sha256: str, offset: int, size: int) -> bytes:
        """Bytes of a recording; raises OSError or LookupError where it is not there or cannot be read."""


class Media:
    """Answers wants for the recordings that are announced; `now_s` is any clock that only grows."""

    def __init__(self, shelf: Shelf, pace: Pace = Pace()) -> None:
        self._shelf = shelf
        self._distribution = Distribution(pace)
        self._announced: dict[str, Manifest] = {}
        self._urgent: frozenset[str] = frozenset()

    def manifest(self, sha256: str, *, size: int, codec: str, duration_ms: int) -> Manifest:
        """The manifest of a recording, read through once and remembered. Raises OSError or LookupError."""
        if sha256 not in self._announced:
            whole = self._shelf.read(sha256, 0, size)
            if (found := hashlib.sha256(whole).hexdigest()) != sha256:
                raise LookupError(
                    f"recording {sha256} is damaged: its {len(whole)} bytes have SHA-256 {found}"
                )
            self._announced[sha256] = manifest_of(whole, codec=codec, duration_ms=duration_ms)
        return self._announced[sha256]

    def announce(self, recordings: Iterable[str]) -> None:
        """Serve these recordings and the urgent ones, and no others."""
        kept = self._urgent.union(recordings)
        for sha256 in set(self._announced) - kept:  # the set is taken at once: another thread may add to them
            del self._announced[sha256]
            self._distribution.forget(sha256)

    def hurry(self, urgent: Iterable[str]) -> None:
        """These are for alerts in force: they go out before all others."""
        self._urgent = frozenset(urgent)

    def want(self, endpoint: str, want: Want, now_s: float) -> Taken:
        """An endpoint says what it lacks; a recording that is not announced is nothing to ask for."""
        manifest = self._announced.get(want.recording)
        if manifest is None:
            return Taken.NOTHING_WANTED
        urgent = want.recording in self._urgent
        return self._distribution.want(
            endpoint, want, count=len(manifest.digests), now_s=now_s, urgent=urgent
        )

    def serve(self, link: Link, now_s: float) -> int:
        """Publish the chunks that are due; how many. What cannot be read is passed over: who lacks it asks again."""
        served = 0
        for send in self._distribution.due(now_s):
            try:
                link.publish(Message(send.topic, self._chunk(send), qos=1))
                served += 1
            except (OSError, LookupError) as error:
                facts = {"recording": send.sha256, "chunk": send.number, "why": str(error)}
                log.error("a chunk cannot be read", extra=facts)
        return served

    @property
    def next_deadline(self) -> float | None:
        """When chunks are due, by the clock of `now_s`; None if nobody waits."""
        return self._distribution.next_deadline()

    def _chunk(self, send: Send) -> bytes:
        return self._shelf.read(send.sha256, send.number * CHUNK, CHUNK)
