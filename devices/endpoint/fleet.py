"""A fleet: many endpoints in one process over real links. `python -m devices.endpoint.fleet DIRECTORY [--silent]`.

Each folder below DIRECTORY that holds a provisioning file is one endpoint; folders that come later join in.
"""

import argparse
import asyncio
import contextlib
import logging
import signal
from collections.abc import Callable
from functools import partial
from pathlib import Path

from audio.errors import SpeechFailed
from audio.espeak import EspeakVoice
from audio.speech import read_aloud
from devices.endpoint.output import Output, SilentOutput
from devices.endpoint.program import PROVISION, SOUNDED, EndpointProgram, OutputOf
from devices.endpoint.sounding import SoundingOutput, wav_sinks

log = logging.getLogger(__name__)

_LOOK_S = 1.0


async def run_fleet(directory: Path, output_of: OutputOf, *, trust_clock: bool = True) -> None:
    """Runs every endpoint below `directory` until cancelled; one that fails is said and left out."""
    running: set[Path] = set()
    async with asyncio.TaskGroup() as endpoints:
        while True:
            for home in _provisioned(directory) - running:
                running.add(home)
                endpoints.create_task(_run(home, output_of, trust_clock=trust_clock), name=home.name)
            await asyncio.sleep(_LOOK_S)


def wav_output(directory: Path, changed: Callable[[], None]) -> Output:
    """What an endpoint sounds becomes WAV files in its folder."""
    speak = partial(read_aloud, voice=EspeakVoice()) if _can_speak() else None
    return SoundingOutput(
        wav_sinks(directory / SOUNDED),
        speak=(lambda text, into: speak(text, into=into)) if speak else None,
        changed=changed,
    )


def silent_output(directory: Path, changed: Callable[[], None]) -> Output:
    """Timing only."""
    return SilentOutput()


def _provisioned(directory: Path) -> set[Path]:
    return {file.parent for file in directory.glob(f"*/{PROVISION}") if file.stat().st_size}


def _can_speak() -> bool:
    try:
        EspeakVoice()
    except SpeechFailed:
        return False
    return True


async def _run(directory: Path, output_of: OutputOf, *, trust_clock: bool) -> None:
    try:
        await EndpointProgram(directory, output_of, trust_clock=trust_clock).run()
    except Exception:
        log.exception("an endpoint of the fleet ended", extra={"endpoint": directory.name})


async def _until_stopped(work: asyncio.Task[None]) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, work.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await work


async def _main(directory: Path, output_of: OutputOf) -> None:
    await _until_stopped(asyncio.create_task(run_fleet(directory, output_of)))


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="devices.endpoint.fleet", description=__doc__.partition("\n")[0])
    parser.add_argument("directory", type=Path)
    parser.add_argument("--silent", action="store_true", help="keep time, write no sound")
    given = parser.parse_args()
    logging.basicConfig(level=logging.WARNING)
    asyncio.run(_main(given.directory, silent_output if given.silent else wav_output))


if __name__ == "__main__":
    main()
