"""Lists at the desk: files of areas and endpoints in and out, and what one changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from broadcaster.desk.errors import Invalid
from broadcaster.desk.files import Download, Upload
from broadcaster.desk.house import Context
from broadcaster.language import N_
from broadcaster.registry.columns import Column
from broadcaster.registry.lists import Format, Import
from broadcaster.registry.sheets import Cell
from broadcaster.storage.changes import changed

_LONGEST_LIST = 64 * 1024 * 1024
_MEDIA_TYPES = {
    Format.CSV: "text/csv; charset=utf-8",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What a list changed, or would change; what it does not name is kept."""

    added: tuple[str, ...]
    changed: dict[str, dict[str, tuple[str, str]]]  # id → field → (before, after)
    unchanged: int
    missing: tuple[str, ...]
    ignored_columns: tuple[str, ...]


def content_of(file: Upload) -> bytes:
    """All bytes of a list; Invalid above 64 MiB."""
    content = file.file.read(_LONGEST_LIST + 1)
    if len(content) > _LONGEST_LIST:
        raise Invalid(N_("The list {file} is longer than 64 MiB: split it."), file=file.name)
    return content


def imported(ctx: Context, found: Import[Any], columns: Sequence[Column], *, dry_run: bool) -> Imported:
    """What a list changed, in the words of its cells."""
    if not dry_run:
        changed(ctx.session)
    difference, shown = found.difference, {column.name: column.show for column in columns}
    return Imported(
        added=tuple(each.key for each in difference.added),
        changed={
            change.after.key: {
                name: (_cell(shown[name](before)), _cell(shown[name](after)))
                for name, (before, after) in change.fields.items()
            }
            for change in difference.changed
        },
        unchanged=difference.unchanged,
        missing=tuple(each.key for each in difference.missing),
        ignored_columns=found.ignored,
    )


def _cell(value: Cell) -> str:
    return "" if value is None else str(value)


def download(name: str, format: Format, content: bytes) -> Download:
    """A list as a file."""
    return Download(name=f"{name}.{format}", media_type=_MEDIA_TYPES[format], content=content)
