"""`broadcaster rehearse`: what a simulated week does to the plan, and whether a law is ever broken."""

import sys
from typing import Annotated

import typer

from broadcaster.cli.output import Json, print_json
from broadcaster.language import _


def rehearse(
    days: Annotated[float, typer.Option(help="How many days are simulated.")] = 7.0,
    seed: Annotated[int, typer.Option(help="The same seed gives the same run.")] = 1,
    endpoints: Annotated[int, typer.Option(help="How many endpoints the county has.")] = 200,
    calm: Annotated[bool, typer.Option("--calm", help="Nothing goes wrong.")] = False,
    as_json: Json = False,
) -> None:
    """Rehearse: the real controller and endpoints in a simulated county, in virtual time."""
    from broadcaster.rehearsal import rehearse as rehearsal
    from broadcaster.rehearsal.county import Scenario
    from broadcaster.rehearsal.troubles import CALM, Climate

    scenario = Scenario(seed=seed, days=days, endpoints=endpoints, climate=CALM if calm else Climate())
    found = rehearsal.rehearse(scenario, _progress)
    if as_json:
        print_json(found.to_json())
    else:
        for name, value in found.to_json().items():
            print(f"{name}: {value}")
    if found.violations:
        raise typer.Exit(1)


def _progress(share: float) -> None:
    if sys.stderr.isatty():
        print("\r" + _("Rehearsed: {percent} %").format(percent=round(share * 100)), end="", file=sys.stderr)
