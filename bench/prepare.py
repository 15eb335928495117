"""How long preparing ten minutes of speech takes, against the ffmpeg program doing the same work in the same run.

The same work: two-pass loudness normalisation (`loudnorm`) and one Opus encoding. Run alone: `python -m bench prepare`.
Both sides are children, so that their processor time is known too, which a busy machine distorts less than the wall's.
"""

import json
import random
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[1]
GOAL_RATIO, GOAL_LU, GOAL_MB, GOAL_HOUR_MB = 0.3, 0.5, 60, 70
TARGET_LUFS = -16.0
TEN_MINUTES_MS = 600_000
SENTENCES = (
    "各位村民朋友，大家好。现在广播森林防火倡议书。",
    "我县已进入森林防火紧要期，严禁在山上吸烟、烧荒、上坟烧纸。",
    "发现火情请立即撤离，并拨打12119或119报警，不要贪恋财物。",
    "今天夜间到明天有大雨，局部暴雨，风力7-8级，最低气温5℃。",
    "请住在河边和山脚下的村民注意安全，听从村干部安排。",
    "2026年度城乡居民医保缴费截止到12月25日，请大家相互转告。",
    "明天上午8:30在村委会为60岁以上老人免费体检，请带好身份证。",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What a child process did; both times count its start-up too."""

    path: str
    peak_rss_mb: float
    took: "Took"


@dataclass(frozen=True, slots=True, kw_only=True)
class Took:
    """What children took."""

    wall_s: float
    cpu_s: float


def run(*, duration_ms: int = TEN_MINUTES_MS) -> dict[str, object]:
    """Seconds, peak memory and loudness error; `met` is None with a `note` where the ffmpeg program is missing."""
    with TemporaryDirectory() as name:
        directory = Path(name)
        source, hour = speech_file(directory / "ten-minutes.mp3", duration_ms), directory / "hour.mp3"
        hour.write_bytes(source.read_bytes() * 6)
        ours = prepared_in_child(source, directory / "library", "speech")
        of_an_hour = prepared_in_child(hour, directory / "library", "speech")
        in_all_profiles = prepared_in_child(source, directory / "all", "speech,low_rate,mp3")
        facts: dict[str, object] = {
            "name": "prepare ten minutes of speech: loudness and Opus",
            "value": round(ours.took.wall_s, 2),
            "unit": "s",
            "goal": GOAL_RATIO,
            "cpu_s": round(ours.took.cpu_s, 2),
            "peak_rss_mb": round(ours.peak_rss_mb, 1),
            "peak_rss_hour_mb": round(of_an_hour.peak_rss_mb, 1),
            "peak_rss_all_profiles_mb": round(in_all_profiles.peak_rss_mb, 1),
        }
        if shutil.which("ffmpeg") is None:
            note = "The ffmpeg program is missing: apt-get install ffmpeg"
            return facts | {"baseline": None, "ratio": None, "met": None, "note": note}
        theirs = directory / "ffmpeg.opus"
        baseline = normalised_by_ffmpeg(source, theirs)
        ratio, error_lu = ours.took.wall_s / baseline.wall_s, error_by_ffmpeg_lu(Path(ours.path))
        small = ours.peak_rss_mb <= GOAL_MB and of_an_hour.peak_rss_mb <= GOAL_HOUR_MB
        return facts | {
            "baseline": round(baseline.wall_s, 2),
            "baseline_cpu_s": round(baseline.cpu_s, 2),
            "ratio": round(ratio, 3),
            "met": ratio <= GOAL_RATIO and error_lu <= GOAL_LU and small,
            "ratio_cpu": round(ours.took.cpu_s / baseline.cpu_s, 3),
            "ratio_all_profiles": round(in_all_profiles.took.wall_s / baseline.wall_s, 3),
            "loudness_error_lu": round(error_lu, 2),
            "loudness_error_of_ffmpeg_lu": round(error_by_ffmpeg_lu(theirs), 2),
        }


def speech_file(path: Path, duration_ms: int) -> Path:
    """Spoken sentences of changing speed and level as a 44.1 kHz stereo MP3, as an editor would export it."""
    import av

    with av.open(str(path), "w", options={"write_xing": "0", "id3v2_version": "0"}) as container:
        stream = container.add_stream("libmp3lame", rate=44_100, layout="stereo")
        stream.bit_rate = 128_000
        for frame in spoken(path.parent, duration_ms):
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def spoken(directory: Path, duration_ms: int) -> Iterator[object]:
    from audio import pcm
    from audio.decode import Decoding
    from audio.espeak import EspeakVoice
    from audio.speech import read_aloud

    chance, samples = random.Random(1), 0
    while samples < pcm.size_of(duration_ms) // pcm.SAMPLE_BYTES:
        voice = EspeakVoice(words_per_minute=chance.choice((120, 130, 140, 150)))
        read_aloud(chance.choice(SENTENCES), voice, directory / "sentence.wav")
        level_db = chance.uniform(-14, 0)
        with Decoding(directory / "sentence.wav") as decoding:
            for block in decoding:
                yield pcm.frame_of(pcm.with_gain(block, level_db), samples)
                samples += len(block) // pcm.SAMPLE_BYTES


def prepared_in_child(source: Path, library: Path, profiles: str) -> Made:
    """In a process of its own, so that its memory is that of preparing and nothing else."""
    so_far = taken_by_children()
    command = [sys.executable, "-m", "bench.prepare", str(source), str(library), profiles]
    said = json.loads(subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout)
    return Made(took=since(so_far), **said)


def taken_by_children() -> Took:
    """The wall clock, and the processor time of all children that have ended."""
    used = getrusage(RUSAGE_CHILDREN)
    return Took(wall_s=time.perf_counter(), cpu_s=used.ru_utime + used.ru_stime)


def since(before: Took) -> Took:
    """What children took since then."""
    now = taken_by_children()
    return Took(wall_s=now.wall_s - before.wall_s, cpu_s=now.cpu_s - before.cpu_s)


def prepare_here(source: Path, library_root: Path, profiles: str) -> dict[str, object]:
    from audio.library import Library
    from audio.prepare import Recipe, prepare
    from audio.recording import Profile

    library = Library(library_root)
    recipe = Recipe(profiles=tuple(map(Profile, profiles.split(","))))
    recordings = prepare(source, library, now=datetime.now(UTC), recipe=recipe).recordings
    return {"path": str(library.path(recordings[Profile.SPEECH].sha256)), "peak_rss_mb": peak_rss_mb()}


def peak_rss_mb() -> float:
    """From /proc, because getrusage still counts what the process was before it became this program."""
    status = Path("/proc/self/status").read_text()
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(found[1]) / 1024 if found else float("nan")


def normalised_by_ffmpeg(source: Path, into: Path) -> Took:
    """What both passes took. The second uses what the first measured, as the manual of `loudnorm` asks for."""
    so_far = taken_by_children()
    aim = f"loudnorm=I={TARGET_LUFS}:TP=-1:LRA=11"
    first = ffmpeg("-i", source, "-af", f"{aim}:print_format=json", "-f", "null", "-")
    found = json.loads(first[first.rindex("{") : first.rindex("}") + 1])
    measured = ":".join(
        f"measured_{name}={found[f'input_{name.lower()}']}" for name in ("I", "TP", "LRA", "thresh")
    )
    second = f"{aim}:{measured}:offset={found['target_offset']}:linear=true"
    encoder = ("-c:a", "libopus", "-b:a", "16k", "-application", "voip", "-frame_duration", "60")
    ffmpeg("-i", source, "-af", second, "-ac", "1", "-ar", "16000", *encoder, into)
    return since(so_far)


def error_by_ffmpeg_lu(path: Path) -> float:
    """How far from the target, by a meter that is not ours."""
    said = ffmpeg("-i", path, "-af", "ebur128=framelog=verbose", "-f", "null", "-")
    return abs(float(re.findall(r"I:\s+(-?[\d.]+) LUFS", said)[-1]) - TARGET_LUFS)


def ffmpeg(*words: object) -> str:
    command = ["ffmpeg", "-nostdin", "-hide_banner", "-nostats", "-y", *map(str, words)]
    return subprocess.run(command, capture_output=True, check=True, text=True).stderr


if __name__ == "__main__":
    _, source, library, profiles = sys.argv
    print(json.dumps(prepare_here(Path(source), Path(library), profiles)))
