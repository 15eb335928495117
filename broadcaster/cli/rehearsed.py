"""What `broadcaster rehearse` prints of a rehearsal, for people."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from broadcaster.cli import mosaic
from broadcaster.cli.ledger import reason
from broadcaster.cli.output import Columns, heading, listing, room, say, text
from broadcaster.language import N_, _

if TYPE_CHECKING:
    from broadcaster.rehearsal.judgement import Sum
    from broadcaster.rehearsal.rehearse import Rehearsed
    from broadcaster.rehearsal.repairs import Repaired
    from schedules.tally import Tally

_MOST_VILLAGES = 20

_OUTCOMES: Columns = {
    N_("Outcome"): lambda row: row[0],
    N_("Plays"): lambda row: row[1],
    N_("Share"): lambda row: row[2],
}
_MISSES: Columns = {N_("Missed because"): lambda row: row[0], N_("Plays"): lambda row: row[1]}
_VIOLATIONS: Columns = {N_("Law"): "invariant", N_("Time"): "time", N_("Where"): "subject"}
_NOTICES: Columns = {
    N_("Notice"): "name",
    N_("Ordered"): lambda found: found.tally.ordered,
    N_("Heard"): lambda found: found.tally.heard,
    N_("Made up"): lambda found: found.tally.made_up or "",
    N_("Missed"): lambda found: found.tally.missed or "",
    N_("Why"): lambda found: _why(found.tally),
}
_VILLAGES: Columns = {
    N_("Village"): "name",
    N_("Ordered"): lambda found: found.tally.ordered,
    N_("Heard"): lambda found: found.tally.heard,
    N_("Share"): lambda found: _share(found.tally.heard, found.tally.ordered),
    N_("Why"): lambda found: _why(found.tally),
}


def tell_simulated(found: "Rehearsed") -> None:
    """A simulated county: its ledger, and every law that was broken."""
    title = _("Rehearsed: {days} days, {endpoints} endpoints, seed {seed}")
    print(title.format(days=f"{found.days:g}", endpoints=found.endpoints, seed=found.seed))
    _tell_ledger(found)
    _show(found)
    tell_violations(found)


def tell_plan(found: "Rehearsed") -> None:
    """A real county's plan: also its notices, and who would hear too little."""
    title = _("Rehearsed: this county's plan from {start}, {endpoints} endpoints, seed {seed}")
    print(title.format(start=f"{found.start:%Y-%m-%d %H:%M}", endpoints=found.endpoints, seed=found.seed))
    _tell_ledger(found)
    heading(N_("By notice"))
    listing(_most_missed_first(found.notices), _NOTICES, as_json=False, empty=N_("Nothing was ordered."))
    _show(found)
    _tell_villages(found)
    tell_violations(found)


def tell_line(found: "Rehearsed") -> None:
    """One of many rehearsals, in a line; broken laws below it."""
    tally = found.ledger
    line = _("Seed {seed}: ordered {ordered}, heard {heard}, missed {missed}, broken laws {broken}")
    broken = len(found.violations)
    print(
        line.format(
            seed=found.seed, ordered=tally.ordered, heard=tally.heard, missed=tally.missed, broken=broken
        ),
        flush=True,
    )
    if found.violations:
        listing(found.violations, _VIOLATIONS, as_json=False, empty="")


def tell_repairs(repaired: "Repaired") -> None:
    """How causes and tickets compare with the truth."""
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


def tell_violations(found: "Rehearsed") -> None:
    """Every law that was broken."""
    print()
    listing(found.violations, _VIOLATIONS, as_json=False, empty=N_("No law was broken."))


def _tell_ledger(found: "Rehearsed") -> None:
    tally = found.ledger
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
        misses = [(reason(why), count) for why, count in _worst_first(tally)]
        listing(misses, _MISSES, as_json=False, empty="")
    if found.skew_ms_p99 is not None:
        line = _("Horns of one village started within {skew} ms of each other (99 of 100 times)")
        print("\n" + line.format(skew=found.skew_ms_p99))


def _show(found: "Rehearsed") -> None:
    """Village by village and day by day, for who would rather look than read."""
    from rich.console import Console

    lines = mosaic.mosaic(found.villages, room(mosaic.WIDTH))
    if not lines:
        return
    heading(N_("What is heard, a village a line and a day a mark"))
    console = Console()
    for line in lines:
        console.print(line, no_wrap=True, overflow="crop")
    if len(found.villages) > mosaic.MOST:
        print(_("and {count} more").format(count=len(found.villages) - mosaic.MOST))
    say(mosaic.legend())


def _tell_villages(found: "Rehearsed") -> None:
    villages = found.too_little
    heading(N_("Villages that would hear too little"))
    told = N_("Every village would hear at least four fifths of what is ordered for it.")
    listing(villages[:_MOST_VILLAGES], _VILLAGES, as_json=False, empty=told)
    if len(villages) > _MOST_VILLAGES:
        print(_("and {count} more").format(count=len(villages) - _MOST_VILLAGES))


def _most_missed_first(sums: Iterable["Sum"]) -> list["Sum"]:
    return sorted(sums, key=lambda found: (-found.tally.missed, found.name))


def _worst_first(tally: "Tally") -> list[tuple[str, int]]:
    return sorted(tally.missed_by.items(), key=lambda miss: (-miss[1], miss[0]))


def _why(tally: "Tally") -> str:
    return text([f"{reason(why)} {count}" for why, count in _worst_first(tally)])


def _share(count: int, ordered: int) -> str:
    return f"{100 * count / ordered:.1f} %" if ordered else ""
