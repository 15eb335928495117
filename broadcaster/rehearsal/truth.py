"""What really sounded: the simulated county's own ears, which no endpoint can talk into.

Each simulated endpoint sounds through a `HeardOutput`, which tells the `Ears` every stretch in true time. The laws of the
design (section 4) are judged against this, never against what the controller believes.
"""

from collections.abc import Callable
from datetime import datetime

from msgspec import Struct

from broadcaster.rehearsal.fuse import Fuse
from devices.endpoint.output import Output, Progress, Sound, Stage


class Heard(Struct, frozen=True, kw_only=True, gc=False):
    """One stretch that sounded at one endpoint, in true time; `heard_ms` of its body."""

    endpoint: str
    key: str  # slot or alert id
    start_ms: int  # where in the body it began
    started: datetime
    ended: datetime
    heard_ms: int


class Ears:
    """Everything that sounded anywhere, in order of its end."""

    def __init__(self) -> None:
        self.heard: list[Heard] = []

    def hear(self, heard: Heard) -> None:
        """Remember one stretch."""
        self.heard.append(heard)


class HeardOutput:
    """An output of timing alone that reports each stretch when it ends, however it ends.

    Body progress starts at the asked instant; a power cut ends it where it was. Keeps `devices.endpoint.output.Output`.
    """

    def __init__(
        self,
        inner: Output,
        endpoint: str,
        ears: Ears,
        true_time: Callable[[float], datetime],
        fuse: Fuse,
    ) -> None:
        self._fuse = fuse
        self._inner, self._endpoint, self._ears, self._true_time = inner, endpoint, ears, true_time
        self._sound: Sound | None = None

    def start(self, sound: Sound, at_s: float, now_s: float) -> None:
        """Sound from `at_s`; what sounded before is over."""
        self.silenced(now_s)
        self._fuse.burn()
        self._inner.start(sound, at_s, now_s)
        self._sound = sound
        self._fuse.burn()

    def progress(self, now_s: float) -> Progress:
        """As the inner output tells; an end is heard."""
        progress = self._inner.progress(now_s)
        if progress.stage not in (Stage.WAITING, Stage.SOUNDING):
            self._hear(progress)
        return progress

    def stop(self, now_s: float) -> Progress:
        """Silence."""
        progress = self._inner.stop(now_s)
        self._hear(progress)
        return progress

    def silenced(self, now_s: float) -> None:
        """The power is gone or the process was killed: what sounded until now was heard."""
        if self._sound is not None:
            self._hear(self._inner.stop(now_s))

    def _hear(self, progress: Progress) -> None:
        sound, self._sound = self._sound, None
        if sound is None or progress.first_sample_s is None or progress.heard_ms <= 0:
            return
        start_ms = getattr(sound.body, "start_ms", 0)
        started = self._true_time(progress.first_sample_s)
        ended = self._true_time(progress.first_sample_s + progress.heard_ms / 1000)
        self._ears.hear(
            Heard(
                endpoint=self._endpoint,
                key=sound.key,
                start_ms=start_ms,
                started=started,
                ended=ended,
                heard_ms=progress.heard_ms,
            )
        )
