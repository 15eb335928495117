"""Column types that give back what was put in: aware instants, the words of enums, JSON."""

from datetime import UTC, datetime
from enum import IntEnum, StrEnum
from typing import Any, ClassVar

from sqlalchemy import JSON, DateTime, Dialect, Integer, MetaData, String
from sqlalchemy.types import TypeDecorator
from sqlmodel import SQLModel

Json = JSON(none_as_null=True)  # replace a value, never change it in place: nobody would notice


class Row(SQLModel):
    """What every table inherits. A row does not validate: what comes from outside is checked before it gets here."""

    metadata: ClassVar[MetaData] = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class UtcDateTime(TypeDecorator[datetime]):
    """An instant. SQLite forgets zones, so they are settled on the way in and restored on the way out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"an instant needs a zone to be stored, got {value!r}")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return (
            value
            if value is None
            else value.replace(tzinfo=UTC)
            if value.tzinfo is None
            else value.astimezone(UTC)
        )


class Word(TypeDecorator[StrEnum]):
    """A StrEnum by its word; a word that the program does not know is a ValueError, not a guess."""

    impl = String(32)
    cache_ok = True

    def __init__(self, words: type[StrEnum]) -> None:
        super().__init__()
        self.words = words

    def process_bind_param(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else self.words(value).value

    def process_result_value(self, value: Any, dialect: Dialect) -> StrEnum | None:
        return None if value is None else self.words(value)


class Number(TypeDecorator[IntEnum]):
    """An IntEnum by its number."""

    impl = Integer
    cache_ok = True

    def __init__(self, numbers: type[IntEnum]) -> None:
        super().__init__()
        self.numbers = numbers

    def process_bind_param(self, value: int | None, dialect: Dialect) -> Any:
        return None if value is None else self.numbers(value).value

    def process_result_value(self, value: Any, dialect: Dialect) -> IntEnum | None:
        return None if value is None else self.numbers(value)
