"""Serial lines, and what the hub of each last said of it."""

from datetime import datetime

from sqlmodel import Field

from broadcaster.storage.tables.columns import Json, Row, UtcDateTime, Word
from devices.serial.wiring import Direction


class LineRow(Row, table=True):
    """串口线路: endpoints on it have the link `serial:<line>:<address>`."""

    __tablename__ = "line"

    name: str = Field(primary_key=True, max_length=32)
    hub: str = Field(index=True, max_length=64)
    port: str  # at the hub
    baud: int
    half_duplex: bool = False
    turn_ms: int = 0
    direction: Direction = Field(default=Direction.AUTO, sa_type=Word(Direction))
    report: dict[str, object] | None = Field(default=None, sa_type=Json)  # the hub's last one of it
    reported_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
