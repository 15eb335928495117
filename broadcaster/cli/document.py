"""`broadcaster document`: what endpoints are told, made legible."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from broadcaster.cli.caller import desk
from broadcaster.cli.output import Columns, Json, listing, print_json
from broadcaster.language import N_
from devices.topics import DocumentKind

app = typer.Typer(no_args_is_help=True, help="Documents: what endpoints are told, signed and in CBOR.")

COLUMNS: Columns = {
    N_("Topic"): "topic",
    N_("Revision"): "revision",
    N_("Issued"): "issued",
    N_("Expires"): "expires",
    N_("Bytes"): "size_bytes",
}


@app.command("list")
def list_(
    context: typer.Context,
    kind: Annotated[DocumentKind | None, typer.Option(help="Only this kind.")] = None,
    target: Annotated[str | None, typer.Option(help="Only for this area, endpoint or recording.")] = None,
    as_json: Json = False,
) -> None:
    """List the documents on the broker."""
    documents = desk(context).documents.list(kind=kind, target=target)
    listing(documents, COLUMNS, as_json=as_json, empty=N_("There is no such document."))


@app.command()
def show(
    context: typer.Context,
    source: Annotated[
        str, typer.Argument(metavar="TOPIC|FILE|-", help="Its topic, or a file with its bytes.")
    ],
) -> None:
    """Print a document as JSON, whatever its signature is worth."""
    if source == "-":
        print_json(_described(sys.stdin.buffer.read()))
    elif Path(source).is_file():
        print_json(_described(Path(source).read_bytes()))
    else:
        print_json(desk(context).documents.show(topic=source))


def _described(payload: bytes) -> dict[str, object]:
    from broadcaster.desk.errors import Invalid
    from devices.errors import RefusedDocument
    from devices.sealing import describe

    try:
        return describe(payload)
    except RefusedDocument as refused:
        raise Invalid(N_("{reason}"), reason=refused) from refused
