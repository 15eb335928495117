"""The player: sounds audio on the machine at which the operator sits, by a program that is installed there."""

import asyncio
import contextlib
import shutil
from asyncio.subprocess import DEVNULL, Process
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from broadcaster.tui.files import write

KNOWN = (
    ("mpv", "--no-video", "--really-quiet"),
    ("ffplay", "-nodisp", "-autoexit", "-loglevel", "quiet"),
    ("mpg123", "-q"),
    ("paplay",),
    ("aplay", "-q"),
)
_AT_ONCE_S = 0.3  # a program that cannot play has failed by then


def found(which: Callable[[str], str | None] = shutil.which) -> tuple[str, ...]:
    """The first program of KNOWN that is installed, with its options; nothing where none is."""
    return next((command for command in KNOWN if which(command[0])), ())


class Player:
    """One sound at a time. `command` is a program with its options, to which a file is added; empty: none plays."""

    def __init__(self, command: Sequence[str] = (), *, at_once_s: float = _AT_ONCE_S) -> None:
        self._command, self._at_once_s = tuple(command), at_once_s
        self._playing: asyncio.Task[None] | None = None

    async def play(self, audio: Sequence[tuple[str, bytes]]) -> bool:
        """Begins to play these (name, content) one after the other; False where nothing plays them.

        They are files for as long as they sound, and no longer.
        """
        self.stop()
        if not self._command or not audio:
            return False
        with contextlib.ExitStack() as on_failure:
            place = on_failure.enter_context(TemporaryDirectory(prefix="listen-"))
            files = [Path(place) / f"{number}-{name}" for number, (name, _content) in enumerate(audio)]
            try:
                for file, (_name, content) in zip(files, audio, strict=True):
                    await write(file, content)
                first = await self._start(files[0])
            except OSError:
                return False
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._at_once_s):
                    if await first.wait():
                        return False
            sounding = on_failure.pop_all()
        self._playing = asyncio.create_task(self._go_on(first, files[1:], sounding), name="player")
        await asyncio.sleep(0)  # what was not begun could not be ended in order
        return True

    def stop(self) -> bool:
        """Silence; False where it was silent."""
        playing, self._playing = self._playing, None
        return playing is not None and playing.cancel()

    async def ended(self) -> None:
        """When it is silent."""
        if self._playing is not None:
            with contextlib.suppress(asyncio.CancelledError):
                await self._playing

    async def _start(self, file: Path) -> Process:
        return await asyncio.create_subprocess_exec(
            *self._command, str(file), stdin=DEVNULL, stdout=DEVNULL, stderr=DEVNULL
        )

    async def _go_on(self, process: Process, rest: Sequence[Path], files: contextlib.ExitStack) -> None:
        with files:
            try:
                await process.wait()
                for file in rest:
                    process = await self._start(file)
                    await process.wait()
            finally:
                if process.returncode is None:
                    process.terminate()
                    await process.wait()
