"""Send now: what is to sound at once, where, for how many people, over what. Nothing is sent without a yes to just that."""

from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.message import Message
from textual.widgets import DataTable, Static

from broadcaster.desk.alerts import AlertStatus, AlertView, Preview
from broadcaster.desk.errors import DeskError
from broadcaster.desk.hearings import Hearing
from broadcaster.desk.notices import NoticeView
from broadcaster.language import N_, _
from broadcaster.tui.moments import clock, length
from broadcaster.tui.screens.choose import ChooseScreen
from broadcaster.tui.screens.confirm import ConfirmScreen
from broadcaster.tui.screens.station import StationScreen
from broadcaster.tui.telling import told
from broadcaster.tui.widgets.rows import Rows
from broadcaster.words import said
from schedules.notices import NoticeKind, NoticeState
from schedules.places import Place
from schedules.precedence import BroadcastClass, Severity

_SENDABLE = (NoticeState.APPROVED, NoticeState.ON_AIR)
_OVER = (NoticeState.WITHDRAWN, NoticeState.EXPIRED)
MINUTES = 30


class Sendable(Rows):
    """What can be sent: Enter opens nothing, it sends."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "select_cursor", N_("Send now"))]


class SendScreen(StationScreen):
    """Above, what is in force; below, what can be sent."""

    CSS_PATH = "send.tcss"
    MODE = "send"
    HELP_TEXT = N_(
        "Send something at once. Enter on a notice sends it to its own areas, p to an area that you choose. Before anything "
        "sounds you see what, where, for how many people, and what it interrupts; only y sends it. What is in force stands "
        "above, with who sounds it and who does not answer; c ends it."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("p", "place", N_("To an area")),
        Binding("c", "cancel", N_("End it")),
    ]

    class Seen(Message):
        """The desk told what is in force and what could be sent."""

        def __init__(self, alerts: tuple[AlertStatus, ...], notices: tuple[NoticeView, ...]) -> None:
            super().__init__()
            self.alerts, self.notices = alerts, notices

    class Previewed(Message):
        """The desk told what sending would do."""

        def __init__(self, notice: NoticeView, places: tuple[Place, ...], preview: Preview) -> None:
            super().__init__()
            self.notice, self.places, self.preview = notice, places, preview

    class AreasKnown(Message):
        """The desk told which areas there are."""

        def __init__(self, notice: NoticeView, areas: dict[str, str]) -> None:
            super().__init__()
            self.notice, self.areas = notice, areas

    class Done(Message):
        """It was sent, or ended."""

        def __init__(self, alert: AlertView) -> None:
            super().__init__()
            self.alert = alert

    def __init__(self) -> None:
        super().__init__()
        self.alerts: dict[str, AlertStatus] = {}
        self.notices: dict[str, NoticeView] = {}

    def body(self) -> ComposeResult:
        """What is in force, what can be sent, details."""
        yield Static(_("In force"), classes="section", markup=False)
        yield Rows("", _("Title"), _("Severity"), _("Where"), _("Until"), _("Heard"), id="alerts")
        yield Static(_("Send now"), classes="section", markup=False)
        with Horizontal(id="both"):
            with Vertical(id="list-part"):
                headings = (_("Title"), _("Kind"), _("Severity"), _("Length"))
                yield Sendable("", *headings, id="notices", classes="main")
            with VerticalScroll(id="details", can_focus=False):
                yield Static("", id="detail", markup=False)

    async def seen(self) -> Message:
        """What is in force, and what could be sent."""
        visit = self.station.visit
        in_force = await visit.ask(lambda desk: desk.alerts.list(in_force=True))
        alerts = [await self._status(alert.id) for alert in in_force]
        notices = await visit.ask(lambda desk: desk.notices.list())
        return self.Seen(tuple(alerts), tuple(one for one in notices if _is_sendable(one)))

    async def _status(self, alert: str) -> AlertStatus:
        return await self.station.visit.ask(lambda desk: desk.alerts.show(alert=alert))

    @on(Seen)
    def show(self, message: Seen) -> None:
        """Shows it."""
        self.alerts = {one.alert.id: one for one in message.alerts}
        emergencies_first = sorted(message.notices, key=lambda one: one.kind is not NoticeKind.EMERGENCY)
        self.notices = {one.id: one for one in emergencies_first}
        self.query_one("#alerts", Rows).show((id, self._alert(one)) for id, one in self.alerts.items())
        self.query_one("#notices", Rows).show((id, self._notice(one)) for id, one in self.notices.items())
        self._show_detail()

    def _alert(self, of: AlertStatus) -> list[Text]:
        heard = of.totals.get(Hearing.HEARD, 0) + of.totals.get(Hearing.SOUNDING, 0)
        return [
            Text("▸", "bold red"),
            Text(of.alert.title),
            Text(said(of.alert.severity)),
            Text(", ".join(of.alert.place_names)),
            Text(clock(of.alert.expires, self.station.zone)),
            Text(f"{heard}/{sum(of.totals.values())}", "green" if of.proved else "yellow", justify="right"),
        ]

    def _notice(self, of: NoticeView) -> list[Text]:
        live = of.klass is BroadcastClass.EMERGENCY
        return [
            Text("!" if live else " ", "bold red"),
            Text(of.title),
            Text(said(of.kind)),
            Text(said(of.severity) if live else ""),
            Text(length(of.duration_ms), justify="right"),
        ]

    @on(DataTable.RowHighlighted)
    def _highlighted(self) -> None:
        self._show_detail()

    def _show_detail(self) -> None:
        alert = self.alerts.get(self.query_one("#alerts", Rows).chosen or "")
        notice = self.notices.get(self.query_one("#notices", Rows).chosen or "")
        text = Text("")
        if self.query_one("#alerts", Rows).has_focus and alert is not None:
            text = hearing(alert)
        elif notice is not None:
            text = Text(f"{notice.title}\n", "bold").append(notice.text, "not bold")
        self.query_one("#detail", Static).update(text)

    @on(DataTable.RowSelected, "#notices")
    def _send(self) -> None:
        if (notice := self._chosen) is not None:
            self.start(lambda: self._preview(notice, ()), group="send")

    @property
    def _chosen(self) -> NoticeView | None:
        return self.notices.get(self.query_one("#notices", Rows).chosen or "")

    def action_place(self) -> None:
        """Chooses where."""
        if (notice := self._chosen) is not None:
            self.start(lambda: self._areas(notice), group="send")

    async def _areas(self, notice: NoticeView) -> None:
        areas = await self.station.visit.ask(lambda desk: desk.areas.list())
        self.post_message(self.AreasKnown(notice, {one.code: one.name for one in areas}))

    @on(AreasKnown)
    def _choose_area(self, message: AreasKnown) -> None:
        def send(code: str | None) -> None:
            if code is not None:
                self.start(lambda: self._preview(message.notice, (Place(code),)), group="send")

        self.app.push_screen(ChooseScreen(_("Where is it to be heard?"), message.areas), send)

    async def _preview(self, notice: NoticeView, places: tuple[Place, ...]) -> None:
        id = notice.id
        try:
            preview = await self.station.visit.ask(
                lambda desk: desk.alerts.preview(notice=id, places=places, minutes=MINUTES)
            )
        except DeskError as error:
            self.notify(told(error), severity="error", markup=False)
        else:
            self.post_message(self.Previewed(notice, places, preview))

    @on(Previewed)
    def _confirm(self, message: Previewed) -> None:
        preview = message.preview

        def send(sure: bool | None) -> None:
            if sure:
                self.once(lambda: self._sent(message))

        question, look = headline(preview)
        self.app.push_screen(ConfirmScreen(question, consequences(preview), look=look), send)

    async def _sent(self, message: Previewed) -> None:
        id, places, confirmation = message.notice.id, message.places, message.preview.confirmation
        try:
            alert = await self.station.visit.order(
                lambda desk: desk.alerts.send(
                    notice=id, confirmation=confirmation, places=places, minutes=MINUTES
                )
            )
        except DeskError as error:
            self.notify(told(error), severity="error", markup=False, timeout=15)
        else:
            self.post_message(self.Done(alert))

    def action_cancel(self) -> None:
        """Ends what is in force, after a confirmation."""
        status = self.alerts.get(self.query_one("#alerts", Rows).chosen or "")
        if status is None:
            self.notify(_("Nothing is in force."))
            return

        def end(sure: bool | None) -> None:
            if sure:
                self.once(lambda: self._ended(status.alert.id))

        question = _("End {title}? It becomes silent everywhere.").format(title=status.alert.title)
        self.app.push_screen(ConfirmScreen(question, hearing(status), look="live"), end)

    async def _ended(self, id: str) -> None:
        try:
            alert = await self.station.visit.order(lambda desk: desk.alerts.cancel(alert=id))
        except DeskError as error:
            self.notify(told(error), severity="error", markup=False)
        else:
            self.post_message(self.Done(alert))

    @on(Done)
    def _done(self, message: Done) -> None:
        self.notify(f"{message.alert.title}: {said(message.alert.state)}", markup=False)
        self._is_looking = False
        self.look()


def headline(preview: Preview) -> tuple[str, str]:
    """The question above the confirmation, and how it looks: a test never looks like the real thing."""
    if preview.severity is Severity.TEST or preview.klass is BroadcastClass.DRILL:
        return _("TEST: send {title} as a test?").format(title=preview.title), "test"
    if preview.klass is BroadcastClass.EMERGENCY:
        return _("LIVE EMERGENCY: send {title} now?").format(title=preview.title), "live"
    return _("Send {title} now?").format(title=preview.title), "plain"


def consequences(preview: Preview) -> Text:
    """What will happen, for whom, and what gives way."""
    reach, text = preview.reach, Text()
    text.append(_("Where: "), "dim").append(", ".join(reach.names) + "\n")
    sentence = _("{endpoints} endpoints in {villages} villages, about {people} people")
    text.append(
        sentence.format(endpoints=reach.endpoints, villages=reach.villages, people=f"{reach.people:,}")
        + "\n",
        "bold",
    )
    lasts = _("{length} long, repeated for {minutes} minutes unless it is ended")
    text.append(lasts.format(length=length(preview.duration_ms), minutes=preview.expires_after_min) + "\n")
    for label, names, style in (
        (_("It interrupts: "), preview.interrupts, "bold yellow"),
        (_("It waits for: "), preview.waits_for, "yellow"),
        (_("Quiet hours hold it back in: "), preview.quiet_in, "yellow"),
        (_("No endpoint in: "), reach.villages_without_endpoint, "bold white"),
    ):
        if names:
            text.append(label, style).append(", ".join(names) + "\n")
    if not preview.interrupts:
        text.append(_("It interrupts nothing.") + "\n", "dim")
    return text.append("\n").append(preview.text.strip())


def hearing(status: AlertStatus) -> Text:
    """Who sounds it, and village by village who does not answer."""
    text = Text(f"{status.alert.title}\n", "bold")
    counts = [f"{said(hearing)} {count}" for hearing, count in status.totals.items() if count]
    text.append("  ".join(counts) + "\n")
    if status.proved:
        text.append(_("✓ proved by every endpoint") + "\n", "green")
    for village in status.villages:
        silent = [name for name, told_us in village.endpoints.items() if told_us is Hearing.NO_ANSWER]
        if silent:
            text.append(f"? {village.name}: {', '.join(silent)}\n", "yellow")
    return text


def _is_sendable(notice: NoticeView) -> bool:
    if notice.kind is NoticeKind.EMERGENCY:
        return notice.state not in _OVER
    return notice.state in _SENDABLE
