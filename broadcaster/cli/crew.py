"""`broadcaster crew`: who goes, when and with what, and who is told."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from broadcaster.cli import naming
from broadcaster.cli.caller import desk
from broadcaster.cli.output import Columns, Json, card, listing, text, wall
from broadcaster.language import N_, _
from broadcaster.tickets.parts import Part, Skill
from schedules.rules import Weekday

if TYPE_CHECKING:
    from datetime import time

    from broadcaster.desk.county import CountyDesk
    from broadcaster.desk.crews import ContactView, CrewView, LeaveView
    from schedules.places import Place

_NEEDED = {"place": N_("place"), "part": N_("part")}

app = typer.Typer(no_args_is_help=True, help="Crews and their lift trucks, and the people who are told.")
Where = Annotated[str | None, typer.Option("--place", metavar="PLACE", help="An area by code or name.")]
From = Annotated[str, typer.Option("--from", metavar="TIME", help="Such as 2026-11-24T08:00.")]
Until = Annotated[str, typer.Option("--until", metavar="TIME", help="Such as 2026-11-25T08:00.")]


def _quiet(contact: "ContactView") -> str:
    return ", ".join(map(_from_to, contact.quiet_hours))


def _goes_out(crew: "CrewView") -> str:
    return f"{text(crew.days)} {_from_to(crew.hours) if crew.hours else ''}".strip()


def _away(crew: "CrewView") -> str:
    return f"{wall(crew.away_until):%m-%d %H:%M}" if crew.away_until else ""


def _disabled(thing: "CrewView | ContactView") -> str:
    """Only where it is not: a column less for whoever has all of them enabled."""
    return "" if thing.enabled else text(thing.enabled)


def _from_to(span: "tuple[time, time]") -> str:
    return f"{span[0]:%H:%M}-{span[1]:%H:%M}"


def _lacks(leave: "LeaveView") -> str:
    return text(leave.skill) if leave.skill else _("the whole crew")


CREWS: Columns = {
    N_("Crew"): "name",
    N_("Place"): "place",
    N_("Skills"): "skills",
    N_("Crew members"): "people",
    N_("Working hours"): _goes_out,
    N_("Stand-in"): "stand_in",
    N_("Away until"): _away,
    N_("Enabled"): _disabled,
}
LEAVES: Columns = {
    N_("Leave"): "id",
    N_("Crew"): "crew",
    N_("Who or what is away"): _lacks,
    N_("Begins"): "begins",
    N_("Ends"): "ends",
    N_("Reason"): "reason",
}
CONTACTS: Columns = {
    N_("Name"): "name",
    N_("Part"): "part",
    N_("Place"): "place",
    N_("Crew"): "crew",
    N_("Channels"): "channels",
    N_("Phone"): "phone",
    N_("Quiet hours"): _quiet,
    N_("Enabled"): _disabled,
}
DUTIES: Columns = {N_("Name"): "contact", N_("Begins"): "begins", N_("Ends"): "ends"}


@app.command("list")
def list_(context: typer.Context, as_json: Json = False) -> None:
    """List crews."""
    listing(desk(context).crews.list(), CREWS, as_json=as_json, empty=N_("There is no crew yet."))


@app.command("set")
def set_(
    context: typer.Context,
    crew: Annotated[str, typer.Argument(metavar="CREW", help="Its name.")],
    place: Where = None,
    skill: Annotated[list[Skill] | None, typer.Option(help="What it can do; repeat for more.")] = None,
    latitude: Annotated[float | None, typer.Option(help="Where its day begins.")] = None,
    longitude: Annotated[float | None, typer.Option(help="Where its day begins.")] = None,
    day: Annotated[
        list[Weekday] | None,
        typer.Option(help="A working day of its own; repeat for more."),
    ] = None,
    hours: Annotated[str | None, typer.Option(metavar="HH:MM-HH:MM", help="When it goes out.")] = None,
    as_usual: Annotated[
        bool, typer.Option("--as-usual", help="It goes out on the county's days and hours.")
    ] = False,
    stand_in: Annotated[
        str | None, typer.Option(metavar="CREW", help="The crew that is told while it is away.")
    ] = None,
    enabled: Annotated[bool | None, typer.Option("--enabled/--disabled", help="Whether it goes out.")] = None,
    as_json: Json = False,
) -> None:
    """Say what a crew is and when it goes out; what is not said stays as it is. One that is not known yet begins."""
    county = desk(context)
    told: dict[str, Any] = {
        "place": _place(county, place),
        "skills": skill,
        "latitude": latitude,
        "longitude": longitude,
        "enabled": enabled,
        "days": day,
        "hours": _span(hours) if hours else None,
        "stand_in": stand_in,
    }
    told = _kept(next((each for each in county.crews.list() if each.name == crew), None), told)
    if as_usual:
        told |= {"days": (), "hours": None}
    card(county.crews.set(crew=crew, **told), CREWS, as_json=as_json)


@app.command()
def leaves(context: typer.Context, as_json: Json = False) -> None:
    """List which crews are away or lack something, now and later."""
    listing(desk(context).crews.leaves(), LEAVES, as_json=as_json, empty=N_("No crew is away."))


@app.command()
def leave(
    context: typer.Context,
    crew: Annotated[str, typer.Argument(metavar="CREW", help="Its name.")],
    begins: From,
    ends: Until,
    reason: Annotated[str, typer.Option(help="Why.")],
    without: Annotated[
        Skill | None,
        typer.Option(help="What it lacks; lift: its truck is in the workshop. Without, all of it is away."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Say that a crew is away, or what it lacks meanwhile."""
    county = desk(context)
    begin, end = naming.moment(begins), naming.moment(ends, ends=True)
    found = county.crews.leave(crew=crew, begins=begin, ends=end, reason=reason, skill=without)
    card(found, LEAVES, as_json=as_json)


