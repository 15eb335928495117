"""Decoding: the one door for audio files, whoever made them; each becomes mono sound, piece by piece."""

from collections.abc import Iterator
from contextlib import ExitStack, closing
from enum import StrEnum
from fractions import Fraction
from itertools import chain, groupby
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

import av

from audio import pcm
from audio.container import ContainerFile
from audio.errors import TooLong, UnreadableAudio
from audio.silk import MAGIC_BYTES, SilkFile, is_silk
from audio.source import Source, SourceFacts

SIX_HOURS_MS = 6 * 3_600_000


class Doubt(StrEnum):
    """Why a file that decodes may still not be what the sender meant; a person should listen to it first."""

    TRUNCATED = "truncated"  # shorter than the container declares: an upload that broke off
    DAMAGED = "damaged"  # some of it could not be decoded and was left out


class Decoding:
    """One pass over one file, mixed down to mono: iterate for PCM or take `frames()`; then ask `doubts`.

    `sample_rate` None keeps the file's own. Raises UnreadableAudio on opening and when nothing decodes,
    TooLong as soon as the declared or the decoded length is over `limit_ms`.
    """

    def __init__(
        self,
        source: Path | BinaryIO,
        *,
        sample_rate: int | None = pcm.SAMPLE_RATE,
        start_ms: int = 0,
        limit_ms: int = SIX_HOURS_MS,
    ) -> None:
        self.name = source.name if isinstance(source, Path) else str(getattr(source, "name", "the stream"))
        self._start_ms, self._limit_ms = start_ms, limit_ms
        self._samples = 0
        with ExitStack() as opened:
            file = opened.enter_context(source.open("rb")) if isinstance(source, Path) else source
            self._source = opened.enter_context(closing(_recognised(file, self.name)))
            self.sample_rate = sample_rate or self._source.decoded_rate
            self._refuse_longer_than_limit(self.facts.declared_ms or 0)
            self._closing = opened.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.close()

    def __iter__(self) -> Iterator[bytes]:
        """PCM blocks at `sample_rate`, of whatever length the file's packets give."""
        return map(pcm.block_of, self.frames("s16"))

    def frames(self, sample_format: str = "flt") -> Iterator[av.AudioFrame]:
        """Mono frames whose `pts` counts samples from the start of the file.

        After a `start_ms` the first frame begins at or a little before it; the caller cuts.
        """
        for number, frame in enumerate(self._mono(sample_format)):
            if number == 0:
                self._samples = round(self._source.begins_at_s * self.sample_rate)
            frame.pts, frame.time_base = self._samples, Fraction(1, self.sample_rate)
            self._samples += frame.samples
            self._refuse_longer_than_limit(self.decoded_ms)
            yield frame
        if not self._samples and not self._start_ms:
            raise UnreadableAudio(
                "{name} calls itself {codec} in {container}, but nothing in it can be decoded. "
                "Convert it to MP3 and import that.",
                name=self.name,
                codec=self.facts.codec,
                container=self.facts.container,
            )

    @property
    def facts(self) -> SourceFacts:
        return self._source.facts

    @property
    def decoded_ms(self) -> int:
        """Where in the file decoding has arrived."""
        return self._samples * 1000 // self.sample_rate

    @property
    def doubts(self) -> frozenset[Doubt]:
        """What to distrust, once all frames were taken. A header may be wrong by 2 % and half a second."""
        found = set()
        if self.decoded_ms < (self.facts.declared_ms or 0) * 0.98 - 500:
            found.add(Doubt.TRUNCATED)
        if self._source.broken_packets:
            found.add(Doubt.DAMAGED)
        return frozenset(found)

    def _mono(self, sample_format: str) -> Iterator[av.AudioFrame]:
        """A file may change its rate or channels midway, as joined MP3s do; a resampler may not."""
        for _, stretch in groupby(self._source.frames(self._start_ms), key=_shape):
            resampler = av.AudioResampler(format=sample_format, layout="mono", rate=self.sample_rate)
            for raw in chain(stretch, (None,)):
                yield from self._resampled(resampler, raw)

    def _resampled(self, resampler: av.AudioResampler, raw: av.AudioFrame | None) -> list[av.AudioFrame]:
        try:
            return list(resampler.resample(raw))
        except av.error.FFmpegError as error:
            raise UnreadableAudio(
                "{name} states a sample rate or channels that cannot be true ({reason}). Convert it to MP3 and import that.",
                name=self.name,
                reason=error.strerror,
            ) from error

    def _refuse_longer_than_limit(self, ms: int) -> None:
        if ms > self._limit_ms:
            raise TooLong(
                "{name} is longer than {limit_minutes} minutes. Cut it into parts, or raise the limit.",
                name=self.name,
                limit_minutes=self._limit_ms / 60_000,
            )


def _recognised(file: BinaryIO, name: str) -> Source:
    file.seek(0)
    head = file.read(MAGIC_BYTES)
    file.seek(0)
    if not head:
        raise UnreadableAudio("{name} is empty (0 bytes). Send or upload it again.", name=name)
    return SilkFile(file) if is_silk(head) else ContainerFile(file, name)


def _shape(frame: av.AudioFrame) -> tuple[str, str, int]:
    return frame.format.name, frame.layout.name, frame.sample_rate
