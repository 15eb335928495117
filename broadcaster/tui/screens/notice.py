"""Writing a notice: from a file or from a text that is spoken, with the picture of its sound and its day."""

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import BinaryIO, ClassVar, cast

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, ProgressBar, Static, TextArea

from audio.reading import readable
from broadcaster.desk.county import CountyDesk
from broadcaster.desk.errors import DeskError
from broadcaster.desk.files import Upload
from broadcaster.desk.notices import NoticeDraft, NoticeView
from broadcaster.desk.recordings import AssetView, Picture
from broadcaster.language import N_, _
from broadcaster.obstacles import obstacle
from broadcaster.tui.editing import Sheet, rule_of, rule_text, valid_until
from broadcaster.tui.moments import length
from broadcaster.tui.screens.choose import ChooseScreen
from broadcaster.tui.screens.sheet import SheetScreen
from broadcaster.tui.telling import told
from broadcaster.tui.widgets.editing.choice import Choice
from broadcaster.tui.widgets.editing.prospect import Prospect
from broadcaster.words import said, word
from schedules.notices import NoticeKind


class NoticeScreen(SheetScreen):
    """One notice on its sheet."""

    MODE = "notices"
    HELP_TEXT = N_(
        "Write a notice. Type the path of an audio file and press Enter to import it, or leave it empty and write a text "
        "that the station's voice speaks; ^R lets you hear it. The hours may be spans (7:00-11:30) or fixed times "
        "(6:30 12:00). Below you see "
        "what tomorrow would be. Days: empty is every day, 1-5 Monday to Friday, w working days, h days off. "
        "^T submits it for approval, ^S saves it as a draft; nothing is lost when the line breaks."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+o", "library", N_("Library"), priority=True),
        Binding("ctrl+r", "hear", N_("Hear it"), priority=True),
    ]

    class Imported(Message):
        """A file was taken in, or an asset chosen."""

        def __init__(self, asset: AssetView, picture: Picture | None) -> None:
            super().__init__()
            self.asset, self.picture = asset, picture

    class Progressed(Message):
        """A share of a file was handed over."""

        def __init__(self, share: float) -> None:
            super().__init__()
            self.share = share

    class AssetsKnown(Message):
        """The desk told which assets there are."""

        def __init__(self, titles: dict[str, str]) -> None:
            super().__init__()
            self.titles = titles

    def __init__(self, sheet: Sheet) -> None:
        super().__init__(sheet)
        self._coming: asyncio.Future[bool] | None = None  # a file that is being imported: whether it came in
        self._path = ""  # of the file that is imported, or is being imported

    def body(self) -> ComposeResult:
        """The fields, the sound, the day."""
        with Horizontal(classes="row"):
            yield Static(_("Audio file"), classes="label", markup=False)
            yield Input(
                id="file", classes="main", placeholder=_("path, then Enter; empty: the text is spoken")
            )
            yield ProgressBar(id="progress", show_eta=False, total=100)
        with Horizontal(classes="row"):
            yield Static(_("Title"), classes="label", markup=False)
            yield Input(id="title")
        with Horizontal(classes="row"):
            yield Static(_("Kind"), classes="label", markup=False)
            yield Choice("", id="kind", markup=False)
            yield Static(_("series"), classes="label-mid", markup=False)
            yield Input(id="series", placeholder=_("of announcements: the next issue number"))
        yield TextArea(id="text", tab_behavior="focus", soft_wrap=True, placeholder=_("Text"))
        yield Static("", id="reading", markup=False)
        yield from self.rule_rows()
        yield Static("", id="sound", markup=False)
        yield Prospect()

    def values(self) -> dict[str, str]:
        """The series too."""
        return super().values() | {"series": self.sheet.series}

    def durations_ms(self) -> tuple[int, ...]:
        """The recording's length, or about what the text takes to speak: four characters a second."""
        if self.sheet.duration_ms:
            return (self.sheet.duration_ms,)
        return (len(self.sheet.text) * 250,) if self.sheet.text.strip() else ()

    def fill(self) -> None:
        """Kind, text, and how it will be read."""
        super().fill()
        self.query_one("#kind", Choice).update(said(self.sheet.kind))
        if self.lays("text", self.sheet.text):
            with self.prevent(TextArea.Changed):
                self.query_one("#text", TextArea).load_text(self.sheet.text)
        read = readable(self.sheet.text).strip() if self.sheet.text.strip() else ""
        spoken = read and not self.sheet.asset and read != self.sheet.text.strip()
        self.query_one("#reading", Static).update(_("Read aloud: {text}").format(text=read) if spoken else "")

    @on(TextArea.Changed)
    def _written(self, event: TextArea.Changed) -> None:
        if self.lays("text", event.text_area.text):
            self.changed(replace(self.sheet, text=event.text_area.text), what="text")

    @on(Choice.Wanted, "#kind")
    def _kinds(self) -> None:
        kinds = {kind.value: said(kind) for kind in NoticeKind}

        def take(kind: str | None) -> None:
            if kind is not None:
                self.changed(replace(self.sheet, kind=NoticeKind(kind)))

        self.app.push_screen(ChooseScreen(_("What is it?"), kinds), take)

    @on(Input.Submitted, "#file")
    def _import(self, event: Input.Submitted) -> None:
        event.stop()
        if event.value.strip():
            self._fetch(event.value.strip())
        else:
            self.focus_next()

    def _fetch(self, path: str) -> None:
        self._path = path
        self._coming = self._coming or asyncio.get_running_loop().create_future()
        self.start(partial(self._take_in, Path(path).expanduser()), group="import")

    async def _take_in(self, path: Path) -> None:
        loop = asyncio.get_running_loop()

        def report(share: float) -> None:
            loop.call_soon_threadsafe(self.post_message, self.Progressed(share))

        title = self.sheet.title or path.stem
        try:
            asset = await self.station.visit.order(lambda desk: taken_in(desk, path, title, report))
            await self._take(asset)
        except OSError as error:
            reason = _("{file}: {reason}").format(file=path, reason=obstacle(error))
            self._not_imported(reason)
        except DeskError as error:
            self._not_imported(told(error))
        finally:
            self.query_one("#progress").display = False

    def _not_imported(self, reason: str) -> None:
        self.notify(reason, severity="error", markup=False)
        self._path = ""
        self._came(False)

    def _came(self, came: bool) -> None:
        coming, self._coming = self._coming, None
        if coming is not None:
            coming.set_result(came)

    async def ready(self) -> bool:
        """Waits for a file that is being imported, or only named as yet; without it nothing is handed in."""
        path = self.query_one("#file", Input).value.strip()
        if path not in ("", self._path):
            self._fetch(path)
        return self._coming is None or await asyncio.shield(self._coming)

    async def _take(self, asset: AssetView) -> None:
        width = max(20, self.size.width - 30)
        picture: Picture | None = None
        with contextlib.suppress(DeskError):  # it can be heard without being seen
            picture = await self.station.visit.ask(
                lambda desk: desk.recordings.picture(asset=asset.id, width=width)
            )
        self.post_message(self.Imported(asset, picture))

    @on(Progressed)
    def _progress(self, message: Progressed) -> None:
        bar = self.query_one("#progress", ProgressBar)
        bar.display = True
        is_over = message.share >= 1  # handed over, and being prepared for nobody knows how long
        bar.update(total=None if is_over else 100, progress=message.share * 100)

    @on(Imported)
    def _imported(self, message: Imported) -> None:
        asset = message.asset
        title = self.sheet.title or asset.title
        self.changed(
            replace(
                self.sheet,
                asset=asset.id,
                asset_title=asset.title,
                duration_ms=asset.duration_ms,
                title=title,
            )
        )
        self.query_one("#sound", Static).update(sound(asset, message.picture))
        self.query_one("#title", Input).focus()
        self._came(True)

    def action_hear(self) -> None:
        """Plays its audio, or its text as the station's voice speaks it; the same key stops it."""
        if self.station.player.stop():
            self.notify(_("Stopped."))
        elif self.sheet.asset or self.sheet.text.strip():
            self.start(self._hear, group="hear")

    async def _hear(self) -> None:
        text, title = self.sheet.text.strip(), self.sheet.title or _("Without a title")
        visit, asset = self.station.visit, self.sheet.asset
        try:
            if asset is None:
                self.notify(_("It is being spoken …"))
                asset = (await visit.order(lambda desk: desk.recordings.speak(text=text, title=title))).id
            heard = await visit.order(lambda desk: desk.recordings.listen(asset=asset))
        except DeskError as error:
            self.notify(told(error), severity="error", markup=False)
        else:
            sentence = await self.station.sound([(heard.name, heard.content)])
            self.notify(sentence, markup=False, timeout=15)

    def action_library(self) -> None:
        """Audio that was imported before."""
        self.start(self._assets, group="library")

    async def _assets(self) -> None:
        assets = await self.station.visit.ask(lambda desk: desk.recordings.list())
        self.post_message(
            self.AssetsKnown({one.id: f"{one.title}  {length(one.duration_ms)}" for one in assets})
        )

    @on(AssetsKnown)
    def _choose_asset(self, message: AssetsKnown) -> None:
        async def take(id: str) -> None:
            await self._take(await self.station.visit.ask(lambda desk: desk.recordings.show(asset=id)))

        def chosen(id: str | None) -> None:
            if id is not None:
                self.start(partial(take, id), group="library")

        self.app.push_screen(ChooseScreen(_("Which recording?"), message.titles), chosen)

    async def stored(self) -> str:
        """As a new notice, or as the next version of an old one."""
        sheet, now = self.sheet, self.station.clock()
        draft = draft_of(sheet, now)
        visit = self.station.visit
        if sheet.id is None:
            return (await visit.order(lambda desk: desk.notices.draft(draft=draft))).id
        id = sheet.id
        return (await visit.order(lambda desk: desk.notices.edit(notice=id, draft=draft))).id

    async def submitted(self, id: str) -> None:
        """Submits the notice."""
        await self.station.visit.order(lambda desk: desk.notices.submit(notice=id))


