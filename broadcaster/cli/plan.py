"""`broadcaster plan`: a day of one place, why it is so, what is in the way, and what will not fit."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from broadcaster.cli import line, naming
from broadcaster.cli.caller import desk
from broadcaster.cli.output import (
    Columns,
    Json,
    heading,
    length,
    listing,
    print_json,
    room,
    say,
    text,
    wall,
    zone_name,
)
from broadcaster.cli.strip import strip
from broadcaster.cli.watched import tell_age
from broadcaster.language import N_, _
from broadcaster.words import said, word

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from broadcaster.desk.county import CountyDesk
    from broadcaster.desk.plans import PlanView, Preview
    from broadcaster.desk.titles import AbsenceView, Explanation, SlotView

app = typer.Typer(no_args_is_help=True, help="The plan: what sounds when and where, and why.")

Place = Annotated[str, typer.Argument(metavar="PLACE", help="An area or endpoint, by code or name.")]
Day = Annotated[
    str | None, typer.Argument(metavar="[DATE]", help="Such as 2026-11-24 or tomorrow; without, today.")
]
Subject = Annotated[
    str, typer.Argument(metavar="NOTICE", help="A notice or playlist, by id or words of its title.")
]
Days = Annotated[int, typer.Option(min=1, max=14, help="So many days.")]
_MOMENTS = frozenset({"planned", "at", "proposed", "valid_from", "valid_until"})


def _clock(at: datetime) -> str:
    return f"{wall(at):%H:%M:%S}"


def _heard(slot: "SlotView") -> str:
    """How many endpoints stand where: `counted 3, no answer 1`."""
    return ", ".join(f"{said(outcome)} {count}" for outcome, count in slot.outcomes.items())


SLOTS: Columns = {
    N_("Time"): lambda slot: _clock(slot.planned),
    N_("Length"): lambda slot: length(slot.duration_ms),
    N_("Title"): "title",
    N_("By"): lambda slot: said(slot.level) if slot.level is not None else "",
    N_("For"): "place_name",
    N_("Why then"): "because",
    N_("Endpoints"): _heard,
}
ABSENCES: Columns = {
    N_("Title"): "title",
    N_("Play"): lambda absence: absence.ordinal + 1,
    N_("For"): "place_name",
    N_("Why not"): "because",
    N_("In the way"): "others",
}
CONFLICTS: Columns = {
    N_("Time"): lambda conflict: _clock(conflict.at),
    N_("Title"): "title",
    N_("In the way"): "other_title",
    N_("For"): "place_name",
    N_("Could move to"): lambda conflict: (
        _clock(conflict.proposed) if conflict.proposed else _("nowhere that day")
    ),
}
SHORTFALLS: Columns = {
    N_("Day"): "day",
    N_("Title"): "title",
    N_("Plays"): "plays",
    N_("Why not"): "because",
    N_("Places"): lambda short: _some(short.places),
    N_("In the way"): "others",
}
PREVIEWS: Columns = {
    N_("Day"): "day",
    N_("Ordered"): "ordered",
    N_("Planned"): "planned",
    N_("Times"): lambda preview: _times(preview.slots),
    N_("Why not"): lambda preview: _reasons(preview.absences),
    N_("Places"): lambda preview: _some(_once(each.place_name for each in preview.absences)),
    N_("In the way"): lambda preview: _once(other for each in preview.absences for other in each.others),
}
MOVES: Columns = {N_("Day"): lambda move: wall(move.at).date(), **CONFLICTS}


@app.command()
def show(
    context: typer.Context,
    place: Place,
    day: Day = None,
    draft: Annotated[
        str | None,
        typer.Option("--with", metavar="DRAFT", help="As if this notice or playlist were approved too."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Show a day of a village or endpoint: a strip of it, what sounds when, and what does not and why."""
    county = desk(context)
    found = county.plans.show(
        place=naming.place(county, place),
        day=naming.day(day),
        draft=naming.subject(county, draft) if draft else None,
    )
    if any(slot.outcomes for slot in found.slots):
        tell_age(county)
    if as_json:
        print_json(found)
        return
    _title(found)
    if found.slots or found.quiet:
        print("\n".join(strip(found, wall, room(72))))
        print()
    listing(found.slots, SLOTS, as_json=False, empty=N_("Nothing is planned."))
    if found.absences:
        heading(N_("Not planned"))
        listing(found.absences, ABSENCES, as_json=False, empty="")


