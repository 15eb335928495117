"""An output that sounds: PCM in real time, with gain, into a sink.

One thread for each sound: it opens the recording, waits for the instant, writes the first block, and goes on in step
with the timer. How much was heard follows from the timer and from what was written, whichever is less.
"""

import logging
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import chain, islice
from pathlib import Path
from typing import Protocol

from audio import pcm, tones
from audio.errors import AudioError
from audio.playback import BLOCK_MS, open_pcm
from devices.endpoint.output import SIREN_MS, Progress, Recording, Siren, Sound, Stage
from devices.endpoint.sinks import Sink, SinkOf

log = logging.getLogger(__name__)

Speak = Callable[[str, str, Path], None]  # text, language, the audio file to write

_BLOCKS = 5  # of playback at once: 100 ms
_STEP_BYTES = pcm.size_of(_BLOCKS * BLOCK_MS)
_OVERRUN_MS = 1_000  # a recording is cut so long after the length that its document says
_VOICE_S = 5.0  # longer than its siren sounds, a voice is not waited for
_LEAD_IN_MS = 1_500  # may hum without being content
_INAUDIBLE = 100  # of 32767: -50 dBFS


class Timer(Protocol):
    """Monotonic time; a test may have one of its own."""

    def now_s(self) -> float:
        """The instant."""

    def wait(self, hushed: threading.Event, until_s: float) -> bool:
        """Until the instant `until_s`, or until `hushed` before it. Whether hushed."""


class RealTimer:
    """The machine's monotonic timer."""

    def now_s(self) -> float:
        return time.monotonic()

    def wait(self, hushed: threading.Event, until_s: float) -> bool:
        return hushed.wait(max(0.0, until_s - time.monotonic()))


REAL_TIME = RealTimer()


class SoundingOutput:
    """Keeps `devices.endpoint.output.Output`. `sink_of` opens where a sound goes; `changed` hears, from a thread, of ends."""

    def __init__(
        self,
        sink_of: SinkOf,
        *,
        speak: Speak | None = None,
        changed: Callable[[], None] = lambda: None,
        timer: Timer = REAL_TIME,
    ) -> None:
        self._sink_of, self._speak, self._changed, self._timer = sink_of, speak, changed, timer
        self._player: _Player | None = None

    def start(self, sound: Sound, at_s: float, now_s: float) -> None:
        """Prepare, and sound from `at_s`; what sounded before is over."""
        self.stop(now_s)
        self._player = _Player(sound, at_s, self._sink_of, self._speak, self._changed, self._timer)
        self._player.start()

    def progress(self, now_s: float) -> Progress:
        """How far the latest sound has come."""
        return self._player.progress(now_s) if self._player else Progress(stage=Stage.FINISHED)

    def stop(self, now_s: float) -> Progress:
        """Silence."""
        player, self._player = self._player, None
        return player.silenced(now_s) if player else Progress(stage=Stage.FINISHED)


