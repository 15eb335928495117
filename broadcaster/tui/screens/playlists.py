"""Playlists: blocks of notices, on their way to the air."""

from typing import TYPE_CHECKING

from rich.text import Text
from textual import on
from textual.message import Message
from textual.widgets import DataTable

from broadcaster.desk.playlists import PlaylistView
from broadcaster.language import N_, _
from broadcaster.tui.comparing import compared, rearranged
from broadcaster.tui.editing import Sheet, rule_text
from broadcaster.tui.moments import length, moment
from broadcaster.tui.screens.flow import STATE_MARKS, FlowScreen
from broadcaster.tui.screens.playlist import PlaylistScreen, sheet_of
from broadcaster.words import said

if TYPE_CHECKING:
    from broadcaster.promise import Promise


class PlaylistsScreen(FlowScreen[PlaylistView]):
    """Playlists, the newest first."""

    MODE = "playlists"
    HELP_TEXT = N_(
        "Every playlist with its state: notices in order, played as one block. n puts a new one together, Enter opens one "
        "to change it. s submits it; somebody else listens (l) and approves it (a) or gives it back (x). w takes it off the "
        "air. The notices in it need approval of their own."
    )
    COLUMNS = ("", N_("Title"), N_("State"), N_("Items"), N_("Length"), N_("Plays"), N_("Until"))

    class Seen(Message):
        """The desk told which playlists there are."""

        def __init__(self, playlists: tuple[PlaylistView, ...], areas: dict[str, str]) -> None:
            super().__init__()
            self.playlists, self.areas = playlists, areas

    def __init__(self) -> None:
        super().__init__()
        self.areas: dict[str, str] = {}

    async def seen(self) -> Message:
        """Which playlists there are."""
        visit = self.station.visit
        areas = self.areas or {one.code: one.name for one in await visit.ask(lambda desk: desk.areas.list())}
        return self.Seen(await visit.ask(lambda desk: desk.playlists.list()), areas)

    @on(Seen)
    def show(self, message: Seen) -> None:
        """Shows them."""
        self.areas = message.areas
        self.show_written(message.playlists)

    def cells(self, of: PlaylistView) -> list[Text]:
        """A row."""
        glyph, style = STATE_MARKS[of.state]
        return [
            Text(glyph, style),
            Text(of.title),
            Text(said(of.state), style),
            Text(str(len(of.items)), justify="right"),
            Text(length(of.duration_ms), justify="right"),
            Text(str(of.rule.ordered if of.rule else ""), justify="right"),
            Text(moment(of.valid_until, self.station.zone)),
        ]

    def words_of(self, of: PlaylistView) -> str:
        """Its title and those of its items."""
        return "\n".join([of.title, *(item.title for item in of.items)])

    def detail(self, of: PlaylistView) -> Text:
        """Everything about it."""
        text = Text(f"{of.title}\n", "bold")
        text.append(f"{of.id}  {said(of.state)}  {of.created_by}\n", "dim")
        for name, value in self.facts(of).items():
            if name != _("Title"):
                text.append(f"{name}: ", "dim").append(f"{value}\n")
        return text

    def facts(self, of: PlaylistView) -> dict[str, str]:
        """Everything about it."""
        items = [f"{n}. {words}" for n, (_id, words) in enumerate(_items(of), 1)]
        return {**self._frame_facts(of), _("Items"): "\n" + "\n".join(items)}

    def _frame_facts(self, of: PlaylistView) -> dict[str, str]:
        """What another version may change beside its items."""
        rule = rule_text(of.rule) if of.rule else None
        plays = of.rule.ordered if of.rule else 0
        return {
            _("Title"): of.title,
            _("Where"): ", ".join(self.areas.get(code, code) for code in of.targets),
            _("Plays"): f"{rule.plays} × {rule.when}" if rule else _("not looped"),
            _("Gap, min"): rule.gap if rule else "",
            _("days"): (rule.days if rule else "") or _("every day"),
            _("Length"): length(of.duration_ms),
            _("A day"): _("{plays} plays, {length} in all").format(
                plays=plays, length=length(plays * of.duration_ms)
            ),
            _("Until"): moment(of.valid_until, self.station.zone),
        }

    def compared(self, before: PlaylistView | None, after: PlaylistView) -> Text:
        """Its items: added, removed, moved; then its rule and what else it says."""
        items = _items(after)
        text = Text(_("Items") + "\n", "dim")
        text.append_text(rearranged(_items(before) if before else items, items))
        frame = compared(self._frame_facts(before) if before else None, self._frame_facts(after))
        return text.append_text(frame)

    async def on_air(self, of: PlaylistView) -> PlaylistView | None:
        """The version that is approved or on the air, if another one waits."""
        id = of.id
        return (await self.station.visit.ask(lambda desk: desk.playlists.show(playlist=id))).live

    async def ordered(self, order: str, of: PlaylistView, comment: str) -> None:
        """Hands the order to the desk."""
        id = of.id
        visit = self.station.visit
        match order:
            case "submit":
                await visit.order(lambda desk: desk.playlists.submit(playlist=id, comment=comment))
            case "approve":
                await visit.order(lambda desk: desk.playlists.approve(playlist=id, comment=comment))
            case "approve although late":
                await visit.order(
                    lambda desk: desk.playlists.approve(playlist=id, comment=comment, although_late=True)
                )
            case "reject":
                await visit.order(lambda desk: desk.playlists.reject(playlist=id, comment=comment))
            case "withdraw":
                await visit.order(lambda desk: desk.playlists.withdraw(playlist=id, comment=comment))

    async def promised(self, of: PlaylistView) -> "tuple[Promise, ...]":
        """When its audio will be at the endpoints of serial lines."""
        return await self.station.visit.ask(lambda desk: desk.lines.promise_of_playlist(playlist=of.id))

    async def audio(self, of: PlaylistView) -> list[tuple[str, bytes]]:
        """The recordings of its items, in order."""
        found = []
        for number, item in enumerate(of.items, 1):
            if item.asset is not None:
                asset = item.asset
                heard = await self.station.visit.order(lambda desk, a=asset: desk.recordings.listen(asset=a))  # type: ignore[misc]
                found.append((f"{number:02d}-{heard.name}", heard.content))
        return found

    @on(DataTable.RowSelected, "#list")
    def _edit(self) -> None:
        if (chosen := self.chosen) is not None:
            self.app.push_screen(PlaylistScreen(sheet_of(chosen, self.station.clock())))

    def action_new(self) -> None:
        """A new sheet."""
        self.app.push_screen(PlaylistScreen(Sheet()))


def _items(of: PlaylistView) -> list[tuple[str, str]]:
    return [(item.id, f"{item.title} {length(item.duration_ms)}") for item in of.items]
