"""Files that pass the door: what a person hands in, and what they take away."""

from dataclasses import dataclass
from typing import Any, BinaryIO

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema


class Upload:
    """A file handed in: its name as the person knows it, and its bytes to be read once from the beginning."""

    def __init__(self, name: str, file: BinaryIO) -> None:
        self.name, self.file = name, file

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: GetCoreSchemaHandler) -> CoreSchema:
        """Passes as it is; in records of what was ordered its name stands for it."""
        by_name = core_schema.plain_serializer_function_ser_schema(lambda upload: upload.name)
        return core_schema.is_instance_schema(cls, serialization=by_name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Download:
    """A file to take away, small enough for memory."""

    name: str
    media_type: str
    content: bytes
