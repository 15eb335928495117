"""One spoken sentence for all tests of this room, and a library to put things into."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from audio.decode import Decoding
from audio.espeak import EspeakVoice
from audio.library import Library
from audio.speech import read_aloud

NOW = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)


@pytest.fixture(scope="session")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """About six seconds of Mandarin as PCM at 16 kHz."""
    path = tmp_path_factory.mktemp("spoken") / "spoken.wav"
    read_aloud("各位村民：森林防火，人人有责。发现火情请拨打12119。", EspeakVoice(), path)
    with Decoding(path) as decoding:
        return b"".join(decoding)


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(tmp_path / "library")
