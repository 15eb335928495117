"""`broadcaster rehearse`: what a simulated week does to the plan, and whether a law is ever broken."""

import gc
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from broadcaster.cli.output import Columns, Json, listing, print_json, use_zone
from broadcaster.language import N_, _
from broadcaster.words import word

if TYPE_CHECKING:
    from broadcaster.rehearsal.county import Scenario
    from broadcaster.rehearsal.rehearse import Progress, Rehearsed
    from broadcaster.rehearsal.repairs import Repaired
    from schedules.tally import Tally

_OUTCOMES: Columns = {
    N_("Outcome"): lambda row: row[0],
    N_("Plays"): lambda row: row[1],
    N_("Share"): lambda row: row[2],
}
_MISSES: Columns = {N_("Missed because"): lambda row: row[0], N_("Plays"): lambda row: row[1]}
VIOLATIONS: Columns = {N_("Law"): "invariant", N_("Time"): "time", N_("Where"): "subject"}
_REASONS = ("MissedBecause", "AbsentBecause")


class Weather(StrEnum):
    """How much goes wrong."""

    CALM = "calm"
    USUAL = "usual"
    ROUGH = "rough"
    FAR_OFF = "far_off"


def rehearse(
    days: Annotated[float, typer.Option(min=0.1, help="How many days are simulated.")] = 7.0,
    seed: Annotated[int, typer.Option(help="The same seed gives the same run.")] = 1,
    seeds: Annotated[
        str, typer.Option(metavar="FROM..TO", help="Rehearse every seed of a range, such as 1..200.")
    ] = "",
    endpoints: Annotated[int, typer.Option(min=1, help="How many endpoints the county has.")] = 200,
    climate: Annotated[Weather, typer.Option(help="How much goes wrong.")] = Weather.USUAL,
    as_json: Json = False,
) -> None:
    """Rehearse: the real controller and endpoints in a simulated county, in virtual time."""
    from broadcaster.rehearsal.county import Scenario
    from broadcaster.rehearsal.rehearse import ZONE
    from broadcaster.rehearsal.troubles import CLIMATES

    gc.set_threshold(100_000, 20, 100)  # little of what a run makes is ever thrown away
    use_zone(ZONE)
    if not seeds:
        found = _run(Scenario(seed=seed, days=days, endpoints=endpoints, climate=CLIMATES[climate]))
        repaired = None if climate is Weather.CALM else _repaired(seed, days, endpoints)
        if as_json:
            print_json(found.to_json() | (repaired.to_json() if repaired else {}))
        else:
            _tell(found)
            if repaired is not None:
                _tell_repairs(repaired)
        raise typer.Exit(1 if found.violations else 0)
    broken = [
        _run_one_of_many(
            Scenario(seed=each, days=days, endpoints=endpoints, climate=CLIMATES[climate]), as_json=as_json
        )
        for each in _range(seeds)
    ]
    if not as_json:
        print(_("Seeds: {count}. With broken laws: {broken}.").format(count=len(broken), broken=sum(broken)))
    raise typer.Exit(1 if any(broken) else 0)


def _run(scenario: "Scenario") -> "Rehearsed":
    from broadcaster.rehearsal.rehearse import rehearse as rehearsed

    logging.disable(logging.CRITICAL)  # troubles are what a rehearsal is about
    try:
        with _progress(_("Seed {seed}").format(seed=scenario.seed)) as progress:
            return rehearsed(scenario, progress)
    finally:
        logging.disable(logging.NOTSET)


def _repaired(seed: int, days: float, endpoints: int) -> "Repaired":
    """The same days in a grid of as many endpoints: what fails, and what correlation makes of it."""
    from broadcaster.rehearsal.rehearse import START
    from broadcaster.rehearsal.repairs import ordinary_weeks

    return ordinary_weeks(seed, endpoints, days, START)


def _tell_repairs(repaired: "Repaired") -> None:
    score = repaired.score
    line = _(
        "Repairs: {causes} true causes, {tickets} tickets, {false} of them false, {missed} causes missed"
    )
    print()
    print(
        line.format(
            causes=score.true_causes,
            tickets=score.tickets,
            false=score.false_tickets,
            missed=score.missed_causes,
        )
    )


def _run_one_of_many(scenario: "Scenario", *, as_json: bool) -> bool:
    """Whether a law was broken. JSON is one object a line."""
    found = _run(scenario)
    if as_json:
        import json

        print(json.dumps(found.to_json(), ensure_ascii=False), flush=True)
    else:
        tally = found.ledger
        line = _("Seed {seed}: ordered {ordered}, heard {heard}, missed {missed}, broken laws {broken}")
        print(
            line.format(
                seed=found.seed,
                ordered=tally.ordered,
                heard=tally.heard,
                missed=tally.missed,
                broken=len(found.violations),
            ),
            flush=True,
        )
        if found.violations:
            listing(found.violations, VIOLATIONS, as_json=False, empty="")
    return bool(found.violations)


def _range(seeds: str) -> range:
    first, dots, last = seeds.partition("..")
    try:
        return range(int(first), int(last if dots else first) + 1)
    except ValueError:
        raise typer.BadParameter(
            _("{given} is no range of seeds such as 1..200").format(given=seeds), param_hint="--seeds"
        ) from None


def _tell(found: "Rehearsed") -> None:
    """What happened, for people."""
    tally = found.ledger
    title = _("Rehearsed: {days} days, {endpoints} endpoints, seed {seed}")
    print(title.format(days=f"{found.days:g}", endpoints=found.endpoints, seed=found.seed))
    print(_("The same run again has the digest {digest}").format(digest=found.digest[:16]))
    counts = [
        (_("Plays ordered"), tally.ordered),
        (_("Heard as planned"), tally.counted),
        (_("Made up later"), tally.made_up),
        (_("Heard in part"), tally.partial),
        (_("Withdrawn by people"), tally.withdrawn),
        (_("Not known yet"), tally.unknown + tally.pending),
        (_("Missed"), tally.missed),
    ]
    shares = [(name, count, _share(count, tally.ordered)) for name, count in counts]
    listing(shares, _OUTCOMES, as_json=False, empty="")
    if tally.missed:
        print()
        listing(
            [(_reason(why), count) for why, count in _worst_first(tally)], _MISSES, as_json=False, empty=""
        )
    if found.skew_ms_p99 is not None:
        line = _("Horns of one village started within {skew} ms of each other (99 of 100 times)")
        print("\n" + line.format(skew=found.skew_ms_p99))
    print()
    listing(found.violations, VIOLATIONS, as_json=False, empty=N_("No law was broken."))


def _worst_first(tally: "Tally") -> list[tuple[str, int]]:
    return sorted(tally.missed_by.items(), key=lambda miss: (-miss[1], miss[0]))


def _share(count: int, ordered: int) -> str:
    return f"{100 * count / ordered:.1f} %" if ordered else ""


def _reason(why: str) -> str:
    """The word of a reason; what it is a reason for does not matter here."""
    return next((said for kind in _REASONS if (said := word(kind, why)) != why), why)


@contextmanager
def _progress(title: str) -> Iterator["Progress"]:
    """A bar on a terminal, nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda _share: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=1.0)
        yield lambda share: bar.update(task, completed=share)
