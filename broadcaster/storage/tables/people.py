"""People, what they may do where, their tokens, and the trail of what they did."""

from datetime import datetime
from typing import Any

from sqlmodel import Field

from broadcaster.storage.tables.columns import Json, Row, UtcDateTime


class UserRow(Row, table=True):
    """Somebody who may come in with a token. Never deleted: their name stands in steps and in the audit trail."""

    __tablename__ = "person"

    name: str = Field(primary_key=True)
    full_name: str = ""
    enabled: bool = True
    created_at: datetime = Field(sa_type=UtcDateTime)


class GrantRow(Row, table=True):
    """A role that somebody holds in a place and in all that it covers."""

    __tablename__ = "role_grant"

    user: str = Field(primary_key=True, foreign_key="person.name")
    role: str = Field(primary_key=True)
    place: str = Field(primary_key=True)


class TokenRow(Row, table=True):
    """An API token, of which only the hash is kept."""

    __tablename__ = "token"

    hash: str = Field(primary_key=True)
    user: str = Field(index=True, foreign_key="person.name")
    name: str
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class AuditRow(Row, table=True):
    """One thing that somebody did or was refused. The database forbids changes; the hashes show what got past it."""

    __tablename__ = "audit"

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime, index=True)
    who: str = Field(index=True)
    what: str  # such as notices.submit
    subject: str = Field(default="", index=True)
    places: list[str] = Field(default_factory=list, sa_type=Json)
    parameters: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    outcome: str
    message: str = ""
    hash: str  # SHA-256 over the row before and this one
