"""Waveform: a sound as a picture, for people who rather look than listen, on a page (SVG) and in a terminal (braille)."""

import audioop
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, inf, sqrt
from pathlib import Path
from typing import BinaryIO
from xml.sax.saxutils import escape

from audio import pcm
from audio.decode import Decoding
from audio.loudness import Loudness, Meter

_STEP_BYTES = pcm.size_of(10)
_MOST_LEVELS = 4_096  # more than any screen has columns; a longer sound folds pairs of levels into one
_BRAILLE = 0x2800
_DOTS = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))  # of the left and the right column, from the top


@dataclass(frozen=True, slots=True, kw_only=True)
class Waveform:
    """`levels` are peaks of equal stretches of time, from 0 to 1 (full scale), drawn as the root of the amplitude.

    Straight amplitude hides quiet speech, decibels make everything look alike; the root shows both.
    """

    levels: tuple[float, ...]
    loudness: Loudness

    def columns(self, count: int) -> list[float]:
        """The highest level that falls into each of `count` columns."""
        edges = [index * len(self.levels) / count for index in range(count + 1)]
        return [
            max(self.levels[int(left) : max(ceil(right), int(left) + 1)], default=0.0)
            for left, right in pairwise(edges)
        ]


def waveform(source: Path | BinaryIO) -> Waveform:
    """Decodes and measures in one pass; memory stays flat. Raises like Decoding."""
    folding = _Folding()
    meter = Meter(sample_format="flt", peaks=True)
    with Decoding(source) as decoding:
        for frame in meter.through(decoding.frames()):
            block = pcm.block_of(frame)
            for at in range(0, len(block), _STEP_BYTES):
                folding.add(audioop.max(block[at : at + _STEP_BYTES], pcm.SAMPLE_BYTES))
    return Waveform(levels=tuple(map(_level, folding.peaks)), loudness=meter.loudness)


def svg(picture: Waveform, *, title: str = "", width: int = 600, height: int = 120) -> str:
    """A self-contained image in the colour of the surrounding text, with loudness, true peak and length below it."""
    middle = (height - 20) / 2
    columns = picture.columns(width // 2)
    upper = [f"{2 * x},{middle - max(level * middle, 0.5):.1f}" for x, level in enumerate(columns)]
    lower = [f"{2 * x},{middle + max(level * middle, 0.5):.1f}" for x, level in enumerate(columns)]
    outline = " ".join(upper + lower[::-1])
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" fill="currentColor">'
        f"<title>{escape(title)}</title>"
        f'<polygon points="{outline}"/>'
        f'<text x="0" y="{height - 4}" font-size="13">{caption(picture.loudness)}</text></svg>'
    )


def braille(picture: Waveform, *, width: int = 60, height: int = 3) -> list[str]:
    """Lines of `width` cells; each cell is two columns of four dots, and sound spreads from the middle."""
    levels, rows = picture.columns(2 * width), 4 * height
    reach = [max(1, round(level * rows / 2)) for level in levels]
    return [
        "".join(_cell(reach[2 * cell : 2 * cell + 2], 4 * line - rows // 2) for cell in range(width))
        for line in range(height)
    ]


def caption(loudness: Loudness) -> str:
    """`-16.0 LUFS · -1.4 dBTP · 10:03`."""
    peak = "-∞" if loudness.true_peak_dbtp == -inf else f"{loudness.true_peak_dbtp:.1f}"
    minutes, seconds = divmod(round(loudness.duration_ms / 1000), 60)
    return f"{loudness.integrated_lufs:.1f} LUFS · {peak} dBTP · {minutes}:{seconds:02}"


class _Folding:
    """Peaks of a sound whose length nobody knows: when there are too many, each two become one."""

    def __init__(self) -> None:
        self.peaks: list[int] = []
        self._steps_per_peak, self._steps = 1, 0

    def add(self, peak: int) -> None:
        if self._steps % self._steps_per_peak:
            self.peaks[-1] = max(self.peaks[-1], peak)
        else:
            self.peaks.append(peak)
        self._steps += 1
        if len(self.peaks) > _MOST_LEVELS:
            self.peaks = [max(pair) for pair in zip(self.peaks[::2], self.peaks[1::2], strict=False)]
            self._steps_per_peak *= 2


def _level(peak: int) -> float:
    return sqrt(peak / 32_768)


def _cell(reach: Sequence[int], top: int) -> str:
    """Two columns of dots; `top` is the cell's highest row, counted from the middle, downwards positive."""
    dots = sum(
        _DOTS[column][row]
        for column in range(2)
        for row in range(4)
        if -reach[column] <= top + row < reach[column]
    )
    return chr(_BRAILLE + dots)
