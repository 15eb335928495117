"""Places as people know them: by name."""

from collections.abc import Iterable

from sqlmodel import Session

from broadcaster.storage.tables import AreaRow


def place_names(session: Session, places: Iterable[str]) -> tuple[str, ...]:
    """The name of each area; of an endpoint its village's with its id, such as 石桥村/shiqiao-01."""
    return tuple(_name(session, *place.partition("/")) for place in places)


def _name(session: Session, area: str, slash: str, endpoint: str) -> str:
    row = session.get(AreaRow, area)
    return (row.name if row else area) + slash + endpoint
