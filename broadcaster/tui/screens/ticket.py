"""One ticket's page: why it is believed, whose clocks run, what happened; and all that people do with it."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import ClassVar
from zoneinfo import ZoneInfo

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.message import Message
from textual.widgets import Static

from broadcaster.desk.county import CountyDesk
from broadcaster.desk.crews import CrewView
from broadcaster.desk.errors import DeskError
from broadcaster.desk.files import Upload
from broadcaster.desk.workorders import TicketStory
from broadcaster.language import N_, _
from broadcaster.obstacles import obstacle
from broadcaster.tickets.clocks import WaitReason
from broadcaster.tickets.states import TicketStep
from broadcaster.tui.accounts import facts, happened, head
from broadcaster.tui.deeds import DEEDS
from broadcaster.tui.moments import moment
from broadcaster.tui.screens.ask import AskScreen
from broadcaster.tui.screens.choose import ChooseScreen
from broadcaster.tui.screens.station import StationScreen
from broadcaster.tui.telling import told
from broadcaster.words import said

Order = Callable[[CountyDesk], object]


class TicketScreen(StationScreen):
    """Over the list from which it was opened. Only the keys that its state takes are shown."""

    CSS_PATH = "ticket.tcss"
    MODE = "tickets"
    HELP_TEXT = N_(
        "One ticket: what is broken and why that is believed, the clock of whoever mends it and that of the station's help, "
        "and all that happened. The keys do what its state allows. A ticket that is said to be done closes when the "
        "device shows that it works; the page changes by itself when it does. x closes it against the device's word: "
        "with a reason, a photo and a second person."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("g", "assign", N_("Give to a crew")),
        *(Binding(deed.key, f"deed('{step}')", deed.name) for step, deed in DEEDS.items()),
        Binding("w", "wait", N_("Wait")),
        Binding("p", "attach", N_("Photo or file")),
        Binding("f", "fetch", N_("Fetch files")),
        Binding("e", "endpoint", N_("Endpoint")),
        Binding("x", "override", N_("Close against the device")),
        Binding("escape", "app.pop_screen", N_("Back")),
    ]

    class Seen(Message):
        """The desk told all that is known of it."""

        def __init__(self, story: TicketStory) -> None:
            super().__init__()
            self.story = story

    class Done(Message):
        """The desk did what was ordered."""

        def __init__(self, said: str) -> None:
            super().__init__()
            self.said = said

    class CrewsKnown(Message):
        """The desk told who could go."""

        def __init__(self, crews: dict[str, str]) -> None:
            super().__init__()
            self.crews = crews

    def __init__(self, ticket: int) -> None:
        super().__init__()
        self.ticket = ticket
        self.story: TicketStory | None = None

    def body(self) -> ComposeResult:
        """Which one, what is known, what happened."""
        yield Static(_("Looking …"), id="who", classes="line", markup=False)
        with VerticalScroll(id="page", classes="main", can_focus=True):
            yield Static("", id="facts")
            yield Static("", id="history")

    async def seen(self) -> Message:
        """All that is known of it."""
        number = self.ticket
        return self.Seen(await self.station.visit.ask(lambda desk: desk.tickets.show(ticket=number)))

    @on(Seen)
    def show(self, message: Seen) -> None:
        """Shows it."""
        self.story = story = message.story
        zone = self.station.zone
        self.query_one("#who", Static).update(head(story))
        self.query_one("#facts", Static).update(facts(story, zone))
        self.query_one("#history", Static).update(happened(story, zone))
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what the ticket's state takes has a key."""
        step = parameters[0] if action == "deed" else action
        if self.story is None:
            return action not in ("deed", "assign", "wait", "override", "attach", "fetch", "endpoint")
        if action in ("deed", "assign", "wait", "override"):
            return step in self.story.possible
        return bool(self.story.attachments) if action == "fetch" else True

    def action_deed(self, step: str) -> None:
        """Asks for the words that go with a deed, and does it."""
        deed, ticket = DEEDS[TicketStep(step)], self.ticket

        def do(words: str | None) -> None:
            if words is not None:
                self._order(lambda desk: deed.give(desk, ticket, words))

        if deed.asks:
            self.app.push_screen(AskScreen(_(deed.asks), may_be_empty=not deed.must_say), do)
        else:
            do("")

    def action_assign(self) -> None:
        """Asks who could go."""
        self._work(self._crews)

    async def _crews(self) -> None:
        crews = await self.station.visit.ask(lambda desk: desk.crews.list())
        able = {crew.name: _crew(crew, self.station.zone) for crew in crews if crew.enabled}
        self.post_message(self.CrewsKnown(able))

    @on(CrewsKnown)
    def _choose_crew(self, message: CrewsKnown) -> None:
        if not message.crews:
            self.notify(_("There is no crew yet: `broadcaster crew set` makes one."), severity="warning")
            return

        def assign(crew: str | None) -> None:
            if crew is not None:
                self._order(lambda desk: desk.tickets.assign(ticket=self.ticket, crew=crew))

        self.app.push_screen(ChooseScreen(_("Which crew goes?"), message.crews), assign)

    def action_wait(self) -> None:
        """Asks what it waits for, then for the evidence."""
        reasons = {reason.value: said(reason) for reason in WaitReason}

        def because(reason: str | None) -> None:
            if reason is not None:
                question = _("What shows it? ({why})").format(why=reasons[reason])
                self.app.push_screen(AskScreen(question), partial(wait, WaitReason(reason)))

        def wait(why: WaitReason, comment: str | None) -> None:
            if comment is not None:
                self._order(lambda desk: desk.tickets.wait(ticket=self.ticket, why=why, comment=comment))

        self.app.push_screen(ChooseScreen(_("What does it wait for?"), reasons), because)

    def action_override(self) -> None:
        """Asks for the second person and the reason; the newest photo stands for it."""
        photos = self.story.attachments if self.story else ()
        if not photos:
            self.notify(_("First a photo: p."), severity="warning")
            return
        photo = photos[-1]

        def person(second: str | None) -> None:
            if second is not None:
                question = _("Why is it closed though the device still fails?")
                self.app.push_screen(AskScreen(question), partial(close, second))

        def close(second: str, reason: str | None) -> None:
            if reason is not None:
                self._order(
                    lambda desk: desk.tickets.override(
                        ticket=self.ticket, second=second, photo=photo.sha256, reason=reason
                    )
                )

        question = _("With the photo {name}. Who is the second person? (user name)")
        self.app.push_screen(AskScreen(question.format(name=photo.name)), person)

    def action_attach(self) -> None:
        """Asks for a file, and adds it."""

        def attach(name: str | None) -> None:
            if name is not None:
                path = Path(name).expanduser()
                self._order(lambda desk: _attached(desk, self.ticket, path))

        self.app.push_screen(AskScreen(_("Which photo or file? (path)")), attach)

    def action_fetch(self) -> None:
        """Writes its photos and files down to be looked at."""
        self._work(self._fetch)

    async def _fetch(self) -> None:
        number, names = self.ticket, []
        for one in self.story.attachments if self.story else ():
            sha256 = one.sha256
            found = await self.station.visit.order(
                lambda desk, s=sha256: desk.tickets.attachment(ticket=number, sha256=s)  # type: ignore[misc]
            )
            names.append(await self.station.hand(f"{number}-{Path(found.name).name}", found.content))
        self.post_message(self.Done(_("Written: {files}").format(files=", ".join(names))))

    def action_endpoint(self) -> None:
        """To the page of an endpoint that it took."""
        from broadcaster.tui.screens.endpoint import EndpointScreen  # whose page leads here

        def go(endpoint: str | None) -> None:
            if endpoint is not None:
                self.app.push_screen(EndpointScreen(endpoint))

        story = self.story
        endpoints = story.endpoints if story else ()
        if story is None or len(endpoints) == 1:
            go(endpoints[0] if endpoints else None)
            return
        failing = frozenset(story.still_failing)
        choice = {one: f"{'✗' if one in failing else '✓'} {one}" for one in endpoints}
        self.app.push_screen(ChooseScreen(_("Which endpoint?"), choice), go)

    def _order(self, order: Order) -> None:
        async def give() -> None:
            await self.station.visit.order(order)
            self.post_message(self.Done(_("Done: ticket {n}").format(n=self.ticket)))

        self._work(give)

    def _work(self, work: Callable[[], object]) -> None:
        async def told_of() -> None:
            try:
                await work()  # type: ignore[misc]
            except OSError as error:
                self.notify(f"{error.filename}: {obstacle(error)}", severity="error", markup=False)
            except DeskError as error:
                self.notify(told(error), severity="error", markup=False)

        self.run_worker(told_of(), group="order")

    @on(Done)
    def _done(self, message: Done) -> None:
        self.notify(message.said, markup=False)
        self._is_looking = False
        self.look()


def _crew(crew: CrewView, zone: ZoneInfo) -> str:
    """A crew to choose: what it can do, and until when it is away."""
    able = f"{crew.name}  {', '.join(map(said, crew.skills))}"
    if crew.away_until is None:
        return able
    return f"{able}  " + _("away until {until}").format(until=moment(crew.away_until, zone))


def _attached(desk: CountyDesk, ticket: int, path: Path) -> object:
    with path.open("rb") as file:
        return desk.tickets.attach(ticket=ticket, file=Upload(path.name, file))
