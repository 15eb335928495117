"""Source: an audio file as somebody sent it, and what it says about itself."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import av


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFacts:
    """What a file says about itself.

    `sample_rate` is that of the sound that was encoded (Opus decodes at 48 kHz whatever it was made of);
    `declared_ms` is None where the format does not say, or the demuxer only guesses.
    """

    container: str
    codec: str
    sample_rate: int
    channels: int
    declared_ms: int | None


class Source(Protocol):
    """An opened file. `decoded_rate` is that of its frames; the other two are known after the first frame."""

    facts: SourceFacts
    decoded_rate: int
    begins_at_s: float  # where the first frame lies, when it was asked to start later than at the beginning
    broken_packets: int  # that had to be left out so far

    def frames(self, start_ms: int) -> Iterator[av.AudioFrame]:
        """As decoded, once, from `start_ms` or somewhat earlier."""

    def close(self) -> None:
        """Leaves the file itself open."""
