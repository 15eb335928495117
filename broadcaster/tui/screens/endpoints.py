"""Endpoints: the county as a tree of areas with the state of their endpoints rolled up."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Input, Static

from broadcaster.desk.endpoints import EndpointView
from broadcaster.desk.today import AreaToday
from broadcaster.language import N_, _
from broadcaster.tui.marks import AREA_MARKS
from broadcaster.tui.screens.endpoint import EndpointScreen
from broadcaster.tui.screens.station import StationScreen
from broadcaster.tui.widgets.county.tree import CountyTree
from broadcaster.tui.widgets.day.strips import legend
from schedules.places import Place


class EndpointsScreen(StationScreen):
    """The county's tree."""

    CSS_PATH = "endpoints.tcss"
    MODE = "endpoints"
    HELP_TEXT = N_(
        "The county as a tree: each area with its endpoints, connected of known. Enter opens an area, or the page of an "
        "endpoint. / searches areas by name, by the initials of its pinyin, or by code; n goes to the next one found."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "search", N_("Search")),
        Binding("n", "next_found", N_("Next found")),
        Binding("escape", "leave_search", N_("Leave the search"), show=False),
    ]

    class Seen(Message):
        """The desk told how the areas are, and the endpoints of the villages that are open."""

        def __init__(
            self, areas: tuple[AreaToday, ...], endpoints: dict[str, tuple[EndpointView, ...]]
        ) -> None:
            super().__init__()
            self.areas, self.endpoints = areas, endpoints

    def __init__(self) -> None:
        super().__init__()
        self.goal: str | None = None
        self._found: list[str] = []

    def body(self) -> ComposeResult:
        """The search, the tree, what the marks mean."""
        yield Input(placeholder=_("Name, initials or code of an area"), id="search")
        yield CountyTree(id="tree", classes="main")
        yield Static(legend(AREA_MARKS), classes="section", id="legend")

    async def seen(self) -> Message:
        """How the areas are."""
        open_villages = self.query_one(CountyTree).open_villages
        visit = self.station.visit
        areas = await visit.ask(lambda desk: desk.areas.today())
        endpoints = {
            village: await visit.ask(lambda desk, v=village: desk.endpoints.list(inside=Place(v)))  # type: ignore[misc]
            for village in open_villages
        }
        return self.Seen(areas, endpoints)

    @on(Seen)
    def show(self, message: Seen) -> None:
        """Shows how the areas are."""
        tree = self.query_one(CountyTree)
        tree.show(message.areas)
        if not message.areas:
            hint = _("No areas yet. On the command line: broadcaster area import FILE")
            self.query_one("#legend", Static).update(hint)
        for village, endpoints in message.endpoints.items():
            tree.show_endpoints(village, endpoints)
        if self.goal is not None:
            tree.go_to(self.goal)
            self.goal = None

    @on(CountyTree.VillageOpened)
    def _village_opened(self, message: CountyTree.VillageOpened) -> None:
        self._is_looking = False  # a village that was just opened does not wait for the next look
        self.look()

    @on(CountyTree.EndpointChosen)
    def _endpoint_chosen(self, message: CountyTree.EndpointChosen) -> None:
        self.app.push_screen(EndpointScreen(message.endpoint))

    def action_search(self) -> None:
        """To the search."""
        field = self.query_one("#search", Input)
        field.add_class("-open")
        field.focus()

    def action_leave_search(self) -> None:
        """Back to the tree."""
        self.query_one("#search", Input).remove_class("-open")
        self.query_one(CountyTree).focus()

    def action_next_found(self) -> None:
        """To the next area that was found."""
        if self._found:
            self._found = [*self._found[1:], self._found[0]]
            self.query_one(CountyTree).go_to(self._found[0])

    @on(Input.Submitted, "#search")
    def _search(self, event: Input.Submitted) -> None:
        tree = self.query_one(CountyTree)
        self._found = tree.found(event.value) if event.value.strip() else []
        self.action_leave_search()
        if self._found:
            tree.go_to(self._found[0])
        else:
            self.notify(_("There is no area {search}.").format(search=event.value), markup=False)
