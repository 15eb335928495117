"""The dead-man's switch: a process beside the controller that says when that is down. Run it every minute by a timer."""

import hashlib
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlmodel import Session, col, select

from broadcaster.house import CountyHouse
from broadcaster.language import _
from broadcaster.notifications.channels import channels
from broadcaster.notifications.post import Letter
from broadcaster.storage.tables import AliveRow, ContactRow
from broadcaster.tickets.parts import Part

log = logging.getLogger(__name__)

PATIENCE = timedelta(minutes=3)
_TOLD = (Part.STATION, Part.LEADER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the switch saw: since when nothing was heard of the controller, and who was told of that just now."""

    alive_at: datetime | None
    is_down: bool
    told: tuple[str, ...] = ()
    not_told: tuple[str, ...] = ()


def look(house: CountyHouse, now: datetime, patience: timedelta = PATIENCE) -> Seen:
    """Looks once. An outage is told once, and its end to the same people, if it was told."""
    with house.snapshot() as session:
        row = session.get(AliveRow, 1)
        contacts = _contacts(session)
    if row is None:
        return Seen(alive_at=None, is_down=False)
    is_down = now - row.wall > patience
    marker = house.settings.directory / "controller-is-down"
    if is_down is marker.exists():
        return Seen(alive_at=row.wall, is_down=is_down)
    if is_down:
        text = _("The controller has not been heard of since {at}.").format(at=_local(house, row.wall))
    else:
        text = _("The controller is at work again.")
    told, not_told = _tell(house, contacts, text, row.wall)
    _mark(marker, row.wall, is_down=is_down and bool(told or not contacts))
    return Seen(alive_at=row.wall, is_down=is_down, told=told, not_told=not_told)


def _mark(marker: Path, alive_at: datetime, *, is_down: bool) -> None:
    """Only what got through to somebody counts as told: else the next look tries again."""
    if is_down:
        marker.write_text(alive_at.isoformat(), encoding="ascii")
    else:
        marker.unlink(missing_ok=True)


def _tell(
    house: CountyHouse, contacts: list[ContactRow], text: str, alive_at: datetime
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    ways, told, failed = channels(house.settings.notify), list[str](), list[str]()
    for contact in contacts:
        for channel in contact.channels:
            letter = Letter(
                key=_key(alive_at, contact.name, channel, text),
                name=contact.name,
                phone=contact.phone,
                title=_("Village broadcasting"),
                text=text,
            )
            try:
                ways[channel](letter)
                told.append(contact.name)
            except Exception as error:  # whatever is wrong with one way, the others are tried
                log.warning(
                    "a message did not get through", extra={"contact": contact.name, "why": repr(error)}
                )
                failed.append(contact.name)
    return tuple(told), tuple(failed)


def _key(alive_at: datetime, *said: str) -> str:
    """The same for each attempt to say the same; it travels in a header, which takes no Chinese name."""
    return hashlib.sha256("|".join((alive_at.isoformat(), *said)).encode()).hexdigest()[:32]


def _contacts(session: Session) -> list[ContactRow]:
    wanted = select(ContactRow).where(col(ContactRow.enabled), col(ContactRow.part).in_(_TOLD))
    return list(session.exec(wanted.order_by(ContactRow.name)))


def _local(house: CountyHouse, at: datetime) -> str:
    return f"{at.astimezone(house.settings.zone):%Y-%m-%d %H:%M}"
