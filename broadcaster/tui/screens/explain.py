"""Explain: why a place hears or does not hear a notice today, in sentences."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar, cast
from zoneinfo import ZoneInfo

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Static

from broadcaster.desk.errors import DeskError
from broadcaster.language import N_, _
from broadcaster.tui.telling import told
from broadcaster.words import facts_said
from schedules.places import Place

if TYPE_CHECKING:
    from broadcaster.desk.titles import Explanation
    from broadcaster.tui.app import StationApp


class ExplainScreen(ModalScreen[None]):
    """Over the screen that has the question."""

    CSS_PATH = "explain.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,enter,q", "dismiss", N_("Close"))]

    class Explained(Message):
        """The desk gave its reasons."""

        def __init__(self, sentences: tuple[str, ...]) -> None:
            super().__init__()
            self.sentences = sentences

    def __init__(self, place: str, notice: str, title: str) -> None:
        super().__init__()
        self.place, self.notice, self.title_of_notice = place, notice, title

    def compose(self) -> ComposeResult:
        """What is asked, then the reasons."""
        with VerticalScroll(id="explain"):
            yield Static(self.title_of_notice, id="explain-title", markup=False)
            yield Static(_("Looking …"), id="explain-reasons", markup=False)
            yield Static(_("Esc closes this."), id="explain-close", markup=False)

    def on_mount(self) -> None:
        """Asks."""
        self.ask()

    @work
    async def ask(self) -> None:
        """The reasons of the desk."""
        station = cast("StationApp", self.app)
        place, notice = Place(self.place), self.notice
        try:
            found = await station.visit.ask(lambda desk: desk.plans.explain(place=place, notice=notice))
        except DeskError as error:
            self.post_message(self.Explained((told(error),)))
        else:
            self.post_message(self.Explained(tuple(sentence(each, station.zone) for each in found)))

    @on(Explained)
    def show(self, message: Explained) -> None:
        """Shows the reasons."""
        self.query_one("#explain-reasons", Static).update("\n\n".join(message.sentences))


def sentence(explanation: "Explanation", zone: ZoneInfo) -> str:
    """A statement in the language in use, with names and times as people say them."""
    facts: Mapping[str, object] = {
        name: explanation.names.get(name) or _moment(value, zone)
        for name, value in explanation.parameters.items()
    }
    return _(explanation.sentence).format_map(facts_said(facts))


def _moment(value: str, zone: ZoneInfo) -> str:
    """An instant in ISO 8601 or as `str` has it on the county's wall; anything else as it is."""
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        return value
    return f"{at.astimezone(zone):%m-%d %H:%M}" if at.tzinfo else value
