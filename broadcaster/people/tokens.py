"""Tokens: by what people and programs are known. Each has a name and an end; only its hash is kept."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from broadcaster.language import N_
from broadcaster.people.errors import Unfit
from broadcaster.storage.tables import TokenRow, UserRow

PREFIX = "ccx_"  # so that a token that lies around is known for what it is
LONGEST = timedelta(days=400)
PHONE = "phone"  # the name of the token in a phone's link


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A token as its owner may see it again: all but the token itself."""

    name: str
    created_at: datetime
    expires_at: datetime


def issue(session: Session, user: str, name: str, *, now: datetime, lasts: timedelta) -> str:
    """A new token of a user, shown this once; one that they have by this name ends. Unfit for a name or time."""
    if not name or len(name) > 64:
        raise Unfit(N_("a token needs a name of 1 to 64 characters, got {name}"), name=name)
    if not timedelta(0) < lasts <= LONGEST:
        message = N_("a token lasts 1 to {longest} days, got {days}")
        raise Unfit(message, longest=LONGEST.days, days=lasts.days)
    revoke(session, user, name, now=now)
    token = PREFIX + secrets.token_urlsafe(32)
    session.add(TokenRow(hash=_hash(token), user=user, name=name, created_at=now, expires_at=now + lasts))
    session.flush()
    return token


def holder(session: Session, token: str, *, now: datetime, phones: bool = False) -> str | None:
    """The user whose token this is; None if it is nobody's, has ended, or its user is disabled.

    That of a phone's link counts only where `phones` come in.
    """
    wanted = (
        select(TokenRow.user)
        .join(UserRow, col(UserRow.name) == col(TokenRow.user))
        .where(
            TokenRow.hash == _hash(token),
            TokenRow.expires_at > now,
            col(TokenRow.revoked_at).is_(None),
            col(UserRow.enabled).is_(True),
        )
    )
    if not phones:
        wanted = wanted.where(TokenRow.name != PHONE)
    return session.exec(wanted).one_or_none()


def revoke(session: Session, user: str, name: str, *, now: datetime) -> bool:
    """End a token before its time; whether there was one in force."""
    found = list(session.exec(_in_force(user, now).where(TokenRow.name == name)))
    for row in found:
        row.revoked_at = now
    return bool(found)


def tokens(session: Session, user: str, *, now: datetime) -> list[Token]:
    """The tokens of a user that are in force, by name."""
    rows = session.exec(_in_force(user, now).order_by(col(TokenRow.name)))
    return [Token(name=row.name, created_at=row.created_at, expires_at=row.expires_at) for row in rows]


def _in_force(user: str, now: datetime) -> SelectOfScalar[TokenRow]:
    return select(TokenRow).where(
        TokenRow.user == user, TokenRow.expires_at > now, col(TokenRow.revoked_at).is_(None)
    )


def _hash(token: str) -> str:
    """A plain hash is enough: nobody guesses 256 random bits."""
    return hashlib.sha256(token.encode()).hexdigest()
