"""A fleet: many endpoints in one process over real links. `python -m devices.endpoint.fleet DIRECTORY [--silent]`.

Each folder below DIRECTORY that holds a provisioning file is one endpoint; folders that come later join in.
"""

import argparse
import asyncio
import logging
from pathlib import Path

from devices import logbook
from devices.endpoint.outputs import OutputOf, silent_output, wav_output
from devices.endpoint.program import PROVISION, run_endpoint, until_signal
from devices.errors import BadProvision

log = logging.getLogger(__name__)

_LOOK_S = 1.0


async def run_fleet(directory: Path, output_of: OutputOf, *, trust_clock: bool = True) -> None:
    """Runs every endpoint below `directory` until cancelled; one without a usable provision is said and left out."""
    running: set[Path] = set()
    async with asyncio.TaskGroup() as endpoints:
        while True:
            for home in _provisioned(directory) - running:
                running.add(home)
                endpoints.create_task(_run(home, output_of, trust_clock=trust_clock), name=home.name)
            await asyncio.sleep(_LOOK_S)


def _provisioned(directory: Path) -> set[Path]:
    return {file.parent for file in directory.glob(f"*/{PROVISION}") if file.stat().st_size}


async def _run(home: Path, output_of: OutputOf, *, trust_clock: bool) -> None:
    try:
        await run_endpoint(home, output_of, trust_clock=trust_clock)
    except BadProvision:
        log.exception("an endpoint of the fleet cannot be run", extra={"endpoint": home.name})


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="devices.endpoint.fleet", description=__doc__.partition("\n")[0])
    parser.add_argument("directory", type=Path)
    parser.add_argument("--silent", action="store_true", help="keep time, write no sound")
    given = parser.parse_args()
    logbook.keep(logging.WARNING)
    output_of = silent_output if given.silent else wav_output
    asyncio.run(until_signal(run_fleet(given.directory, output_of)))


if __name__ == "__main__":
    main()
