"""The endpoint program of one board: `python -m devices.endpoint DIRECTORY`, where `provision.json` lies."""

import argparse
import asyncio
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

from devices import logbook
from devices.endpoint.outputs import OutputOf, command_output, silent_output, sound_card_output, wav_output
from devices.endpoint.program import PROVISION, run_endpoint, until_signal
from devices.errors import BadProvision
from devices.provisioning import Provision
from devices.software import SOFTWARE

CARD, WAV, SILENT, COMMAND = "card", "wav", "silent", "command"
WRONG = 2  # exit code: what was given cannot work, starting again will not help


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; runs until SIGTERM or SIGINT."""
    given = _parser().parse_args(arguments)
    logbook.keep(given.log.upper())
    try:
        output_of = _output_of(given.output, given.command)
        Provision.load(given.directory / PROVISION)
    except (LookupError, BadProvision) as error:
        print(error, file=sys.stderr)
        return WRONG
    program = run_endpoint(given.directory, output_of, trust_clock=given.trust_clock, software=SOFTWARE)
    asyncio.run(until_signal(program))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m devices.endpoint",
        description="One loudspeaker: plays what the station orders, and proves it.",
    )
    parser.add_argument(
        "directory", type=Path, help="where provision.json lies; the endpoint keeps everything there"
    )
    parser.add_argument(
        "--output",
        choices=(CARD, WAV, SILENT, COMMAND),
        default=CARD,
        help="the sound card (default), WAV files in DIRECTORY/sounded, nothing but timing, or a program",
    )
    parser.add_argument(
        "--command",
        metavar="PROGRAM",
        default="",
        help="the program, in one argument; it takes raw PCM on its standard input: 16 kHz, mono, S16_LE",
    )
    parser.add_argument(
        "--trust-clock",
        action="store_true",
        help="take the system clock as right although the kernel does not say so",
    )
    parser.add_argument("--log", choices=("debug", "info", "warning", "error"), default="info")
    return parser


def _output_of(output: str, command: str) -> OutputOf:
    """Raises LookupError where there is nothing to sound with."""
    match output:
        case "card":
            return sound_card_output()
        case "wav":
            return wav_output
        case "silent":
            return silent_output
    if not (words := shlex.split(command)):
        raise LookupError("--output command needs --command with the program to sound with")
    return command_output(words)


if __name__ == "__main__":
    sys.exit(main())