@app.command()
def explain(
    context: typer.Context,
    notice: Subject,
    place: Place,
    day: Day = None,
    as_json: Json = False,
) -> None:
    """Say why a place hears or does not hear a notice or playlist on a day; of a draft, what it would get."""
    county = desk(context)
    found = county.plans.explain(
        place=naming.place(county, place), notice=naming.subject(county, notice), day=naming.day(day)
    )
    if as_json:
        print_json(found)
    else:
        for statement in found:
            say(told(statement))


@app.command()
def conflicts(context: typer.Context, day: Day = None, as_json: Json = False) -> None:
    """List fixed times that want the same endpoints at once, with a move for each."""
    found = desk(context).plans.conflicts(day=naming.day(day))
    listing(found, CONFLICTS, as_json=as_json, empty=N_("No fixed times are in each other's way."))


@app.command()
def check(
    context: typer.Context,
    notice: Annotated[
        str | None,
        typer.Argument(
            metavar="[NOTICE]",
            help="A notice or playlist, a draft too; without, everything that is approved.",
        ),
    ] = None,
    days: Days = 3,
    as_json: Json = False,
) -> None:
    """Say before the day what it cannot hold, and where audio comes late. The exit code is 1 where plays would be lost."""
    county = desk(context)
    if notice is None:
        short = county.plans.shortfalls(days=days)
        listing(short, SHORTFALLS, as_json=as_json, empty=N_("All plays of these days have their place."))
        lost = sum(each.plays for each in short)
    else:
        lost = _preview(county, naming.subject(county, notice), days, as_json=as_json)
    if lost:
        raise typer.Exit(1)


def _preview(county: "CountyDesk", subject: str, days: int, *, as_json: bool) -> int:
    """Shows what a notice or playlist would get; how much of it would be lost."""
    if subject.startswith("p"):
        previews = county.plans.preview_playlist(playlist=subject, days=days)
    else:
        previews = county.plans.preview(notice=subject, days=days)
    listing(previews, PREVIEWS, as_json=as_json, empty=N_("Nothing is planned."))
    silent = _once(title for each in previews for title in each.inaudible)
    if not as_json:
        _tell_moves(previews)
        for title in silent:
            say(_("“{title}” cannot be planned: it has no audio yet, or has ended.").format(title=title))
    promised = line.promised(county, subject)
    line.warn(promised)
    behind = sum(each.verdict == "late" for each in promised)
    return sum(len(each.absences) for each in previews) + len(silent) + behind


def _tell_moves(previews: "Sequence[Preview]") -> None:
    moves = [move for each in previews for move in each.conflicts]
    if moves:
        heading(N_("In the way of each other"))
        listing(moves, MOVES, as_json=False, empty="")


def told(statement: "Explanation") -> str:
    """An explanation in the language in use, with titles, names and the county's wall clock."""
    facts: dict[str, str] = {}
    for name, value in statement.parameters.items():
        if name in _MOMENTS and value != "None":
            facts[name] = text(datetime.fromisoformat(value))
        else:
            facts[name] = word("NoticeState", value) if name == "state" else value
    quoted = {
        name: value if name == "place" else _("“{title}”").format(title=value)
        for name, value in statement.names.items()
    }
    return _(statement.sentence).format_map(facts | quoted)


def _title(plan: "PlanView") -> None:
    noon = datetime.combine(plan.day, datetime.min.time().replace(hour=12))
    say(
        _("{place}, {day}: {slots} plays, {minutes} minutes ({zone})").format(
            place=plan.place_name,
            day=plan.day,
            slots=len(plan.slots),
            minutes=plan.minutes,
            zone=zone_name(noon),
        )
    )


def _times(slots: "Sequence[SlotView]") -> str:
    return " ".join(dict.fromkeys(f"{wall(slot.planned):%H:%M}" for slot in slots))


def _reasons(absences: "Sequence[AbsenceView]") -> list[str]:
    counted: dict[str, int] = {}
    for absence in absences:
        counted[said(absence.because)] = counted.get(said(absence.because), 0) + 1
    return [f"{reason} {count}" for reason, count in counted.items()]


def _once(names: "Iterable[str]") -> list[str]:
    return list(dict.fromkeys(names))


def _some(names: "Sequence[str]") -> str:
    """A few names, and how many more."""
    if len(names) <= 4:
        return ", ".join(names)
    return _("{names} and {more} more").format(names=", ".join(names[:3]), more=len(names) - 3)
