"""Putting a playlist together: its notices in order, its rule, and what the day would be."""

import contextlib
from dataclasses import replace
from datetime import datetime
from functools import partial

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import DataTable, Input, Static

from broadcaster.desk.errors import DeskError
from broadcaster.desk.notices import NoticeView
from broadcaster.desk.playlists import PlaylistDraft, PlaylistView
from broadcaster.desk.recordings import AssetView, Picture
from broadcaster.language import N_, _
from broadcaster.tui.editing import (
    Sheet,
    moved,
    rule_of,
    rule_text,
    valid_until,
    with_item,
    without_item,
)
from broadcaster.tui.moments import length
from broadcaster.tui.screens.choose import ChooseScreen
from broadcaster.tui.screens.notice import sound
from broadcaster.tui.screens.sheet import SheetScreen
from broadcaster.tui.widgets.editing.items import Items
from broadcaster.tui.widgets.editing.prospect import Prospect
from broadcaster.words import said
from schedules.notices import NoticeState

_USABLE = (NoticeState.DRAFT, NoticeState.SUBMITTED, NoticeState.APPROVED, NoticeState.ON_AIR)


class PlaylistScreen(SheetScreen):
    """One playlist on its sheet."""

    MODE = "playlists"
    HELP_TEXT = N_(
        "Put a playlist together. + adds a notice, x takes one out, J and K (or Shift with the arrows, or the mouse) move it. "
        "Above the rule you see the length of the whole block, and what the item under the cursor looks and sounds like. "
        "Below you see what tomorrow would be. Days: empty is every day, 1-5 Monday to Friday, w working days, h days off. "
        "^T submits it for approval, ^S saves it as a draft."
    )

    class NoticesKnown(Message):
        """The desk told which notices there are."""

        def __init__(self, notices: tuple[NoticeView, ...]) -> None:
            super().__init__()
            self.notices = notices

    class Pictured(Message):
        """What the item under the cursor looks like."""

        def __init__(self, asset: AssetView, picture: Picture | None) -> None:
            super().__init__()
            self.asset, self.picture = asset, picture

    def __init__(self, sheet: Sheet) -> None:
        super().__init__(sheet)
        self.notices: dict[str, NoticeView] = {}

    def body(self) -> ComposeResult:
        """Title, items, rule, day."""
        with Horizontal(classes="row"):
            yield Static(_("Title"), classes="label", markup=False)
            yield Input(id="title")
        yield Items("#", _("Notice"), _("Length"), _("State"), id="items", classes="main")
        yield Static("", id="total", classes="line", markup=False)
        yield Static("", id="sound", markup=False)
        yield from self.rule_rows()
        yield Prospect()

    async def seen(self) -> Message | None:
        """Which areas and notices there are."""
        if not self.notices:
            visit = self.station.visit
            self.post_message(self.NoticesKnown(await visit.ask(lambda desk: desk.notices.list())))
        return await super().seen()

    @on(NoticesKnown)
    def _notices_known(self, message: NoticesKnown) -> None:
        self.notices = {one.id: one for one in message.notices}
        self.fill()
        self.see_item()

    def durations_ms(self) -> tuple[int, ...]:
        """How long the items are."""
        found = [self.notices[item].duration_ms or 0 for item in self.sheet.items if item in self.notices]
        return tuple(found)

    def assets(self) -> tuple[str, ...]:
        """Of its items."""
        known = (self.notices[item].asset for item in self.sheet.items if item in self.notices)
        return tuple(asset for asset in known if asset is not None)

    def fill(self) -> None:
        """The items too."""
        super().fill()
        rows = [(f"{n}.{item}", self._cells(n, item)) for n, item in enumerate(self.sheet.items, 1)]
        self.query_one(Items).show(rows)
        total = sum(self.durations_ms())
        line = _("{n} items, {length} in all").format(n=len(self.sheet.items), length=length(total))
        self.query_one("#total", Static).update(
            line if self.sheet.items else _("Empty yet: + adds a notice.")
        )

    def _cells(self, number: int, item: str) -> list[Text]:
        notice = self.notices.get(item)
        if notice is None:
            return [Text(str(number)), Text(item), Text(""), Text("")]
        approved = notice.state in (NoticeState.APPROVED, NoticeState.ON_AIR)
        return [
            Text(str(number), justify="right"),
            Text(notice.title),
            Text(length(notice.duration_ms), justify="right"),
            Text(said(notice.state), "" if approved else "yellow"),
        ]

    @on(DataTable.RowHighlighted, "#items")
    def see_item(self) -> None:
        """Asks what the item under the cursor looks like."""
        item = (self.query_one(Items).chosen or "").partition(".")[2]
        notice = self.notices.get(item)
        if notice is not None and notice.asset is not None:
            self.start(partial(self._picture, notice.asset), group="picture")

    async def _picture(self, asset: str) -> None:
        visit, width = self.station.visit, max(20, self.size.width - 4)
        with contextlib.suppress(DeskError):
            view = await visit.ask(lambda desk: desk.recordings.show(asset=asset))
            picture: Picture | None = None
            with contextlib.suppress(DeskError):
                picture = await visit.ask(lambda desk: desk.recordings.picture(asset=asset, width=width))
            self.post_message(self.Pictured(view, picture))

    @on(Pictured)
    def _pictured(self, message: Pictured) -> None:
        self.query_one("#sound", Static).update(sound(message.asset, message.picture))

    @on(Items.Wanted)
    def _add(self) -> None:
        """One more notice, after the one under the cursor."""
        choice = {
            one.id: f"{one.title}  {length(one.duration_ms)}"
            for one in self.notices.values()
            if one.state in _USABLE and one.asset
        }

        def add(id: str | None) -> None:
            if id is not None:
                items = self.query_one(Items)
                at = items.cursor_row + 1 if self.sheet.items else 0
                self.changed(with_item(self.sheet, id, at))
                items.move_cursor(row=at)
                items.focus()

        self.app.push_screen(ChooseScreen(_("Which notice?"), choice), add)

    @on(Items.Moved)
    def _moved(self, message: Items.Moved) -> None:
        self.changed(replace(self.sheet, items=moved(self.sheet.items, message.at, message.to)))
        self.query_one(Items).move_cursor(row=message.to)

    @on(Items.Removed)
    def _removed(self, message: Items.Removed) -> None:
        self.changed(without_item(self.sheet, message.at))

    async def stored(self) -> str:
        """As a new playlist, or as the next version of an old one."""
        draft = draft_of(self.sheet, self.station.clock())
        visit = self.station.visit
        if self.sheet.id is None:
            return (await visit.order(lambda desk: desk.playlists.create(draft=draft))).id
        id = self.sheet.id
        return (await visit.order(lambda desk: desk.playlists.edit(playlist=id, draft=draft))).id

    async def submitted(self, id: str) -> None:
        """Submits the playlist."""
        await self.station.visit.order(lambda desk: desk.playlists.submit(playlist=id))


def draft_of(sheet: Sheet, now: datetime) -> PlaylistDraft:
    """What the desk takes."""
    return PlaylistDraft(
        title=sheet.title.strip() or _("Without a title"),
        items=sheet.items,
        rule=rule_of(sheet.rule),
        targets=sheet.targets,
        valid_until=valid_until(sheet, now),
        key=sheet.key or None,
    )


def sheet_of(playlist: PlaylistView, now: datetime) -> Sheet:
    """A playlist as a sheet to be changed."""
    return Sheet(
        id=playlist.id,
        title=playlist.title,
        items=tuple(item.id for item in playlist.items),
        targets=playlist.targets,
        rule=rule_text(playlist.rule),
        valid_days=str(max(1, (playlist.valid_until - now).days)),
    )
