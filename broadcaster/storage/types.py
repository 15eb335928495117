"""Column types: moments that stay in UTC, and enums stored by their value."""

from datetime import UTC, datetime
from enum import Enum
from typing import Any

from sqlalchemy import DateTime, Dialect, Integer, String
from sqlalchemy.types import TypeDecorator


class UtcDateTime(TypeDecorator[datetime]):
    """An aware datetime, stored in UTC and read back aware (SQLite forgets zones)."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuses a naive datetime: nobody could tell which zone it meant."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a stored time needs its zone, got naive {value!r}")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Attaches the zone again."""
        return None if value is None else value.replace(tzinfo=UTC)


class Coded(TypeDecorator[Any]):
    """An enum stored by its value, as text or as a number."""

    impl = String
    cache_ok = True

    def __init__(self, enum: type[Enum]) -> None:
        super().__init__()
        self.enum = enum

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        """Numbers for enums of numbers."""
        return dialect.type_descriptor(Integer() if issubclass(self.enum, int) else String())

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """The value of the member, which must be one."""
        return None if value is None else self.enum(value).value

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        """The member."""
        return None if value is None else self.enum(value)
