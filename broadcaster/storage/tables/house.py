"""What the house itself remembers: settings, signing keys, and when it was last alive."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint
from sqlmodel import Field

from broadcaster.storage.tables.columns import Json, Row, UtcDateTime


class SettingRow(Row, table=True):
    """One setting that is changed while running, such as the device settings of an area."""

    __tablename__ = "setting"

    key: str = Field(primary_key=True)
    value: Any = Field(default=None, sa_type=Json)


class KeyRow(Row, table=True):
    """A signing key. `secret` signs; a retired key signs no more, and endpoints trust it until they are told."""

    __tablename__ = "signing_key"

    kid: str = Field(primary_key=True)  # 16 hex digits
    algorithm: int  # COSE
    secret: str  # hex
    public: str  # hex
    created_at: datetime = Field(sa_type=UtcDateTime)
    retired_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class AliveRow(Row, table=True):
    """When the controller was last alive, so that its own outage is not taken for everybody's."""

    __tablename__ = "alive"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: int = Field(default=1, primary_key=True)
    monotonic_s: float
    wall: datetime = Field(sa_type=UtcDateTime)
    boot: str
