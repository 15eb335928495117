"""The sheet: what notices and playlists have in common while they are written.

Every change is a step that can be undone, lies on the disk at once, and is tried out at the desk a moment later. Only
saving hands it to the desk; what was not saved is there again when the same sheet is opened.
"""

import secrets
from abc import abstractmethod
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Input, Static

from broadcaster.desk.areas import AreaView
from broadcaster.desk.attempts import Attempt, Attempted
from broadcaster.desk.errors import DeskError, Unavailable
from broadcaster.language import N_, _
from broadcaster.tui.editing import History, Sheet, rule_of
from broadcaster.tui.screens.choose import ChooseScreen
from broadcaster.tui.screens.station import StationScreen
from broadcaster.tui.telling import told
from broadcaster.tui.widgets.editing.choice import Choice
from broadcaster.tui.widgets.editing.prospect import Prospect

_PAUSE_S = 0.3  # after the last key, before the desk is asked what it would get
RULE_FIELDS = ("plays", "when", "gap", "days")


class SheetScreen(StationScreen):
    """Over the list from which it was opened."""

    CSS_PATH = "sheet.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+t", "hand_in", N_("Submit"), priority=True),
        Binding("ctrl+s", "save", N_("Save"), priority=True),
        Binding("ctrl+z", "undo", N_("Undo"), priority=True),
        Binding("ctrl+y", "redo", N_("Redo"), priority=True),
        Binding("escape", "leave", N_("Back")),
    ]

    class AreasKnown(Message):
        """The desk told which areas there are."""

        def __init__(self, areas: tuple[AreaView, ...]) -> None:
            super().__init__()
            self.areas = areas

    class Tried(Message):
        """The desk told what the sheet would get, or why it cannot be told."""

        def __init__(self, found: Attempted | str) -> None:
            super().__init__()
            self.found = found

    class Saved(Message):
        """The desk has it."""

        def __init__(self, id: str, *, is_submitted: bool) -> None:
            super().__init__()
            self.id, self.is_submitted = id, is_submitted

    def __init__(self, sheet: Sheet) -> None:
        super().__init__()
        self.name_on_disk = f"{self.MODE}-{sheet.id or 'new'}"
        self._given = sheet
        self.history: History[Sheet] = History(sheet)
        self.areas: dict[str, str] = {}
        self._pause: Timer | None = None
        # Laid into each field, or typed there: who types on is not overtaken by an answer.
        self._laid: dict[str, str] = {}

    @property
    def sheet(self) -> Sheet:
        """What is written now."""
        return self.history.now

    def on_mount(self) -> None:
        """With what was not saved the last time."""
        kept = self.station.drafts.kept(self.name_on_disk)
        if kept is not None and kept != self._given:
            self.history = History(self._given)
            self.history.change(kept)
            self.notify(_("What you had not saved is here again. ^Z goes back to before it."), markup=False)
        self.fill()
        super().on_mount()

    def said_again(self) -> None:
        """The fields again."""
        self._laid.clear()
        self.fill()

    async def seen(self) -> Message | None:
        """Which areas there are; the sheet itself is here already."""
        if self.areas:
            return None
        return self.AreasKnown(await self.station.visit.ask(lambda desk: desk.areas.list()))

    def rule_rows(self) -> ComposeResult:
        """Where, how often and when."""
        with Horizontal(classes="row"):
            yield Static(_("Where"), classes="label", markup=False)
            yield Choice("", id="where", markup=False)
        with Horizontal(classes="row"):
            yield Static(_("Plays a day"), classes="label", markup=False)
            yield Input(id="plays", classes="short")
            yield Static(_("at"), classes="label-short", markup=False)
            yield Input(id="when")
        with Horizontal(classes="row"):
            yield Static(_("Gap, min"), classes="label", markup=False)
            yield Input(id="gap", classes="short")
            yield Static(_("days"), classes="label-short", markup=False)
            yield Input(id="days", placeholder=_("every day"))
            yield Static(_("valid, days"), classes="label-mid", markup=False)
            yield Input(id="valid_days", classes="short")

    def values(self) -> dict[str, str]:
        """What stands in the fields, by their ids."""
        rule = {name: str(getattr(self.sheet.rule, name)) for name in RULE_FIELDS}
        return {"title": self.sheet.title, "valid_days": self.sheet.valid_days, **rule}

    def durations_ms(self) -> tuple[int, ...]:
        """How long the items are."""
        return (self.sheet.duration_ms,) if self.sheet.duration_ms else ()

    def assets(self) -> tuple[str, ...]:
        """What is recorded of it."""
        return (self.sheet.asset,) if self.sheet.asset else ()

    def fill(self) -> None:
        """The fields from the sheet."""
        with self.prevent(Input.Changed):
            for name, value in self.values().items():
                if self.lays(name, value):
                    self.query_one(f"#{name}", Input).value = value
        names = [self.areas.get(code, code) for code in self.sheet.targets]
        self.query_one("#where", Choice).update(", ".join(names) or _("nowhere yet: press Enter"))
        self.try_soon()

    def lays(self, name: str, value: str) -> bool:
        """Whether a field does not have this value from us or its own keys; from now on it has."""
        before, self._laid[name] = self._laid.get(name), value
        return before != value

    def changed(self, sheet: Sheet, *, what: str = "") -> None:
        """One step: kept on the disk, and tried out a moment later."""
        self.history.change(sheet, what=what)
        self.station.drafts.keep(self.name_on_disk, self.sheet)
        self.fill()

    def try_soon(self) -> None:
        """Asks what it would get once the keys rest."""
        if self._pause is not None:
            self._pause.stop()
        if self.station.every_s == 0:
            self._try()
        else:
            self._pause = self.set_timer(_PAUSE_S, self._try)

    def _try(self) -> None:
        if self.sheet.targets and self.durations_ms():
            self.start(self._tried, group="try")

    async def _tried(self) -> None:
        try:
            attempt = Attempt(
                durations_ms=self.durations_ms(),
                targets=self.sheet.targets,
                rule=rule_of(self.sheet.rule),
                instead_of=self.sheet.id,
                assets=self.assets(),
            )
            found = await self.station.visit.ask(
                lambda desk: desk.attempts.plan(attempt=attempt, day=self._day())
            )
        except DeskError as error:
            self.post_message(self.Tried(told(error)))
        else:
            self.post_message(self.Tried(found))

    def _day(self) -> date:
        """Tomorrow: today is half over."""
        return self.station.clock().astimezone(self.station.zone).date() + timedelta(days=1)

    @on(Tried)
    def _show_prospect(self, message: Tried) -> None:
        prospect = self.query_one(Prospect)
        if isinstance(message.found, str):
            prospect.tell(message.found)
        else:
            prospect.show(message.found, self.station.zone)

    @on(AreasKnown)
    def _areas_known(self, message: AreasKnown) -> None:
        self.areas = {area.code: area.name for area in message.areas}
        if not self.sheet.targets and message.areas:
            self.history.now = replace(self.sheet, targets=(message.areas[0].code,))
        self.fill()

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        name, value = event.input.id or "", event.input.value  # more may have been typed since
        if name in self.values() and self.lays(name, value):
            if name in RULE_FIELDS:
                sheet = replace(self.sheet, rule=replace(self.sheet.rule, **{name: value}))
            else:
                sheet = replace(self.sheet, **{name: value})  # type: ignore[arg-type]
            self.changed(sheet, what=name)

    @on(Input.Submitted)
    def _next(self) -> None:
        self.focus_next()

    @on(Choice.Wanted, "#where")
    def _where(self) -> None:
        def add(code: str | None) -> None:
            if code is not None:
                rest = tuple(one for one in self.sheet.targets if one != code and one[:6] + "0" * 6 != one)
                county = code[6:] == "0" * 6
                self.changed(replace(self.sheet, targets=(code,) if county else (*rest, code)))

        self.app.push_screen(ChooseScreen(_("Where is it to be heard?"), self.areas), add)

    @on(Choice.Dropped, "#where")
    def _nowhere(self) -> None:
        self.changed(replace(self.sheet, targets=self.sheet.targets[:-1]))

    def action_undo(self) -> None:
        """One step back."""
        self._step(self.history.undo, _("There is nothing to undo."))

    def action_redo(self) -> None:
        """One step forward again."""
        self._step(self.history.redo, _("There is nothing to redo."))

    def _step(self, step: Callable[[], bool], otherwise: str) -> None:
        """What the desk knows it by is no part of what is written, and stays."""
        id, key = self.sheet.id, self.sheet.key
        if not step():
            self.notify(otherwise)
        self.history.now = replace(self.sheet, id=id, key=key)
        self.station.drafts.keep(self.name_on_disk, self.sheet)
        self.fill()

    def action_leave(self) -> None:
        """Back to the list; what is not saved stays on the disk."""
        self.app.pop_screen()

    def action_save(self) -> None:
        """Hands it to the desk as a draft."""
        self.once(partial(self._saved, submits=False))

    def action_hand_in(self) -> None:
        """Saves it and submits it for approval."""
        self.once(partial(self._saved, submits=True))

    def _named(self) -> Sheet:
        """The sheet, of which a new one has a key that lies on the disk before the desk hears of it."""
        if self.sheet.id is None and not self.sheet.key:
            self.history.now = replace(self.sheet, key=secrets.token_urlsafe(16))
        self.station.drafts.keep(self.name_on_disk, self.sheet)
        return self.sheet

    async def ready(self) -> bool:
        """Whether everything stands on the sheet that is to; waits for what is on its way."""
        return True

    @abstractmethod
    async def stored(self) -> str:
        """Hands the sheet to the desk; its id there."""

    @abstractmethod
    async def submitted(self, id: str) -> None:
        """Submits it."""

    async def _saved(self, *, submits: bool) -> None:
        if not await self.ready():
            return
        try:
            handed = self._named()
            id = await self.stored()
            self.history.now = replace(self.sheet, id=id)
            self.station.drafts.forget(self.name_on_disk)
            self.name_on_disk = f"{self.MODE}-{id}"
            if self.sheet != replace(handed, id=id):  # written on meanwhile
                self.station.drafts.keep(self.name_on_disk, self.sheet)
            if submits:
                await self.submitted(id)
        except Unavailable:
            self.notify(
                _("Not saved: the controller does not answer. It is kept here; try again later."),
                severity="error",
            )
        except DeskError as error:
            self.notify(told(error), severity="error", markup=False)
        else:
            self.post_message(self.Saved(id, is_submitted=submits))

    @on(Saved)
    def _back(self, message: Saved) -> None:
        if message.is_submitted:
            self.app.notify(
                _("Submitted: {id}. Somebody else approves it.").format(id=message.id), markup=False
            )
            self.app.pop_screen()
        else:
            self.notify(_("Saved as draft {id}.").format(id=message.id), markup=False)
