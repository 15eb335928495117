"""Programme: all that is heard of a recording, from the hum that wakes an amplifier to the last quiet."""

from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass
from enum import StrEnum

import av

from audio import pcm, tones
from audio.body import Body
from audio.chain import Chain
from audio.loudness import Meter
from audio.progress import Report

# Speech swings by 20 dB between vowels and consonants; without this the clipper would eat the gain.
_COMPRESSOR = "acompressor=threshold=0.05:ratio=4:attack=1:release=120:knee=6"
# Its threshold is absolute, so quiet and loud sources are brought to one level first.
_COMPRESSOR_INPUT_LUFS = -23.0
_OPENING_CEILING_DBTP = -4.0


class Wake(StrEnum):
    """How an amplifier that sleeps without a signal is woken before anything matters."""

    HUM = "hum"
    SILENCE = "silence"


class Opening(StrEnum):
    """What makes people listen."""

    CHIME = "chime"
    SIREN = "siren"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Framing:
    """What is put around a body."""

    wake: Wake = Wake.HUM
    wake_ms: int = 1_000
    opening: Opening = Opening.CHIME
    siren_ms: int = 6_000
    tail_ms: int = 500


class Programme:
    """A body in its framing, rendered as often as asked for at any gain."""

    def __init__(self, body: Body, framing: Framing, *, target_lufs: float) -> None:
        self._body = body
        self._head = _wake(framing) + _at_loudness(_opening(framing), target_lufs)
        self._tail = pcm.silence(framing.tail_ms)
        self._size = len(self._head) + body.size + len(self._tail)

    def pilot(self, limit_ms: int) -> "Programme":
        """A piece from the middle of the body alone, to learn from."""
        pilot = copy(self)
        pilot._body = self._body.middle(limit_ms)
        pilot._head = pilot._tail = b""
        return pilot

    def frames(self, *, gain_db: float, ceiling_dbfs: float, report: Report) -> Iterator[av.AudioFrame]:
        """Compressed, amplified, and no sample of the body over the ceiling."""
        size = 0
        for block in self._blocks(gain_db, ceiling_dbfs):
            yield pcm.frame_of(block, size // pcm.SAMPLE_BYTES)
            size += len(block)
            report(size / self._size)

    def _blocks(self, gain_db: float, ceiling_dbfs: float) -> Iterator[bytes]:
        if self._head:
            yield self._head
        chain = Chain(
            f"volume={_COMPRESSOR_INPUT_LUFS - self._body.loudness_lufs}dB",
            _COMPRESSOR,
            f"volume={gain_db}dB",
            f"asoftclip=type=quintic:threshold={10 ** (ceiling_dbfs / 20)}",
            "aformat=s16",
            sample_format="s16",
            sample_rate=pcm.SAMPLE_RATE,
        )
        for out in chain.through(self._body.frames()):
            yield pcm.block_of(out)
        if self._tail:
            yield self._tail


def _wake(framing: Framing) -> bytes:
    match framing.wake:
        case Wake.HUM:
            return tones.hum(framing.wake_ms)
        case Wake.SILENCE:
            return pcm.silence(framing.wake_ms)


def _opening(framing: Framing) -> bytes:
    match framing.opening:
        case Opening.CHIME:
            return tones.chime()
        case Opening.SIREN:
            return tones.siren(framing.siren_ms)
        case Opening.NONE:
            return b""


def _at_loudness(tone: bytes, target_lufs: float) -> bytes:
    if not tone:
        return tone
    loudness = Meter(sample_format="s16", peaks=True).of([pcm.frame_of(tone, 0)])
    headroom_db = _OPENING_CEILING_DBTP - loudness.true_peak_dbtp
    return pcm.with_gain(tone, min(target_lufs - loudness.integrated_lufs, headroom_db))
