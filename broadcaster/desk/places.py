"""Places as people know them: by name."""

from collections.abc import Iterable

from sqlmodel import Session, select

from broadcaster.storage.tables import AreaRow
from schedules.places import Level, Place, level_of


def place_names(session: Session, places: Iterable[str]) -> tuple[str, ...]:
    """The name of each area; of an endpoint its village's with its id, such as 石桥村/shiqiao-01."""
    return tuple(_name(session, *place.partition("/")) for place in places)


def _name(session: Session, area: str, slash: str, endpoint: str) -> str:
    row = session.get(AreaRow, area)
    return (row.name if row else area) + slash + endpoint


def widest_places(session: Session) -> tuple[Place, ...]:
    """The areas of the widest level that is registered: who may do something in all of them may do it everywhere."""
    areas = [Place(code) for code in session.exec(select(AreaRow.code))]
    widest = min((level_of(area) for area in areas), default=Level.COUNTY)
    return tuple(area for area in areas if level_of(area) is widest)
