"""Loudness as people hear it: EBU R 128 and ITU-R BS.1770 (K-weighted, gated), and true peaks."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import log10
from pathlib import Path
from typing import BinaryIO

import av

from audio import pcm
from audio.chain import Chain
from audio.decode import Decoding

NOTHING_HEARD_LUFS = -70.0  # the absolute gate of BS.1770: what lies below counts as silence


@dataclass(frozen=True, slots=True, kw_only=True)
class Loudness:
    """Of silence: NOTHING_HEARD_LUFS and -inf; the peak is -inf too where it was not asked for."""

    integrated_lufs: float
    true_peak_dbtp: float
    duration_ms: int


class Meter:
    """Passes frames through, in pieces of 100 ms, and knows their loudness up to now.

    True peaks cost more than all the rest: four-fold oversampling; ask only where the answer matters.
    """

    def __init__(
        self, *before: str, sample_format: str, sample_rate: int = pcm.SAMPLE_RATE, peaks: bool = False
    ) -> None:
        meter = "ebur128=metadata=1:peak=" + ("true" if peaks else "none")
        self._chain = Chain(
            *before, meter, "aformat=s16", sample_format=sample_format, sample_rate=sample_rate
        )
        self._rate, self._samples = sample_rate, 0
        self._lufs, self._peak = NOTHING_HEARD_LUFS, 0.0

    def through(self, frames: Iterable[av.AudioFrame]) -> Iterator[av.AudioFrame]:
        for out in self._chain.through(frames):
            self._samples += out.samples
            facts = out.metadata
            if "lavfi.r128.I" in facts:
                self._lufs = float(facts["lavfi.r128.I"])
                self._peak = float(facts.get("lavfi.r128.true_peak", 0))
            yield out

    def of(self, frames: Iterable[av.AudioFrame]) -> Loudness:
        """The loudness of all `frames`, which are not wanted otherwise."""
        for _ in self.through(frames):
            pass
        return self.loudness

    @property
    def loudness(self) -> Loudness:
        return Loudness(
            integrated_lufs=self._lufs,
            true_peak_dbtp=20 * log10(self._peak) if self._peak else float("-inf"),
            duration_ms=self._samples * 1000 // self._rate,
        )


def measured(source: Path | BinaryIO) -> Loudness:
    """What a player makes of a file at its own rate, true peaks included. Raises like Decoding."""
    with Decoding(source, sample_rate=None) as decoding:
        meter = Meter(sample_format="flt", sample_rate=decoding.sample_rate, peaks=True)
        return meter.of(decoding.frames())
