"""`broadcaster rehearse`: what days of trouble do to a plan, and whether a law is ever broken."""

import gc
import json
import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum
from math import ceil, inf
from typing import TYPE_CHECKING, Annotated

import typer

from broadcaster.cli import naming, rehearsed
from broadcaster.cli.caller import caller
from broadcaster.cli.output import Json, print_json, use_zone
from broadcaster.desk.errors import Conflict, NotFound
from broadcaster.language import N_, _

if TYPE_CHECKING:
    from broadcaster.config import Settings
    from broadcaster.rehearsal.county import Scenario
    from broadcaster.rehearsal.rehearse import Progress, Rehearsed
    from broadcaster.rehearsal.repairs import Repaired
    from broadcaster.rehearsal.scene import Scene

VILLAGES_PER_LINE = 40  # of a simulated county, one of which hangs on a serial line
_RunSeed = Callable[[int], "Rehearsed"]


class Weather(StrEnum):
    """How much goes wrong."""

    CALM = "calm"
    USUAL = "usual"
    ROUGH = "rough"
    FAR_OFF = "far_off"


def rehearse(
    context: typer.Context,
    plan: Annotated[
        bool,
        typer.Option(
            "--plan", help="Rehearse this county's own plan, on a copy; without, a simulated county."
        ),
    ] = False,
    start: Annotated[
        str | None,
        typer.Option("--from", metavar="DATE", help="When the plan's rehearsal begins; without, now."),
    ] = None,
    days: Annotated[
        float | None,
        typer.Option(
            min=0.1, help="How many days are simulated: 7, or with --plan what is left of today and 1."
        ),
    ] = None,
    seed: Annotated[int, typer.Option(help="The same seed gives the same run.")] = 1,
    seeds: Annotated[
        str, typer.Option(metavar="FROM..TO", help="Rehearse every seed of a range, such as 1..200.")
    ] = "",
    endpoints: Annotated[
        int | None, typer.Option(min=1, help="How many endpoints the simulated county has; without, 200.")
    ] = None,
    lines: Annotated[
        int | None,
        typer.Option(
            min=0, help="How many villages of the simulated county hang on serial lines; without, one in 40."
        ),
    ] = None,
    climate: Annotated[Weather, typer.Option(help="How much goes wrong.")] = Weather.USUAL,
    as_json: Json = False,
) -> None:
    """Rehearse: the real controller and endpoints in a simulated county, or in a copy of this one, in virtual time."""
    gc.set_threshold(200_000, 50, 100)  # little of what a run makes is ever thrown away
    if not plan and start is not None:
        raise typer.BadParameter(_("only a plan begins on a day: add --plan"), param_hint="--from")
    if plan and (endpoints is not None or lines is not None):
        raise typer.BadParameter(_("with --plan the county has its own endpoints"), param_hint="--endpoints")
    run = _of_plan(context, start, days, climate) if plan else _of_simulated(days, endpoints, lines, climate)
    if seeds:
        raise typer.Exit(_run_many(run, _range(seeds), as_json=as_json))
    found = run(seed)
    repaired = None if plan or climate is Weather.CALM else _repaired(seed, found.days, found.endpoints)
    if as_json:
        print_json(found.to_json() | (repaired.to_json() if repaired else {}))
    else:
        (rehearsed.tell_plan if plan else rehearsed.tell_simulated)(found)
        if repaired is not None:
            rehearsed.tell_repairs(repaired)
    raise typer.Exit(1 if found.violations else 0)


def _of_simulated(days: float | None, endpoints: int | None, lines: int | None, climate: Weather) -> _RunSeed:
    from broadcaster.rehearsal.county import Scenario
    from broadcaster.rehearsal.rehearse import ZONE
    from broadcaster.rehearsal.troubles import CLIMATES

    use_zone(ZONE)
    scenario = Scenario(days=days or 7.0, endpoints=endpoints or 200, climate=CLIMATES[climate])
    lines = scenario.villages // VILLAGES_PER_LINE if lines is None else lines
    return lambda seed: _run(replace(scenario, seed=seed, lines=lines))


def _of_plan(context: typer.Context, said: str | None, days: float | None, climate: Weather) -> _RunSeed:
    from broadcaster.rehearsal.county import Scenario
    from broadcaster.rehearsal.troubles import CLIMATES
    from devices.serial import emulated

    if caller(context).controller:
        raise Conflict(
            N_("A plan is rehearsed where the county's directory is: say --county, not --controller.")
        )
    settings = caller(context).settings
    use_zone(settings.zone)
    start = _start(said, settings)
    scenario = Scenario(
        days=_until_midnight(start, days or 1.0),
        climate=CLIMATES[climate],
        noise=emulated.Weather(),
        news_s=inf,
    )
    return lambda seed: _run(replace(scenario, seed=seed), _replica(settings, start))


