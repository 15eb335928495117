"""EspeakVoice: the voice that is always there; robotic, but it speaks any text at once, offline, in 16 MB.

The engine is a C library with global state: one instance for each process, one sentence at a time.
"""

import ctypes
import wave
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from threading import Event, Lock

from audio import pcm
from audio.errors import SpeechFailed, full_disk_told
from audio.reading import Sentence, sentences

# Names and values from speak_lib.h of espeak-ng 1.52.
_OUTPUT_SYNCHRONOUS = 2
_INITIALIZE_DONT_EXIT = 0x8000
_CHARS_UTF8 = 1
_PARAMETER_RATE = 1
_GO_ON, _STOP = 0, 1
_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)

_engine_lock = Lock()


class EspeakVoice:
    """Mandarin by default; `words_per_minute` 120 to 150 suits loudspeakers, whose echoes swallow fast speech.

    The engine adds a little randomness: the same text does not give the same bytes twice.
    """

    def __init__(self, *, words_per_minute: int = 140, voice: str = "cmn") -> None:
        self._words_per_minute, self._voice = words_per_minute, voice

    def speak(self, text: str, into: Path) -> None:
        spoken = sentences(text)
        if not spoken:
            raise SpeechFailed("The text {text} holds nothing that can be spoken.", text=repr(text[:40]))
        aside = into.with_name(f".{into.name}.part")
        with full_disk_told(into.parent):
            try:
                with _engine_lock:
                    self._speak_until_interrupted(spoken, aside)
                aside.replace(into)
            except BaseException:
                aside.unlink(missing_ok=True)
                raise

    def _speak_until_interrupted(self, spoken: tuple[Sentence, ...], into: Path) -> None:
        """In a thread of its own: Ctrl-C would be raised as the engine calls back, where it is lost."""
        given_up = Event()
        with ThreadPoolExecutor(1, "voice") as voice:
            speaking = voice.submit(self._speak_all, spoken, into, given_up)
            try:
                speaking.result()
            except BaseException:
                given_up.set()
                raise

    def _speak_all(self, spoken: tuple[Sentence, ...], into: Path, given_up: Event) -> None:
        engine, sample_rate = _engine()
        if engine.espeak_SetVoiceByName(self._voice.encode()):
            raise SpeechFailed(
                "The speech engine has no voice {voice}. Try cmn (Mandarin).", voice=self._voice
            )
        engine.espeak_SetParameter(_PARAMETER_RATE, self._words_per_minute, 0)
        with wave.open(str(into), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(pcm.SAMPLE_BYTES)
            file.setframerate(sample_rate)
            for sentence in spoken:
                if given_up.is_set():
                    return
                _synthesise(engine, sentence.text.encode(), file, given_up)
                file.writeframesraw(pcm.silence(sentence.pause_ms, sample_rate))


def _synthesise(engine: ctypes.CDLL, text: bytes, file: wave.Wave_write, given_up: Event) -> None:
    """Exceptions cannot cross the C library, so what writing raises is kept until it has returned."""
    failures: list[BaseException] = []

    def keep(samples: "ctypes._Pointer[ctypes.c_short]", count: int, events: int | None) -> int:
        try:
            if samples and count:
                file.writeframesraw(ctypes.string_at(samples, count * pcm.SAMPLE_BYTES))
        except BaseException as failure:
            failures.append(failure)
            return _STOP
        return _STOP if given_up.is_set() else _GO_ON

    callback = _Callback(keep)  # must live as long as the engine may call it
    engine.espeak_SetSynthCallback(callback)
    code = engine.espeak_Synth(text, len(text) + 1, 0, 0, 0, _CHARS_UTF8, None, None)
    if failures:
        raise failures[0]
    if code:
        raise SpeechFailed("The speech engine refused {text} (code {code}).", text=text.decode(), code=code)


@cache
def _engine() -> tuple[ctypes.CDLL, int]:
    """The started engine and its sample rate. Raises SpeechFailed."""
    try:
        import espeakng_loader

        engine = ctypes.CDLL(espeakng_loader.get_library_path())
        data = espeakng_loader.get_data_path()
    except (ImportError, OSError, RuntimeError) as error:
        raise SpeechFailed(
            "The speech engine cannot be loaded ({reason}). "
            "Install the package espeakng-loader, or set a voice command.",
            reason=str(error),
        ) from error
    sample_rate = engine.espeak_Initialize(_OUTPUT_SYNCHRONOUS, 0, data.encode(), _INITIALIZE_DONT_EXIT)
    if sample_rate <= 0:
        raise SpeechFailed(
            "The speech engine does not start with its data in {data}. "
            "It cannot use paths over 150 characters: install the program in a shorter one.",
            data=data,
        )
    return engine, sample_rate
