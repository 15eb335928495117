"""What people name: places and notices by id or name, days and moments by date or word."""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, TypeVar, overload

import typer

from broadcaster.cli import output
from broadcaster.desk.errors import Conflict, NotFound
from broadcaster.language import N_, _
from schedules.places import Place, endpoint_place

if TYPE_CHECKING:
    from broadcaster.desk.county import CountyDesk

Named = TypeVar("Named")
_DAYS = {"today": 0, "今天": 0, "tomorrow": 1, "明天": 1, "后天": 2, "yesterday": -1, "昨天": -1}
_AREA = re.compile(r"\d{12}(/.+)?")
_MOST_TOLD = 5


def place(desk: "CountyDesk", said: str) -> Place:
    """An area by code or name, or an endpoint by id; NotFound, or Conflict where several have that name."""
    if _AREA.fullmatch(said):
        return Place(said)
    areas = desk.areas.list()
    if any(said in area.name for area in areas):
        found = _the_one(said, areas, lambda area: area.name)
        return Place(found.code)
    for endpoint in desk.endpoints.list():
        if said in (endpoint.id, endpoint.name):
            return endpoint_place(Place(endpoint.village), endpoint.id)
    raise NotFound(
        N_("There is no area or endpoint {said}. `broadcaster area list` has the names and codes."), said=said
    )


def places(desk: "CountyDesk", said: Iterable[str]) -> tuple[Place, ...]:
    """Each of them, as `place` finds it."""
    return tuple(place(desk, each) for each in said)


def notice(desk: "CountyDesk", said: str) -> str:
    """The id of a notice, from its id or from words of its title that no other has."""
    if re.fullmatch(r"n\d{8}-\d+", said):
        return said
    found = [each for each in desk.notices.list() if said in each.title]
    if not found:
        raise NotFound(N_("There is no notice {said}. `broadcaster notice list` has them all."), said=said)
    return _the_one(said, found, lambda each: each.title, lambda each: each.id).id


def playlist(desk: "CountyDesk", said: str) -> str:
    """The id of a playlist, from its id or from words of its title."""
    if re.fullmatch(r"p\d{8}-\d+", said):
        return said
    found = [each for each in desk.playlists.list() if said in each.title]
    if not found:
        raise NotFound(
            N_("There is no playlist {said}. `broadcaster playlist list` has them all."), said=said
        )
    return _the_one(said, found, lambda each: each.title, lambda each: each.id).id


def subject(desk: "CountyDesk", said: str) -> str:
    """The id of a notice or playlist, from its id or from words of its title."""
    if re.fullmatch(r"[np]\d{8}-\d+", said):
        return said
    known = {each.id: each.title for each in desk.notices.list()}
    known |= {each.id: each.title for each in desk.playlists.list()}
    found = [id for id, title in known.items() if said in title]
    if not found:
        message = N_(
            "There is no notice or playlist {said}. `broadcaster notice list` and `broadcaster playlist list` have them."
        )
        raise NotFound(message, said=said)
    return _the_one(said, found, known.__getitem__, str)


def asset(desk: "CountyDesk", said: str) -> str:
    """The id of a recording, from its id or from words of its title."""
    if re.fullmatch(r"a-[0-9a-f]{12}", said):
        return said
    found = [each for each in desk.recordings.list() if said in each.title]
    if not found:
        raise NotFound(
            N_("There is no recording {said}. `broadcaster recording list` has them all."), said=said
        )
    return _the_one(said, found, lambda each: each.title, lambda each: each.id).id


def alert(desk: "CountyDesk", said: str) -> str:
    """The id of an alert, from its id or from words of its title: of one in force, else of the newest that was."""
    from broadcaster.desk.alerts import AlertState

    known = desk.alerts.list()
    if any(said == each.id for each in known):
        return said
    found = [each for each in known if said in each.title]
    in_force = [each for each in found if each.state is AlertState.IN_FORCE]
    if not found:
        raise NotFound(N_("There is no alert {said}. `broadcaster alert list` has them all."), said=said)
    return _the_one(said, in_force or found[:1], lambda each: each.title, lambda each: each.id).id


def today() -> date:
    """The county's date."""
    return output.wall(datetime.now(UTC)).date()


@overload
def day(said: str) -> date: ...
@overload
def day(said: str | None) -> date | None: ...
def day(said: str | None) -> date | None:
    """2026-11-24, today, tomorrow, yesterday, or +3 for three days from now."""
    if said is None:
        return None
    if said in _DAYS:
        return today() + timedelta(days=_DAYS[said])
    if re.fullmatch(r"[+-]\d{1,3}", said):
        return today() + timedelta(days=int(said))
    try:
        return date.fromisoformat(said)
    except ValueError:
        raise typer.BadParameter(
            _("expected a day such as 2026-11-24, today, tomorrow or +3; got {got}").format(got=said)
        ) from None


@overload
def moment(said: str, *, ends: bool = False) -> datetime: ...
@overload
def moment(said: str | None, *, ends: bool = False) -> datetime | None: ...
def moment(said: str | None, *, ends: bool = False) -> datetime | None:
    """A day, or a day with a time, on the county's wall clock; a day alone that `ends` something counts in full."""
    if said is None:
        return None
    if re.fullmatch(r"\S+[T ]\d{1,2}:\d\d(:\d\d)?", said):
        which, clock = re.split(r"[T ]", said)
        at = f"{day(which)}T{clock.zfill(5)}"
    else:
        at = (day(said) + timedelta(days=1 if ends else 0)).isoformat()
    try:
        return output.moment(datetime.fromisoformat(at))
    except ValueError:
        raise typer.BadParameter(
            _("expected a time such as 2026-11-24T08:00, got {got}").format(got=said)
        ) from None


def _the_one(
    said: str,
    found: Sequence[Named],
    name_of: Callable[[Named], str],
    id_of: Callable[[Named], str] = lambda each: "",
) -> Named:
    """The one whose name is `said`, else the one whose name holds it; Conflict where there are several."""
    exact = [each for each in found if name_of(each) == said]
    fitting = exact or [each for each in found if said in name_of(each)]
    if len(fitting) > 1:
        told = ", ".join(f"{id_of(each)} {name_of(each)}".strip() for each in fitting[:_MOST_TOLD])
        raise Conflict(
            N_("{said} names {count} things: {those}. Say the whole name, or the id."),
            said=said,
            count=len(fitting),
            those=told,
        )
    return fitting[0]
