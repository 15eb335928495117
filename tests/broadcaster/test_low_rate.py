"""The low-rate profile on a slow line: a minute of speech of the voice that is always there takes less than a minute."""

from pathlib import Path

from audio.espeak import EspeakVoice
from audio.library import Library
from audio.prepare import Recipe, prepare
from audio.recording import Profile
from devices.serial.arrival import Hearing, airtime_s
from devices.serial.pacing import Line
from tests.broadcaster.county import NOW

TEXT = (
    "各位村民请注意，今天下午三点到六点，供电所将对全村线路进行检修，届时停电，请大家提前做好准备。"
    "冬季天干物燥，请大家注意用火用电安全，出门前关好煤气和电源。看到冒烟起火，请立即拨打一一九报警。"
)


def test_a_minute_of_the_built_in_voice_takes_55_s_at_9600_baud(tmp_path: Path) -> None:
    EspeakVoice().speak(TEXT, tmp_path / "spoken.wav")
    recipe = Recipe(profiles=(Profile.LOW_RATE,))
    made = prepare(
        tmp_path / "spoken.wav", Library(tmp_path / "library"), now=NOW, title="停电", recipe=recipe
    )
    recording = made.recordings[Profile.LOW_RATE]
    size = round(recording.bytes * 60_000 / recording.duration_ms)
    assert airtime_s(Line(baud=9_600), size, [Hearing()]) <= 55