@app.command()
def back(
    context: typer.Context,
    leave: Annotated[int, typer.Argument(metavar="LEAVE", help="Its number in `broadcaster crew leaves`.")],
    as_json: Json = False,
) -> None:
    """Strike a leave out: the crew is back early, or does not go on leave."""
    card(desk(context).crews.back(leave=leave), CREWS, as_json=as_json)


@app.command()
def contacts(context: typer.Context, as_json: Json = False) -> None:
    """List everybody who is told."""
    found = desk(context).crews.contacts()
    listing(found, CONTACTS, as_json=as_json, empty=N_("Nobody is told yet."))


@app.command()
def tell(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="Who is told.")],
    part: Annotated[Part | None, typer.Argument(help="What they have to do with tickets.")] = None,
    place: Where = None,
    channel: Annotated[
        list[str] | None,
        typer.Option(help="A channel of county.toml, or sms; repeat for more."),
    ] = None,
    phone: Annotated[str | None, typer.Option(help="For SMS.")] = None,
    crew: Annotated[str | None, typer.Option(help="Whose member they are.")] = None,
    quiet: Annotated[
        list[str] | None,
        typer.Option("--quiet", metavar="HH:MM-HH:MM", help="When only what is urgent is told."),
    ] = None,
    enabled: Annotated[
        bool | None, typer.Option("--enabled/--disabled", help="Whether they are told.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Say who is told of which tickets, and through which channels; what is not said stays as it is."""
    county = desk(context)
    told: dict[str, Any] = {
        "place": _place(county, place),
        "part": part,
        "channels": channel,
        "phone": phone,
        "crew": crew,
        "quiet_hours": tuple(map(_span, quiet)) if quiet else None,
        "enabled": enabled,
    }
    told = _kept(next((each for each in county.crews.contacts() if each.name == name), None), told)
    card(county.crews.tell(contact=name, **told), CONTACTS, as_json=as_json)


@app.command()
def duties(context: typer.Context, as_json: Json = False) -> None:
    """List who is on duty, now and later."""
    listing(desk(context).crews.duties(), DUTIES, as_json=as_json, empty=N_("There are no duties."))


@app.command()
def duty(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="Who is told.")],
    begins: From,
    ends: Until,
    as_json: Json = False,
) -> None:
    """Put somebody on duty: while anybody of their part and place is, only those are told."""
    county = desk(context)
    begin, end = naming.moment(begins), naming.moment(ends, ends=True)
    card(county.crews.on_duty(contact=name, begins=begin, ends=end), DUTIES, as_json=as_json)


def _place(county: "CountyDesk", said: str | None) -> "Place | None":
    return naming.place(county, said) if said else None


def _kept(known: "CrewView | ContactView | None", said: Mapping[str, Any]) -> dict[str, Any]:
    """What was said, and where nothing was what is known."""
    if known is not None:
        return {name: getattr(known, name) if value is None else value for name, value in said.items()}
    for name in _NEEDED:
        if name in said and said[name] is None:
            raise typer.BadParameter(
                _("one that is not known yet takes its {what}").format(what=_(_NEEDED[name]))
            )
    return {name: value for name, value in said.items() if value is not None}


def _span(said: str) -> "tuple[time, time]":
    from datetime import time

    begin, _dash, end = said.partition("-")
    try:
        return time.fromisoformat(begin), time.fromisoformat(end)
    except ValueError:
        raise typer.BadParameter(
            _("expected a span such as 08:00-18:00, got {got}").format(got=said)
        ) from None
