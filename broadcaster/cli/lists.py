"""Lists of areas and endpoints as files: what an import changes, and where an export goes."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from broadcaster.cli.output import Columns, listing, print_json
from broadcaster.desk.errors import Conflict
from broadcaster.language import N_, _, in_use

if TYPE_CHECKING:
    from broadcaster.desk.files import Download
    from broadcaster.desk.lists import Imported

ListFile = Annotated[
    Path, typer.Argument(metavar="FILE", help="A CSV or XLSX list.", exists=True, dir_okay=False)
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say what it would change.")]
Target = Annotated[
    Path | None, typer.Argument(metavar="[FILE]", help="Where to write it; without, to the terminal.")
]
FileFormat = Annotated[
    Literal["csv", "xlsx"] | None,
    typer.Option("--format", help="Without, what the file's name says, else csv."),
]
Force = Annotated[bool, typer.Option("--force", help="Replace a file that is there.")]

CHANGES: Columns = {
    N_("Id"): lambda change: change[0],
    N_("Field"): lambda change: _heading(change[1]),
    N_("Before"): lambda change: change[2],
    N_("After"): lambda change: change[3],
}


def tell(imported: "Imported", *, dry_run: bool, as_json: bool) -> None:
    """What a list changed, or would change."""
    if as_json:
        print_json(imported)
        return
    said = _(
        "Added: {added}, changed: {changed}, unchanged: {unchanged}, not in the list and kept: {missing}."
    )
    print(
        said.format(
            added=len(imported.added),
            changed=len(imported.changed),
            unchanged=imported.unchanged,
            missing=len(imported.missing),
        )
    )
    changes = [
        (key, name, *pair) for key, fields in imported.changed.items() for name, pair in fields.items()
    ]
    if changes:
        listing(changes, CHANGES, as_json=False, empty="")
    if imported.ignored_columns:
        print(
            _("Columns that mean nothing here: {columns}.").format(
                columns=", ".join(imported.ignored_columns)
            )
        )
    if dry_run:
        print(_("Nothing was changed: it was a dry run."))


def _heading(field: str) -> str:
    """What a list calls a column, in the language in use."""
    from broadcaster.registry import areas, endpoints

    columns = {column.name: column for column in (*areas.COLUMNS, *endpoints.COLUMNS)}
    return columns[field].chinese if in_use() == "zh_CN" else field.replace("_", " ")


def form_of(target: Path | None, said: str | None) -> str:
    """The format asked for, else what the file's name says."""
    return said or ("xlsx" if target is not None and target.suffix.casefold() == ".xlsx" else "csv")


def put(found: "Download", target: Path | None, *, force: bool = False) -> None:
    """Writes what was asked for into a file, or to stdout; Conflict where the file is there already."""
    if target is None:
        sys.stdout.buffer.write(found.content)
        sys.stdout.flush()
        return
    try:
        with target.open("wb" if force else "xb") as file:
            file.write(found.content)
    except FileExistsError:
        raise Conflict(N_("{file} is there already: take another name, or --force."), file=target) from None
    print(_("Written: {file}").format(file=target))
