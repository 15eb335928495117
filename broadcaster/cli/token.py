"""`broadcaster token`: by what people, programs and phones are known."""

from typing import Annotated

import typer

from broadcaster.cli.caller import desk
from broadcaster.cli.output import Columns, Json, listing, print_json
from broadcaster.language import N_

app = typer.Typer(no_args_is_help=True, help="Tokens, by which people, programs and phones are known.")

User = Annotated[str, typer.Argument(metavar="USER", help="Whose tokens.")]
Name = Annotated[str, typer.Argument(metavar="NAME", help="What the token is for.")]

COLUMNS: Columns = {N_("Token"): "name", N_("Made"): "created_at", N_("Expires"): "expires_at"}


@app.command("list")
def list_(context: typer.Context, user: User, as_json: Json = False) -> None:
    """List a user's tokens."""
    listing(
        desk(context).tokens.list(user=user),
        COLUMNS,
        as_json=as_json,
        empty=N_("There is no token in force."),
    )


@app.command()
def issue(
    context: typer.Context,
    user: User,
    name: Name,
    days: Annotated[int, typer.Option(help="How long it lasts.")] = 90,
    as_json: Json = False,
) -> None:
    """Make a token and print it, this once."""
    token = desk(context).tokens.issue(user=user, name=name, days=days)
    print_json({"token": token}) if as_json else print(token)


@app.command()
def phone(
    context: typer.Context,
    user: User,
    days: Annotated[int, typer.Option(min=1, max=31, help="How long it lasts.")] = 7,
    as_json: Json = False,
) -> None:
    """Make a link that opens a user's tickets on their phone, and print it, this once."""
    link = desk(context).tokens.phone(user=user, days=days)
    print_json({"link": link}) if as_json else print(link)


@app.command()
def revoke(context: typer.Context, user: User, name: Name) -> None:
    """End a token before its time."""
    desk(context).tokens.revoke(user=user, name=name)
