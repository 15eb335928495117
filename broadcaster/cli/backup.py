"""`broadcaster backup` and `broadcaster restore`: a county in one file."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from broadcaster.cli.caller import caller
from broadcaster.cli.output import Json, print_json
from broadcaster.cli.progress import bar
from broadcaster.language import _

if TYPE_CHECKING:
    from broadcaster.backup import Contents


def backup(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="The file to write, such as county.tar.")],
    as_json: Json = False,
) -> None:
    """Put the whole county into one file, also while its controller runs. Keep it safe: the signing key is in it."""
    from broadcaster.backup import back_up

    with bar(_("Backing up")) as report:
        contents = back_up(caller(context).settings, file, report=report)
    if as_json:
        print_json(contents)
    else:
        print(_("In {file}: {files} files, {size} MB.").format(file=file, **_said(contents)))


def restore(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A file that `backup` wrote.")],
    as_json: Json = False,
) -> None:
    """Make the county of a backup again, in a data directory that is new or empty."""
    from broadcaster.backup import restore as restore_county

    directory = caller(context).county
    with bar(_("Restoring")) as report:
        contents = restore_county(file, directory, report=report)
    if as_json:
        print_json(contents)
    else:
        said = _("Restored into {directory}: {files} files, {size} MB. Run the doctor before the controller.")
        print(said.format(directory=directory, **_said(contents)))


def _said(contents: "Contents") -> dict[str, object]:
    return {"files": contents.files, "size": f"{contents.size / 1e6:.1f}"}
