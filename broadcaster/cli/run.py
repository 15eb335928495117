"""`broadcaster run`: the controller of a county, until it is stopped."""

from typing import Annotated

import typer

from broadcaster.cli.caller import caller


def run(
    context: typer.Context,
    demo: Annotated[
        bool, typer.Option("--demo", help="Fill an empty county with a sample and simulate it.")
    ] = False,
) -> None:
    """Run the controller of this county until it is stopped."""
    from broadcaster import language
    from broadcaster.service import run as run_county

    settings = caller(context).settings
    language.use(settings.county.language or language.in_use())
    run_county(settings, demo=demo)


def run_sample(context: typer.Context) -> None:
    """What the program does without a command."""
    run(context, demo=True)
