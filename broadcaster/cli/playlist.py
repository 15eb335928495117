"""`broadcaster playlist`: notices in order, played as one block."""

from typing import TYPE_CHECKING, Annotated

import typer

from broadcaster.cli import line, naming, rule
from broadcaster.cli.caller import desk
from broadcaster.cli.options import flat
from broadcaster.cli.output import Columns, Json, card, heading, last_day, length, listing, print_json
from broadcaster.cli.steps import STEPS, Comment, Reason
from broadcaster.cli.writing import PlaylistOptions, put_together, rearranged
from broadcaster.desk.errors import NotFound
from broadcaster.language import N_
from schedules.notices import NoticeState

if TYPE_CHECKING:
    from broadcaster.desk.playlists import PlaylistView

app = typer.Typer(no_args_is_help=True, help="Playlists: notices in order, played as one block.")
Playlist = Annotated[str, typer.Argument(metavar="PLAYLIST", help="Its id, or words of its title.")]

ROWS: Columns = {
    N_("Playlist"): "id",
    N_("State"): "state",
    N_("Title"): "title",
    N_("Items"): lambda playlist: len(playlist.items),
    N_("Length"): lambda playlist: length(playlist.duration_ms),
    N_("Places"): "places",
    N_("Last day"): lambda playlist: last_day(playlist.valid_until),
}
CARD: Columns = {
    N_("Playlist"): "id",
    N_("Version"): "version",
    N_("State"): "state",
    N_("Title"): "title",
    N_("Places"): "places",
    N_("Valid from"): "valid_from",
    N_("Valid until"): "valid_until",
    N_("Loop"): lambda playlist: rule.sentence(playlist.rule),
    N_("Length"): lambda playlist: length(playlist.duration_ms),
}
ITEMS: Columns = {
    N_("No."): lambda numbered: numbered[0],
    N_("Notice"): lambda numbered: numbered[1].id,
    N_("State"): lambda numbered: numbered[1].state,
    N_("Title"): lambda numbered: numbered[1].title,
    N_("Length"): lambda numbered: length(numbered[1].duration_ms),
}


@app.command("list")
def list_(
    context: typer.Context,
    state: Annotated[NoticeState | None, typer.Option(help="Only in this state.")] = None,
    as_json: Json = False,
) -> None:
    """List playlists, the newest first."""
    found = desk(context).playlists.list(state=state)
    listing(found, ROWS, as_json=as_json, empty=N_("There is no playlist yet."))


@app.command()
def show(context: typer.Context, playlist: Playlist, as_json: Json = False) -> None:
    """Show a playlist with its notices, and who did what when."""
    county = desk(context)
    found = county.playlists.show(playlist=naming.playlist(county, playlist))
    if as_json:
        print_json(found)
        return
    _tell(found.playlist, as_json=False)
    heading(N_("History"))
    listing(found.steps, STEPS, as_json=False, empty=N_("Nothing has happened."))


@app.command()
@flat
def create(context: typer.Context, options: PlaylistOptions, as_json: Json = False) -> None:
    """Put a playlist together, from options or from a TOML file that has the same names; options win."""
    county = desk(context)
    _tell(county.playlists.create(draft=put_together(county, options)), as_json=as_json)


@app.command()
@flat
def edit(context: typer.Context, playlist: Playlist, options: PlaylistOptions, as_json: Json = False) -> None:
    """Change what is said and keep the rest; of a playlist that was approved a new version begins."""
    county = desk(context)
    before = county.playlists.show(playlist=naming.playlist(county, playlist)).playlist
    made = county.playlists.edit(playlist=before.id, draft=rearranged(county, before, options))
    _tell(made, as_json=as_json)


@app.command()
def move(
    context: typer.Context,
    playlist: Playlist,
    notice: Annotated[str, typer.Argument(metavar="NOTICE", help="Its id, or words of its title.")],
    position: Annotated[
        int, typer.Argument(metavar="POSITION", min=1, help="Where it is to stand; 1 is first.")
    ],
    as_json: Json = False,
) -> None:
    """Move a notice to another position."""
    county = desk(context)
    before = county.playlists.show(playlist=naming.playlist(county, playlist)).playlist
    items = [item.id for item in before.items]
    moved = naming.notice(county, notice)
    if moved not in items:
        raise NotFound(N_("Notice {notice} is not in playlist {playlist}."), notice=moved, playlist=before.id)
    items.remove(moved)
    items.insert(position - 1, moved)
    draft = rearranged(county, before, PlaylistOptions(items=items))
    _tell(county.playlists.edit(playlist=before.id, draft=draft), as_json=as_json)


@app.command()
def submit(context: typer.Context, playlist: Playlist, comment: Comment = "", as_json: Json = False) -> None:
    """Hand a playlist in for approval."""
    county = desk(context)
    _row(county.playlists.submit(playlist=naming.playlist(county, playlist), comment=comment), as_json)


@app.command()
def approve(
    context: typer.Context,
    playlist: Playlist,
    comment: Comment = "",
    although_late: line.AlthoughLate = False,
    as_json: Json = False,
) -> None:
    """Approve what somebody else put together; its notices need approval of their own."""
    county = desk(context)
    found = naming.playlist(county, playlist)
    line.warn(line.promised(county, found))
    made = county.playlists.approve(playlist=found, comment=comment, although_late=although_late)
    _row(made, as_json)


@app.command()
def reject(context: typer.Context, playlist: Playlist, comment: Reason, as_json: Json = False) -> None:
    """Give a submitted playlist back to be changed, with the reason."""
    county = desk(context)
    _row(county.playlists.reject(playlist=naming.playlist(county, playlist), comment=comment), as_json)


@app.command()
def withdraw(
    context: typer.Context, playlist: Playlist, comment: Comment = "", as_json: Json = False
) -> None:
    """Take a playlist off the air."""
    county = desk(context)
    _row(county.playlists.withdraw(playlist=naming.playlist(county, playlist), comment=comment), as_json)


def _tell(playlist: "PlaylistView", *, as_json: bool) -> None:
    card(playlist, CARD, as_json=as_json)
    if not as_json:
        heading(N_("Items"))
        listing(list(enumerate(playlist.items, 1)), ITEMS, as_json=False, empty="")


def _row(playlist: "PlaylistView", as_json: bool) -> None:
    if as_json:
        print_json(playlist)
    else:
        listing([playlist], ROWS, as_json=False, empty="")
