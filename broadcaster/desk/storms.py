"""Storms at the desk: where and when the weather was bad; then a lost mains is less likely a hand at the switch."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import col, select

from broadcaster.desk.door import Noun, order, question
from broadcaster.desk.errors import Conflict, Invalid, NotFound
from broadcaster.desk.house import Context
from broadcaster.language import N_
from broadcaster.people.rights import Right
from broadcaster.storage.tables import StormRow
from schedules.places import Place

LISTED = timedelta(days=2)  # after its end


@dataclass(frozen=True, slots=True, kw_only=True)
class StormView:
    """A storm that was noted."""

    id: int
    place: Place
    begins: datetime
    ends: datetime
    note: str
    by: str
    cancelled_at: datetime | None


class Storms(Noun):
    """Lightning, wind and ice, as the weather service or somebody on the spot tells of them."""

    @question("GET", "/storms", right=Right.VIEW)
    def list(self, ctx: Context, over: bool = False) -> tuple[StormView, ...]:
        """Those of these days and to come, by their begin; with `over` all that ever were noted."""
        wanted = select(StormRow).order_by(col(StormRow.begins), col(StormRow.id))
        if not over:
            wanted = wanted.where(StormRow.ends > ctx.now - LISTED, col(StormRow.cancelled_at).is_(None))
        return tuple(map(_view, ctx.session.exec(wanted)))

    @order("POST", "/storms", right=Right.SETTLE, places="place")
    def note(self, ctx: Context, place: Place, begins: datetime, ends: datetime, note: str = "") -> StormView:
        """Note a storm over `place`, past or to come."""
        if not ends > begins:
            raise Invalid(N_("A storm has to end after it begins."))
        row = StormRow(place=place, begins=begins, ends=ends, note=note, by=ctx.who)
        ctx.session.add(row)
        ctx.session.flush()
        return _view(row)

    @order("DELETE", "/storms/{storm}", right=Right.SETTLE)
    def cancel(self, ctx: Context, storm: int) -> StormView:
        """Take a note back: there was no such storm."""
        row = ctx.session.get(StormRow, storm)
        if row is None:
            raise NotFound(N_("There is no storm {storm}."), storm=storm)
        ctx.require(Right.SETTLE, Place(row.place))
        if row.cancelled_at is not None:
            raise Conflict(N_("Storm {storm} was taken back already."), storm=storm)
        row.cancelled_at = ctx.now
        ctx.session.add(row)
        return _view(row)


def _view(row: StormRow) -> StormView:
    assert row.id is not None
    return StormView(
        id=row.id,
        place=Place(row.place),
        begins=row.begins,
        ends=row.ends,
        note=row.note,
        by=row.by,
        cancelled_at=row.cancelled_at,
    )
