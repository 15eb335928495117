"""Recordings: prepared audio, named by the SHA-256 of its bytes, in profiles for lines and endpoints."""

import hashlib
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import BinaryIO

SHA256_PATTERN = re.compile(r"[0-9a-f]{64}")


class Codec(StrEnum):
    OPUS = "opus"  # in Ogg, RFC 7845
    MP3 = "mp3"


class Profile(StrEnum):
    """What a recording is made for."""

    SPEECH = "speech"  # every line from 19,200 baud upwards
    LOW_RATE = "low_rate"  # 9,600 baud: a notice travels in about its own length
    MP3 = "mp3"  # endpoints whose decoder knows nothing newer


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """Facts measured on the encoded bytes; `bitrate` is their average in bit/s, `sample_rate` in Hz."""

    sha256: str
    bytes: int
    duration_ms: int
    codec: Codec
    bitrate: int
    sample_rate: int
    loudness_lufs: float
    true_peak_dbtp: float

    def __post_init__(self) -> None:
        if not SHA256_PATTERN.fullmatch(self.sha256):
            raise ValueError(
                f"A recording is named by 64 lower-case hexadecimal digits, not by {self.sha256!r}."
            )
        if self.bytes <= 0 or self.duration_ms <= 0:
            raise ValueError(f"A recording holds sound: got {self.bytes} bytes of {self.duration_ms} ms.")


def sha256_of(file: BinaryIO) -> str:
    """The name of the whole file, which is then at its beginning again."""
    digest = hashlib.sha256()
    file.seek(0)
    while chunk := file.read(256 * 1024):
        digest.update(chunk)
    file.seek(0)
    return digest.hexdigest()
