"""`python -m devices.hub DIRECTORY`: one hub, until it is told to end."""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

from devices import logbook
from devices.endpoint.program import until_signal
from devices.errors import BadProvision
from devices.hub.program import PROVISION, run_hub
from devices.hub.provision import HubProvision
from devices.software import SOFTWARE

WRONG = 2  # exit code: what was given cannot work, starting again will not help


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; runs until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(
        prog="python -m devices.hub", description="Joins serial lines to the station for their endpoints."
    )
    parser.add_argument("directory", type=Path, help="where hub.json lies; the hub keeps everything there")
    parser.add_argument("--log", choices=("debug", "info", "warning", "error"), default="info")
    given = parser.parse_args(arguments)
    logbook.keep(given.log.upper())
    try:
        HubProvision.load(given.directory / PROVISION)
    except BadProvision as error:
        print(error, file=sys.stderr)
        return WRONG
    asyncio.run(until_signal(run_hub(given.directory, software=SOFTWARE)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
