"""Downloads: the recordings that plans and alerts need and this endpoint lacks, asked for chunk by chunk.

Chunks are sent to everybody who asked, so an endpoint listens to the chunks of all that it wants and asks only for the
most urgent. A part needs no bitmap on the disk: after a power cut its chunks are checked against the manifest's digests.
"""

import logging
import math
import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from devices import topics
from devices.chunks import Assembly, Offer, wanted
from devices.codec import encode
from devices.documents import Manifest
from devices.endpoint.media import Media, MediaFull
from devices.links import Link, Message
from devices.reports import EventKind, Want
from devices.topics import ReportKind

log = logging.getLogger(__name__)

ASKING = 2  # downloads that ask at the same time
MANIFEST_S = 5.0  # retained: it should come with the subscription; after that it is asked for
JITTER_S = 1.0
QUIET_S = 2.0  # without a chunk, before asking again
LONGEST_S = 60.0
DOUBLINGS = 5  # of the wait between wants
FRUITLESS = 4  # wants in a row without an answer: others go first
UNNEEDED_KEPT = 32  # recordings that no plan names any more but the next may

Say = Callable[[EventKind, str, str], None]  # kind, what it is about, detail
_NAME = re.compile(r"[0-9a-f]{64}")


@dataclass(slots=True)
class _Download:
    sha256: str
    ask_s: float  # when it may ask (again)
    manifest: Manifest | None = None
    assembly: Assembly | None = None
    asked: set[int] = field(default_factory=set)  # chunks of the last want that have not come
    fruitless: int = 0  # wants since the last chunk


