"""`broadcaster user`: people and their roles."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from broadcaster.cli.caller import desk
from broadcaster.cli.output import Columns, Json, card, listing
from broadcaster.language import N_, _
from broadcaster.words import said

if TYPE_CHECKING:
    from broadcaster.people.rights import Grant
    from broadcaster.people.users import User

app = typer.Typer(no_args_is_help=True, help="People and their roles.")

Name = Annotated[str, typer.Argument(metavar="USER", help="The user's name.")]
Roles = Annotated[
    list[str],
    typer.Option(
        "--role",
        metavar="ROLE@PLACE",
        help="A role in a place, such as editor@341523000000; repeat for more.",
    ),
]


def _roles(user: "User") -> str:
    return ", ".join(f"{said(grant.role)}@{grant.place}" for grant in user.grants)


COLUMNS: Columns = {
    N_("User"): "name",
    N_("Name"): "full_name",
    N_("Enabled"): "enabled",
    N_("Roles"): _roles,
}


@app.command("list")
def list_(context: typer.Context, as_json: Json = False) -> None:
    """List everybody."""
    listing(desk(context).users.list(), COLUMNS, as_json=as_json, empty=N_("There is nobody yet."))


@app.command()
def show(context: typer.Context, user: Name, as_json: Json = False) -> None:
    """Show one user."""
    card(desk(context).users.show(user=user), COLUMNS, as_json=as_json)


@app.command()
def add(
    context: typer.Context,
    user: Name,
    role: Roles,
    full_name: Annotated[str, typer.Option("--name", help="The full name.")] = "",
    as_json: Json = False,
) -> None:
    """Add a user. They come in with a token: `broadcaster token issue`."""
    added = desk(context).users.add(user=user, grants=_grants(role), full_name=full_name)
    card(added, COLUMNS, as_json=as_json)
    _warn(context, added)


@app.command()
def grant(context: typer.Context, user: Name, role: Roles, as_json: Json = False) -> None:
    """Give a user exactly these roles."""
    granted = desk(context).users.grant(user=user, grants=_grants(role))
    card(granted, COLUMNS, as_json=as_json)
    _warn(context, granted)


def _warn(context: typer.Context, user: "User") -> None:
    """Says on stderr which of somebody's places is no area: people are entered before areas, and codes mistyped."""
    known = {area.code for area in desk(context).areas.list()}
    message = _("! There is no area {place} yet: until there is, the role is good for nothing.")
    for place in sorted({str(grant.place) for grant in user.grants} - known):
        print(message.format(place=place), file=sys.stderr)


@app.command()
def enable(context: typer.Context, user: Name, as_json: Json = False) -> None:
    """Let a user in again."""
    card(desk(context).users.enable(user=user, enabled=True), COLUMNS, as_json=as_json)


@app.command()
def disable(context: typer.Context, user: Name, as_json: Json = False) -> None:
    """Keep a user and their tokens out."""
    card(desk(context).users.enable(user=user, enabled=False), COLUMNS, as_json=as_json)


def _grants(roles: list[str]) -> "tuple[Grant, ...]":
    return tuple(map(_grant, roles))


def _grant(asked: str) -> "Grant":
    from broadcaster.people.rights import Grant, Role
    from schedules.places import place

    role, _at, where = asked.partition("@")
    if role not in set(Role):
        known = ", ".join(Role)
        raise typer.BadParameter(
            _("expected ROLE@PLACE with a role of {known}; got {got}").format(known=known, got=asked)
        )
    try:
        return Grant(role=Role(role), place=place(where))
    except ValueError as error:
        raise typer.BadParameter(
            _("expected ROLE@PLACE with the 12-digit code of an area; got {got}").format(got=asked)
        ) from error
