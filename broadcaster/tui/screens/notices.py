"""Notices: all that is written, on its way to the air, and the library of audio behind it."""

from typing import TYPE_CHECKING

from rich.text import Text
from textual import on
from textual.message import Message
from textual.widgets import DataTable

from audio.reading import readable
from broadcaster.desk.notices import NoticeView
from broadcaster.language import N_, _
from broadcaster.tui.editing import Sheet, rule_text
from broadcaster.tui.moments import length, moment
from broadcaster.tui.screens.flow import STATE_MARKS, FlowScreen
from broadcaster.tui.screens.notice import NoticeScreen, sheet_of
from broadcaster.words import said
from schedules.notices import NoticeState

if TYPE_CHECKING:
    from broadcaster.promise import Promise

_LIVE = (NoticeState.APPROVED, NoticeState.ON_AIR)


class NoticesScreen(FlowScreen[NoticeView]):
    """Notices, the newest first."""

    MODE = "notices"
    HELP_TEXT = N_(
        "Every notice with its state. / searches titles and texts, also by the initials of the pinyin; f shows one state "
        "after the other. n writes a new notice, Enter opens one to change it. s submits a draft; somebody else listens (l) "
        "and approves it (a), or gives it back with a reason (x). w takes a notice off the air."
    )
    COLUMNS = ("", N_("Title"), N_("State"), N_("Length"), N_("Until"), N_("Kind"))

    class Seen(Message):
        """The desk told which notices there are."""

        def __init__(self, notices: tuple[NoticeView, ...], areas: dict[str, str]) -> None:
            super().__init__()
            self.notices, self.areas = notices, areas

    def __init__(self) -> None:
        super().__init__()
        self.areas: dict[str, str] = {}

    async def seen(self) -> Message:
        """Which notices there are."""
        visit = self.station.visit
        areas = self.areas or {one.code: one.name for one in await visit.ask(lambda desk: desk.areas.list())}
        return self.Seen(await visit.ask(lambda desk: desk.notices.list()), areas)

    @on(Seen)
    def show(self, message: Seen) -> None:
        """Shows them."""
        self.areas = message.areas
        self.show_written(message.notices)

    def cells(self, of: NoticeView) -> list[Text]:
        """A row."""
        glyph, style = STATE_MARKS[of.state]
        issue = _("issue {n}").format(n=of.issue) + " " if of.issue else ""
        return [
            Text(glyph, style),
            Text(issue + of.title),
            Text(said(of.state), style),
            Text(length(of.duration_ms), justify="right"),
            Text(moment(of.valid_until, self.station.zone)),
            Text(said(of.kind)),
        ]

    def words_of(self, of: NoticeView) -> str:
        """Title and text."""
        return f"{of.title}\n{of.text}"

    def detail(self, of: NoticeView) -> Text:
        """Everything about it, and how its text is read."""
        text = Text(f"{of.title}\n", "bold")
        text.append(f"{of.id}  {said(of.kind)}  {said(of.state)}  {of.created_by}\n", "dim")
        for name, value in self.facts(of).items():
            if name != _("Title"):
                text.append(f"{name}: ", "dim").append(f"{value}\n")
        read = readable(of.text).strip()
        if read and read != of.text.strip():
            text.append(_("Read aloud: {text}").format(text=read), "cyan")
        return text

    def facts(self, of: NoticeView) -> dict[str, str]:
        """What another version may change."""
        rule = rule_text(of.rule) if of.rule else None
        return {
            _("Title"): of.title,
            _("Where"): ", ".join(self.areas.get(code, code) for code in of.targets),
            _("Plays"): f"{rule.plays} × {rule.when}" if rule else _("not looped"),
            _("Length"): length(of.duration_ms) or _("no audio"),
            _("Until"): moment(of.valid_until, self.station.zone),
            _("Text"): of.text.strip(),
        }

    async def on_air(self, of: NoticeView) -> NoticeView | None:
        """The version that is approved or on the air, if another one waits."""
        for version in range(of.version - 1, 0, -1):
            found = await self._version(of.id, version)
            if found.state in _LIVE:
                return found
        return None

    async def _version(self, notice: str, version: int) -> NoticeView:
        visit = self.station.visit
        return (await visit.ask(lambda desk: desk.notices.show(notice=notice, version=version))).notice

    async def ordered(self, order: str, of: NoticeView, comment: str) -> None:
        """Hands the order to the desk."""
        id = of.id
        visit = self.station.visit
        match order:
            case "submit":
                await visit.order(lambda desk: desk.notices.submit(notice=id, comment=comment))
            case "approve":
                await visit.order(lambda desk: desk.notices.approve(notice=id, comment=comment))
            case "approve although late":
                await visit.order(
                    lambda desk: desk.notices.approve(notice=id, comment=comment, although_late=True)
                )
            case "reject":
                await visit.order(lambda desk: desk.notices.reject(notice=id, comment=comment))
            case "withdraw":
                await visit.order(lambda desk: desk.notices.withdraw(notice=id, comment=comment))

    async def promised(self, of: NoticeView) -> "tuple[Promise, ...]":
        """When its audio will be at the endpoints of serial lines."""
        return await self.station.visit.ask(lambda desk: desk.lines.promise(notice=of.id))

    async def audio(self, of: NoticeView) -> list[tuple[str, bytes]]:
        """Its recording."""
        if of.asset is None:
            return []
        asset = of.asset
        found = await self.station.visit.order(lambda desk: desk.recordings.listen(asset=asset))
        return [(found.name, found.content)]

    @on(DataTable.RowSelected, "#list")
    def _edit(self) -> None:
        if (chosen := self.chosen) is not None:
            self.app.push_screen(NoticeScreen(sheet_of(chosen, self.station.clock())))

    def action_new(self) -> None:
        """A new sheet."""
        self.app.push_screen(NoticeScreen(Sheet()))
