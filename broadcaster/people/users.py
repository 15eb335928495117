"""Users: who may come in with a token, with which roles. Names are kept for ever, as steps and the audit trail hold them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete
from sqlmodel import Session, col, select

from broadcaster.language import N_
from broadcaster.people.errors import Unfit
from broadcaster.people.rights import Grant, Role
from broadcaster.storage.tables import GrantRow, UserRow
from schedules.places import Place

CONTROLLER = "controller"  # what the controller does by itself stands under this name
_NAME = re.compile(r"[a-z][a-z0-9._-]{1,31}")


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """Somebody with the roles that they hold, or will hold again once they are enabled."""

    name: str
    full_name: str
    enabled: bool
    grants: tuple[Grant, ...]


def add(session: Session, *, name: str, full_name: str = "", now: datetime) -> None:
    """A new user, without roles. Unfit says what cannot be."""
    if not _NAME.fullmatch(name) or name == CONTROLLER:
        message = N_(
            "user name {name}: expected 2 to 32 of a-z, 0-9, '.', '_' and '-', beginning with a letter, and not {taken}"
        )
        raise Unfit(message, name=name, taken=CONTROLLER)
    if session.get(UserRow, name):
        raise Unfit(N_("the user name {name} is taken, or was once: names are not given twice"), name=name)
    session.add(UserRow(name=name, full_name=full_name, created_at=now))
    session.flush()


def set_enabled(session: Session, name: str, *, enabled: bool) -> None:
    """Let somebody in, or keep them out together with their tokens. LookupError."""
    _row(session, name).enabled = enabled


def grant(session: Session, name: str, grants: Iterable[Grant]) -> None:
    """Give somebody exactly these roles. LookupError."""
    _row(session, name)
    session.connection().execute(delete(GrantRow).where(col(GrantRow.user) == name))
    session.add_all(GrantRow(user=name, role=each.role, place=each.place) for each in set(grants))


def user(session: Session, name: str) -> User | None:
    """One user, or None where there never was one of that name."""
    row = session.get(UserRow, name)
    return _user(session, row) if row else None


def users(session: Session) -> list[User]:
    """Everybody, by name."""
    return [_user(session, row) for row in session.exec(select(UserRow).order_by(col(UserRow.name)))]


def grants_of(session: Session, name: str) -> tuple[Grant, ...]:
    """What somebody may act on: nothing while they are disabled."""
    found = user(session, name)
    return found.grants if found and found.enabled else ()


def _user(session: Session, row: UserRow) -> User:
    grants = session.exec(select(GrantRow).where(GrantRow.user == row.name))
    return User(
        name=row.name,
        full_name=row.full_name,
        enabled=row.enabled,
        grants=tuple(sorted(Grant(role=Role(each.role), place=Place(each.place)) for each in grants)),
    )


def _row(session: Session, name: str) -> UserRow:
    row = session.get(UserRow, name)
    if row is None:
        raise LookupError(f"there is no user {name!r}")
    return row