def taken_in(desk: CountyDesk, path: Path, title: str, report: Callable[[float], None]) -> AssetView:
    """Imports a file; in a thread."""
    with path.open("rb") as file:
        counting = CountingFile(file, path.stat().st_size, report)
        return desk.recordings.take_in(file=Upload(path.name, cast(BinaryIO, counting)), title=title)


class CountingFile:
    """A file that tells how much of it was read."""

    def __init__(self, file: BinaryIO, size: int, report: Callable[[float], None]) -> None:
        self._file, self._size, self._report, self._read = file, max(1, size), report, 0

    def read(self, size: int = -1) -> bytes:
        """As a file."""
        content = self._file.read(size)
        self._read += len(content)
        self._report(min(1.0, self._read / self._size))
        return content

    def __getattr__(self, name: str) -> object:
        return getattr(self._file, name)


def draft_of(sheet: Sheet, now: datetime) -> NoticeDraft:
    """What the desk takes."""
    looped = sheet.kind is not NoticeKind.EMERGENCY
    return NoticeDraft(
        kind=sheet.kind,
        title=sheet.title.strip() or _("Without a title"),
        text=sheet.text,
        targets=sheet.targets,
        valid_until=valid_until(sheet, now),
        asset=sheet.asset,
        speak=sheet.asset is None and bool(sheet.text.strip()),
        series=sheet.series.strip() or None,
        rule=rule_of(sheet.rule) if looped else None,
        key=sheet.key or None,
    )


def sheet_of(notice: NoticeView, now: datetime) -> Sheet:
    """A notice as a sheet to be written further."""
    return Sheet(
        id=notice.id,
        title=notice.title,
        kind=notice.kind,
        text=notice.text,
        asset=notice.asset,
        duration_ms=notice.duration_ms or 0,
        targets=notice.targets,
        rule=rule_text(notice.rule),
        valid_days=str(max(1, (notice.valid_until - now).days)),
        series=notice.series or "",
    )


def sound(asset: AssetView, picture: Picture | None) -> Text:
    """What a recording looks like, how long and how loud it is, and what makes one doubt it."""
    text = Text(no_wrap=True)
    if picture is not None:
        text.append("\n".join(picture.lines) + "\n", "cyan")
    loudness = next((one.loudness_lufs for one in asset.recordings), None)
    text.append(f"{asset.title}  {length(asset.duration_ms)}")
    if loudness is not None:
        text.append(f"  {loudness:.1f} LUFS", "dim")
    for doubt in asset.warnings:
        text.append("  ! " + word("Doubt", doubt), "yellow")
    return text
