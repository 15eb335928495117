"""Maintenance at the desk: announced work, while which what fails is nobody's ticket."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, select

from broadcaster.controller import memory, terrain
from broadcaster.desk.door import Noun, order, question
from broadcaster.desk.errors import Conflict, Invalid, NotFound
from broadcaster.desk.house import Context
from broadcaster.language import N_
from broadcaster.people.rights import Right
from broadcaster.storage.tables import AreaRow, MaintenanceRow
from schedules.places import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class MaintenanceView:
    """Announced work. `target`: an area's code, a node such as "feeder:10 kV-3", or an endpoint's id."""

    id: int
    target: str
    begins: datetime
    ends: datetime
    reason: str
    by: str
    cancelled_at: datetime | None


class Maintenance(Noun):
    """Planned outages and other announced work."""

    @question("GET", "/maintenance", right=Right.VIEW)
    def list(self, ctx: Context, over: bool = False) -> tuple[MaintenanceView, ...]:
        """What goes on or is to come, by its begin; with `over` all that ever was announced."""
        wanted = select(MaintenanceRow).order_by(col(MaintenanceRow.begins), col(MaintenanceRow.id))
        if not over:
            wanted = wanted.where(MaintenanceRow.ends > ctx.now, col(MaintenanceRow.cancelled_at).is_(None))
        return tuple(map(_view, ctx.session.exec(wanted)))

    @order("POST", "/maintenance", right=Right.SETTLE, places="place")
    def plan(
        self, ctx: Context, place: Place, target: str, begins: datetime, ends: datetime, reason: str
    ) -> MaintenanceView:
        """Announce work on `target`, which lies in `place`: it takes the right wherever something hangs on it."""
        ctx.require(Right.SETTLE, *_below(ctx, target))
        if not ends > max(begins, ctx.now):
            raise Invalid(N_("Announced work has to end after it begins, and not before now."))
        if not reason.strip():
            raise Invalid(N_("It takes a reason."))
        row = MaintenanceRow(target=target, begins=begins, ends=ends, reason=reason, by=ctx.who)
        ctx.session.add(row)
        ctx.session.flush()
        return _view(row)

    @order("DELETE", "/maintenance/{work}", right=Right.SETTLE)
    def cancel(self, ctx: Context, work: int) -> MaintenanceView:
        """Call it off, or end it early: what still fails is told from now on."""
        row = ctx.session.get(MaintenanceRow, work)
        if row is None:
            raise NotFound(N_("There is no announced work {work}."), work=work)
        ctx.require(Right.SETTLE, *_below(ctx, row.target))
        if row.cancelled_at is not None or row.ends <= ctx.now:
            raise Conflict(N_("Announced work {work} is over already."), work=work)
        row.cancelled_at = ctx.now
        ctx.session.add(row)
        return _view(row)


def _below(ctx: Context, target: str) -> list[Place]:
    """The area that it is, or the villages of all endpoints below it; none where it is on no map."""
    if ctx.session.get(AreaRow, target) is not None:
        return [Place(target)]
    known = terrain.read(ctx.session, memory.cells(ctx.session))
    below = terrain.below(known, terrain.topology(known), target)
    return sorted({Place(known[name].placement.village) for name in below})


def _view(row: MaintenanceRow) -> MaintenanceView:
    assert row.id is not None
    return MaintenanceView(
        id=row.id,
        target=row.target,
        begins=row.begins,
        ends=row.ends,
        reason=row.reason,
        by=row.by,
        cancelled_at=row.cancelled_at,
    )
