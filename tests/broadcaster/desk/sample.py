"""A small desk with one noun that does everything a noun may do, in a house that a test throws away."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from threading import Event
from typing import Any

from pydantic import SecretStr

from broadcaster.desk.door import Desk, Noun, order, question
from broadcaster.desk.errors import Conflict, Invalid, NotFound, Problem, Unavailable
from broadcaster.desk.files import Download, Upload
from broadcaster.desk.house import Act, Context, HouseDoor
from schedules.places import Place, covers

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
VILLAGE = Place("341523100200")
OTHER_VILLAGE = Place("341523200201")


class Right(StrEnum):
    VIEW = "view"
    EDIT = "edit"


class Tone(StrEnum):
    BELL = "bell"
    SIREN = "siren"


@dataclass(frozen=True, slots=True, kw_only=True)
class Horn:
    id: str
    place: Place
    tone: Tone = Tone.BELL
    since: datetime = NOON
    tags: tuple[str, ...] = ()


class Horns(Noun):
    @question("GET", "/horns", right=Right.VIEW)
    def list(self, ctx: Context, tone: Tone | None = None, tags: tuple[str, ...] = ()) -> tuple[Horn, ...]:
        """All horns, or those of a tone and with all the tags."""
        found = (horn for horn in ctx.session.horns.values() if tone in (None, horn.tone))
        return tuple(horn for horn in found if {*tags} <= {*horn.tags})

    @question("GET", "/horns/{horn}", right=Right.VIEW)
    def show(self, ctx: Context, horn: str) -> Horn:
        """One horn."""
        return _load(ctx, horn)

    @order("POST", "/horns", right=Right.EDIT, places="place")
    def add(self, ctx: Context, id: str, place: Place, tags: tuple[str, ...] = ()) -> Horn:
        """Put a horn up.

        It rings from now on.
        """
        if id in ctx.session.horns:
            raise Conflict("There is a horn {id} already.", id=id)
        ctx.act.subject = id
        horn = ctx.session.horns[id] = Horn(id=id, place=place, since=ctx.now, tags=tags)
        return horn

    @order("POST", "/horns/{horn}/tune", right=Right.EDIT)
    def tune(self, ctx: Context, horn: str, tone: Tone = Tone.SIREN) -> Horn:
        """Give a horn another tone."""
        found = _load(ctx, horn)
        ctx.require(Right.EDIT, found.place)
        tuned = ctx.session.horns[horn] = replace(found, tone=tone)
        return tuned

    @order("POST", "/horns/{horn}/lock", right=Right.EDIT)
    def lock(self, ctx: Context, horn: str, code: SecretStr) -> int:
        """Lock a horn; answers the length of the code."""
        ctx.require(Right.EDIT, _load(ctx, horn).place)
        return len(code.get_secret_value())

    @order("PUT", "/horns/{horn}/picture", right=Right.EDIT)
    def picture(
        self, ctx: Context, horn: str, file: Upload, title: str = "", tags: tuple[str, ...] = ()
    ) -> str:
        """Keep a picture."""
        ctx.require(Right.EDIT, _load(ctx, horn).place)
        return f"{file.name} {title} {tags} {file.file.read().hex()}"

    @question("GET", "/horns/{horn}/poster", right=Right.VIEW)
    def poster(self, ctx: Context, horn: str) -> Download:
        """A poster to print."""
        return Download(name=f"喇叭 {horn}.svg", media_type="image/svg+xml", content=b"<svg/>")

    @order("POST", "/horns/{horn}/polish", right=Right.EDIT)
    def polish(self, ctx: Context, horn: str) -> str:
        """Polish a horn, which takes long."""
        ctx.require(Right.EDIT, _load(ctx, horn).place)
        return str(ctx.prepared)

    @polish.beforehand
    def _rub(house: Any, horn: str) -> str:
        house.report(0.25)
        assert house.seen.wait(30), "nobody asked how much is done"
        house.report(1.0)
        return f"{horn} shines"

    @order("DELETE", "/horns/{horn}", right=Right.EDIT)
    def remove(self, ctx: Context, horn: str) -> None:
        """Take a horn down."""
        ctx.require(Right.EDIT, _load(ctx, horn).place)
        del ctx.session.horns[horn]

    @order("POST", "/break", right=Right.EDIT, places="place")
    def destroy(self, ctx: Context, place: Place) -> None:
        """Goes wrong half-way."""
        ctx.session.horns.clear()
        raise ZeroDivisionError("a fault of ours")

    @order("POST", "/storm", right=Right.EDIT, places="place")
    def storm(self, ctx: Context, place: Place) -> None:
        """Cannot be had now."""
        raise Unavailable("No storm today.")

    @order("POST", "/careless", right=Right.EDIT)
    def careless(self, ctx: Context) -> None:
        """Forgets to ask for a right in a place."""
        ctx.session.horns.clear()

    @order("POST", "/horns/import", right=Right.EDIT, places="place")
    def import_(self, ctx: Context, place: Place, lines: tuple[str, ...]) -> None:
        """Refuses every line."""
        wrong = [
            Problem(where=f"line {number}", message="expected a horn, got {got}", facts={"got": line})
            for number, line in enumerate(lines, 1)
        ]
        raise Invalid("The file has errors.", *wrong)


def _load(ctx: Context, horn: str) -> Horn:
    try:
        return ctx.session.horns[horn]
    except KeyError:
        raise NotFound("There is no horn {horn}.", horn=horn) from None


class SampleDesk(Desk):
    horns: Horns


@dataclass
class Shelf:
    """What a transaction works on."""

    horns: dict[str, Horn] = field(default_factory=dict)
    acts: list[Act] = field(default_factory=list)


@dataclass
class SampleHouse:
    """`ann` may do everything everywhere in her village, `bob` may look."""

    shelf: Shelf = field(default_factory=Shelf)
    done: list[str] = field(default_factory=list)
    seen: Event = field(default_factory=Event)  # somebody knows how much of a polish is done
    report: Callable[[float], None] = lambda share: None

    @contextmanager
    def transaction(self) -> Iterator[Any]:
        before = deepcopy(self.shelf)
        try:
            yield self.shelf
        except BaseException:
            self.shelf.horns, self.shelf.acts = before.horns, before.acts
            raise

    snapshot = transaction

    def allows(self, session: Any, who: str, right: StrEnum, places: tuple[Place, ...]) -> bool:
        return right is Right.VIEW or (who == "ann" and all(covers(VILLAGE, place) for place in places))

    def keep(self, session: Any, act: Act) -> None:
        session.acts.append(act)

    def reporting(self, report: Callable[[float], None]) -> "SampleHouse":
        return replace(self, report=report)

    def door(self, who: str) -> HouseDoor:
        return HouseDoor(self, who, clock=lambda: NOON, after_order=self.done.append)