def _start(said: str | None, settings: "Settings") -> datetime:
    """On the county's wall clock, to the minute, so that it can be said again."""
    now = datetime.now(settings.zone)
    begins = (naming.moment(said) or now).astimezone(settings.zone).replace(second=0, microsecond=0)
    if begins.date() < now.date():
        told = _("{date} is past: what is planned is rehearsed from today on")
        raise typer.BadParameter(told.format(date=f"{begins:%Y-%m-%d}"), param_hint="--from")
    return begins


def _until_midnight(start: datetime, days: float) -> float:
    """What is left of the day of the start, and so many days."""
    left = (start.replace(hour=0, minute=0) + timedelta(days=1) - start) / timedelta(days=1)
    return left % 1 + days


def _replica(settings: "Settings", start: datetime) -> "Scene":
    from audio.library import Library
    from broadcaster.rehearsal.rehearse import HABITS
    from broadcaster.rehearsal.replica import replica
    from broadcaster.storage.engine import connect
    from broadcaster.storage.migration import is_current

    file, recordings = settings.directory / "county.db", settings.directory / "library"
    if not settings.database.url and not file.exists():
        raise NotFound(N_("There is no county in {directory}."), directory=settings.directory)
    source = connect(settings.database_url)
    try:
        if not is_current(source):
            raise Conflict(N_("The county's database is of another version: start its controller once."))
        lease = timedelta(days=settings.plan.lease_days)
        habits = replace(HABITS, zone=settings.zone, plan_days=settings.plan.days, lease=lease)
        library = Library(recordings) if recordings.exists() else ()
        return replica(source, habits, start, library.__contains__)
    finally:
        source.dispose()


def _run(scenario: "Scenario", scene: "Scene | None" = None) -> "Rehearsed":
    from broadcaster.rehearsal.rehearse import START
    from broadcaster.rehearsal.rehearse import rehearse as rehearsed_run

    logging.disable(logging.CRITICAL)  # troubles are what a rehearsal is about
    try:
        with _progress(scenario, scene.start if scene else START) as progress:
            return rehearsed_run(scenario, progress, scene)
    finally:
        logging.disable(logging.NOTSET)


def _repaired(seed: int, days: float, endpoints: int) -> "Repaired":
    """The same days in a grid of as many endpoints: what fails, and what correlation makes of it."""
    from broadcaster.rehearsal.rehearse import START
    from broadcaster.rehearsal.repairs import ordinary_weeks

    return ordinary_weeks(seed, endpoints, days, START)


def _run_many(run: _RunSeed, seeds: range, *, as_json: bool) -> int:
    """The exit code: 1 where any of them broke a law. JSON is one object a line."""
    broken = 0
    for seed in seeds:
        found = run(seed)
        broken += bool(found.violations)
        if as_json:
            print(json.dumps(found.to_json(), ensure_ascii=False), flush=True)
        else:
            rehearsed.tell_line(found)
    if not as_json:
        print(_("Seeds: {count}. With broken laws: {broken}.").format(count=len(seeds), broken=broken))
    return 1 if broken else 0


def _range(seeds: str) -> range:
    first, dots, last = seeds.partition("..")
    try:
        given = range(int(first), int(last if dots else first) + 1)
    except ValueError:
        given = range(0)
    if not given:
        raise typer.BadParameter(
            _("{given} is no range of seeds such as 1..200").format(given=seeds), param_hint="--seeds"
        )
    return given


@contextmanager
def _progress(scenario: "Scenario", start: datetime) -> Iterator["Progress"]:
    """A bar on a terminal with the day that is simulated and the time that is left; nothing elsewhere."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=20),
        TaskProgressColumn(),
        TimeRemainingColumn(),
    )
    bar = Progress(*columns, console=Console(stderr=True), disable=not sys.stderr.isatty(), transient=True)
    with bar:
        task = bar.add_task(_("Seed {seed}").format(seed=scenario.seed), total=1.0)
        yield lambda share: bar.update(task, completed=share, description=_told(scenario, start, share))


def _told(scenario: "Scenario", start: datetime, share: float) -> str:
    """What is being done when this share is."""
    if share >= 1.0:
        return _("Seed {seed}: the laws are judged").format(seed=scenario.seed)
    past = min(share * scenario.days, scenario.days)
    day = min(int(past) + 1, ceil(scenario.days))
    told = _("Seed {seed}: {date}, day {day} of {days}")
    return told.format(
        seed=scenario.seed, date=f"{start + timedelta(days=past):%Y-%m-%d}", day=day, days=ceil(scenario.days)
    )