class _Player(threading.Thread):
    def __init__(
        self,
        sound: Sound,
        at_s: float,
        sink_of: SinkOf,
        speak: Speak | None,
        changed: Callable[[], None],
        timer: Timer,
    ) -> None:
        super().__init__(name=f"sounds {sound.key}", daemon=True)
        self._sound, self._at_s = sound, at_s
        self._sink_of, self._speak, self._changed, self._timer = sink_of, speak, changed, timer
        self._hushed = threading.Event()
        self._opening = threading.Lock()  # once hushed, no sink is opened any more
        self._sink: Sink | None = None
        self._stage = Stage.WAITING
        self._fault = ""
        self._full_ms: int | None = None
        self._first_s: float | None = None  # of the body
        self._written_ms = 0  # of the body
        self._peak = 0

    def progress(self, now_s: float) -> Progress:
        first_s = self._first_s
        heard_ms = 0
        if first_s is not None and self._stage is not Stage.RECORDING_FAULT:
            heard_ms = min(max(0, round((now_s - first_s) * 1000)), self._written_ms)
        return Progress(
            stage=self._stage,
            heard_ms=heard_ms,
            full_ms=self._full_ms,
            first_sample_s=first_s if heard_ms else None,
            fault=self._fault,
        )

    def silenced(self, now_s: float) -> Progress:
        """Ends the sound; how far it had come. The thread, which may be busy with a slow voice, is not waited for."""
        progress = self.progress(now_s)
        with self._opening:
            self._hushed.set()
        if self._sink is not None:
            self._sink.cut()
        return progress

    def run(self) -> None:
        try:
            self._play()
        except AudioError as error:
            self._end(Stage.RECORDING_FAULT, str(error))
        except Exception as error:
            if not self._hushed.is_set():
                log.exception("the output failed")
            self._end(Stage.OUTPUT_FAULT, str(error) or type(error).__name__)
        if not self._hushed.is_set():
            self._changed()

    def _play(self) -> None:
        body = self._body()
        first = next(body, b"")
        if not first:
            self._end(Stage.RECORDING_FAULT, "there is no sound in it")
            return
        lead = tones.chime() if self._sound.chime else b""
        with self._opening:
            if self._hushed.is_set():
                return
            self._sink = self._sink_of(self._sound)
        try:
            if not self._timer.wait(self._hushed, self._at_s):
                self._write_all(self._sink, lead, chain([first], body))
        finally:
            self._sink.cut()

    def _write_all(self, sink: Sink, lead: bytes, body: Iterator[bytes]) -> None:
        begun_s = self._timer.now_s()
        body_s = begun_s + pcm.duration_ms(len(lead)) / 1000
        written_s = 0.0
        self._stage = Stage.SOUNDING
        for number, (block, is_body) in enumerate(chain(_cut_up(lead), ((block, True) for block in body))):
            sink.write(pcm.at_volume(block, self._sound.volume))
            if number == 0:  # opening the way may have taken its time
                late_s = self._timer.now_s() - begun_s
                begun_s, self._first_s = begun_s + late_s, body_s + late_s
            written_s += pcm.duration_ms(len(block)) / 1000
            if is_body:
                self._heed(block)
            if self._timer.wait(self._hushed, begun_s + written_s - sink.ahead_s):
                return
        self._finish(sink, begun_s + written_s)

    def _heed(self, block: bytes) -> None:
        """What became of a block of the body."""
        if self._written_ms >= _LEAD_IN_MS or isinstance(self._sound.body, Siren):
            samples = memoryview(block[: len(block) // 2 * 2]).cast("h")
            self._peak = max(self._peak, max(samples), -min(samples))
        self._written_ms += pcm.duration_ms(len(block))

    def _finish(self, sink: Sink, ends_s: float) -> None:
        if self._timer.wait(self._hushed, ends_s):
            return
        sink.drain()
        if self._written_ms > _LEAD_IN_MS and self._peak < _INAUDIBLE:
            self._end(Stage.RECORDING_FAULT, "it holds nothing but silence")
        else:
            self._full_ms = self._full_ms if self._full_ms is not None else self._written_ms
            self._end(Stage.FINISHED)

    def _body(self) -> Iterator[bytes]:
        """The sound itself in steps, without chime."""
        match self._sound.body:
            case Recording(path=path, start_ms=start_ms, duration_ms=duration_ms):
                longest = pcm.size_of(max(0, duration_ms - start_ms) + _OVERRUN_MS) // _STEP_BYTES
                yield from islice(_joined(path, start_ms), longest + 1)
            case Siren() as siren:
                yield from self._siren(siren)

    def _siren(self, siren: Siren) -> Iterator[bytes]:
        """The siren, then the words. They are prepared while it sounds: nobody waits for a slow voice."""
        voice = _Voice(siren, self._speak)
        voice.start()
        try:
            for step, _ in _cut_up(tones.bells(SIREN_MS) if siren.drill else tones.siren(SIREN_MS)):
                if voice.ended.is_set():
                    self._full_ms = SIREN_MS + voice.words_ms
                yield step
            words = voice.words if voice.ended.wait(_VOICE_S) else None
            self._full_ms = SIREN_MS + (voice.words_ms if words else 0)
            if words is not None:
                yield from _joined(words, 0)
        finally:
            voice.heard.set()

    def _end(self, stage: Stage, fault: str = "") -> None:
        self._fault = fault
        self._stage = stage


class _Voice(threading.Thread):
    """Speaks an alert's text into a file, which is there until it was `heard`; `words` once they are whole, if ever."""

    def __init__(self, siren: Siren, speak: Speak | None) -> None:
        super().__init__(name="speaks", daemon=True)
        self._siren, self._speak = siren, speak
        self.ended, self.heard = threading.Event(), threading.Event()
        self.words: Path | None = None
        self.words_ms = 0

    def run(self) -> None:
        try:
            if self._siren.text and self._speak is not None:
                self._say(self._speak)
        except Exception:
            log.exception("an alert's text could not be spoken; its siren sounds without words")
        self.ended.set()

    def _say(self, speak: Speak) -> None:
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as directory:
            words = Path(directory) / "speech.wav"
            speak(self._siren.text, self._siren.language, words)
            self.words_ms = sum(pcm.duration_ms(len(block)) for block in _joined(words, 0))
            self.words = words
            self.ended.set()
            self.heard.wait()


def _joined(path: Path, start_ms: int) -> Iterator[bytes]:
    with closing(open_pcm(path, start_ms=start_ms)) as blocks:
        while block := b"".join(islice(blocks, _BLOCKS)):
            yield block


def _cut_up(sound: bytes) -> Iterator[tuple[bytes, bool]]:
    """In steps, none of them of the body."""
    return ((sound[at : at + _STEP_BYTES], False) for at in range(0, len(sound), _STEP_BYTES))