class Downloads:
    """`needed` names recordings with their urgency, the smallest first."""

    def __init__(self, *, media: Media, link: Link, endpoint: str, chance: random.Random, say: Say) -> None:
        self._media = media
        self._link = link
        self._endpoint = endpoint
        self._chance = chance
        self._say = say
        self._needed: dict[str, float] = {}
        self._downloads: dict[str, _Download] = {}  # the most urgent first
        self._whole = dict.fromkeys(media.whole())  # the longest unneeded first
        self._connected = False
        self.next_s = math.inf

    @property
    def whole(self) -> frozenset[str]:
        """Recordings that can be played."""
        return frozenset(self._whole)

    @property
    def missing(self) -> tuple[str, ...]:
        """What is needed and not here, the most urgent first."""
        return tuple(self._downloads)

    def need(self, needed: Mapping[str, float], now_s: float) -> None:
        """What plans and alerts need from now on."""
        self._needed = {
            name: needed[name] for name in sorted(needed, key=needed.__getitem__) if _NAME.fullmatch(name)
        }
        for name in [name for name in self._downloads if name not in self._needed]:
            self._give_up(name)
        for name in self._media.parts() - self._needed.keys():
            self._media.discard(name)
        self._downloads = {
            name: self._downloads.get(name) or self._begin(name, now_s)
            for name in self._needed
            if name not in self._whole
        }
        self._whole = dict.fromkeys(sorted(self._whole, key=lambda name: name in self._needed))
        unneeded = [name for name in self._whole if name not in self._needed]
        for name in unneeded[: max(0, len(unneeded) - UNNEEDED_KEPT)]:
            self._drop(name)
        self._plan()

    def lost(self, sha256: str, now_s: float) -> None:
        """A recording was found damaged and is thrown away: fetch it again."""
        self._media.discard(sha256)
        self._whole.pop(sha256, None)
        self.need(self._needed, now_s)

    def connected(self, now_s: float) -> None:
        """The link is up: ask soon, not with everybody else."""
        self._connected = True
        for download in self._downloads.values():
            download.ask_s = now_s + self._first_ask_s(download)
            download.fruitless = 0
        self._plan()

    def disconnected(self) -> None:
        self._connected = False
        self._plan()

    def take_manifest(self, sha256: str, manifest: Manifest, now_s: float) -> None:
        """The shape of a recording has become known; what is here of it already is checked."""
        download = self._downloads.get(sha256)
        if download is None or download.manifest == manifest:
            return
        download.manifest = manifest
        download.assembly = self._taken_up(sha256, manifest)
        download.ask_s = now_s + self._chance.uniform(0, JITTER_S)
        download.fruitless = 0
        self._plan()

    def take_chunk(self, sha256: str, number: int, payload: bytes, now_s: float) -> bool:
        """A chunk arrived; whether the recording is whole by it."""
        download = self._downloads.get(sha256)
        if download is None or download.assembly is None:
            return False
        offer = download.assembly.offer(number, payload)
        was_asked = number in download.asked
        download.asked.discard(number)
        if offer is Offer.DUPLICATE:
            return False
        if offer is not Offer.STORED:
            self._say(EventKind.RECORDING_REFUSED, sha256, f"{sha256}: chunk {number}: {offer}")
            return False
        if not self._write(download, number, payload, now_s):
            return False
        download.fruitless = 0
        if download.assembly.complete:
            return self._complete(download, now_s)
        window_done = was_asked and not download.asked
        if window_done:
            download.ask_s = now_s
            self._plan()
        else:  # later than before, which `ask` finds out by itself
            download.ask_s = now_s + QUIET_S + self._chance.uniform(0, JITTER_S)
        return False

    def ask(self, now_s: float) -> None:
        """Ask for what is due."""
        if now_s < self.next_s:
            return
        for download in self._asking():
            if download.ask_s <= now_s:
                self._want(download, now_s)
        self._plan()

    def _begin(self, sha256: str, now_s: float) -> _Download:
        self._link.subscribe(topics.manifest(sha256))
        self._link.subscribe(_chunks(sha256))
        download = _Download(sha256, ask_s=now_s)
        download.ask_s += self._first_ask_s(download)
        return download

    def _end(self, sha256: str) -> None:
        self._link.unsubscribe(topics.manifest(sha256))
        self._link.unsubscribe(_chunks(sha256))
        del self._downloads[sha256]

    def _give_up(self, sha256: str) -> None:
        self._end(sha256)
        self._media.discard(sha256)

    def _drop(self, sha256: str) -> None:
        self._media.discard(sha256)
        self._whole.pop(sha256, None)

    def _first_ask_s(self, download: _Download) -> float:
        return self._chance.uniform(0, JITTER_S) + (0.0 if download.manifest else MANIFEST_S)

    def _taken_up(self, sha256: str, manifest: Manifest) -> Assembly:
        """What is here already of a part, found by its digests."""
        assembly, size = Assembly(sha256, manifest), manifest.chunk_size
        if sha256 in self._media.parts():
            for number in range(len(manifest.digests)):
                assembly.offer(number, self._media.read(sha256, number * size, size))
        return assembly

    def _write(self, download: _Download, number: int, payload: bytes, now_s: float) -> bool:
        """Into the part; where there is no room, what nobody needs goes, the longest unneeded first."""
        assert download.assembly is not None
        offset = number * download.assembly.manifest.chunk_size
        while True:
            try:
                self._media.write(download.sha256, offset, payload)
                return True
            except MediaFull as full:
                self._say(EventKind.STORAGE_FAULT, "media", str(full))
                unneeded = next((name for name in self._whole if name not in self._needed), None)
                if unneeded is None:
                    break
                self._drop(unneeded)
        download.assembly.lose(number)
        for other in self._downloads.values():
            other.ask_s = now_s + LONGEST_S
        self._plan()
        return False

    def _complete(self, download: _Download, now_s: float) -> bool:
        """Every chunk is here: whether their whole is what its name says."""
        manifest = download.manifest
        assert manifest is not None
        if self._media.finish(download.sha256, manifest.size):
            self._end(download.sha256)
            self._whole[download.sha256] = None
            self._plan()
            return True
        detail = f"{download.sha256}: the whole is not what its name says"
        self._say(EventKind.RECORDING_REFUSED, download.sha256, detail)
        download.assembly = Assembly(download.sha256, manifest)
        download.ask_s = now_s + LONGEST_S
        self._plan()
        return False

    def _asking(self) -> list[_Download]:
        """Who may ask: the most urgent, and in their long intervals those that nobody answers."""
        answered = [d for d in self._downloads.values() if d.fruitless < FRUITLESS]
        return answered[:ASKING] + [d for d in self._downloads.values() if d.fruitless >= FRUITLESS]

    def _want(self, download: _Download, now_s: float) -> None:
        want = download.assembly.missing() if download.assembly else None
        if want is None:
            want = Want(recording=download.sha256, base=0, bitmap="", have_manifest=False)
        elif download.manifest is not None:
            download.asked = set(wanted(want, len(download.manifest.digests)))
        self._link.publish(Message(topics.report(self._endpoint, ReportKind.WANT), encode(want)))
        wait_s = min(QUIET_S * 2 ** min(download.fruitless, DOUBLINGS), LONGEST_S)
        download.fruitless += 1
        download.ask_s = now_s + wait_s + self._chance.uniform(0, JITTER_S)

    def _plan(self) -> None:
        asks = (download.ask_s for download in self._asking()) if self._connected else ()
        self.next_s = min(asks, default=math.inf)


def _chunks(sha256: str) -> str:
    return f"{topics.MEDIA}/{sha256}/c/+"
