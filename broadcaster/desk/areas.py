"""Areas at the desk: counties, towns and villages, their quiet hours and minutes budgets."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Annotated

from pydantic import Field
from sqlmodel import Session, col, func, select

from broadcaster.desk.door import Noun, order, question
from broadcaster.desk.errors import NotFound
from broadcaster.desk.files import Download, Upload
from broadcaster.desk.house import Context
from broadcaster.desk.lists import Imported, content_of, download, imported
from broadcaster.desk.situation import areas_today
from broadcaster.desk.today import AreaToday
from broadcaster.language import N_
from broadcaster.people.rights import Right
from broadcaster.registry import areas, lists
from broadcaster.registry.lists import Format
from broadcaster.storage.tables import AreaRow, EndpointRow
from schedules.places import Level, Place, chain_of, covers, level_of, prefix_of
from schedules.rules import Window


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaView:
    """One area with what lies in it. Its own quiet hours and budget are None where those of the wider area hold."""

    code: str
    name: str
    level: str
    population: int
    quiet_hours: tuple[tuple[str, str], ...] | None
    budget_minutes: int | None
    quiet_in_force: tuple[tuple[str, str], ...]
    budget_in_force: int | None  # None: no limit
    endpoints: int


class Areas(Noun):
    """Counties, towns and villages."""

    @order("POST", "/areas/import", right=Right.REGISTER)
    def take_in(self, ctx: Context, file: Upload, dry_run: bool = False) -> Imported:
        """Import areas from a CSV or XLSX list; a bad file changes nothing."""
        found = lists.import_areas(ctx.session, file.name, content_of(file), dry_run=dry_run)
        ctx.require(Right.REGISTER, *(area.code for area in found.difference.to_store))
        return imported(ctx, found, areas.COLUMNS, dry_run=dry_run)

    @question("GET", "/areas/export", right=Right.VIEW)
    def export(self, ctx: Context, format: Format = Format.CSV) -> Download:
        """All areas as a list that can be imported again."""
        return download("areas", format, lists.export_areas(ctx.session, format))

    @question("GET", "/areas", right=Right.VIEW)
    def list(self, ctx: Context, inside: Place | None = None) -> tuple[AreaView, ...]:
        """Areas in the order of their codes."""
        known, homes = _areas(ctx.session), _homes(ctx.session)
        wanted = (row for row in known.values() if inside is None or covers(inside, Place(row.code)))
        return tuple(_area(row, homes, known) for row in wanted)

    @question("GET", "/areas/{area}", right=Right.VIEW)
    def show(self, ctx: Context, area: Place) -> AreaView:
        """One area."""
        return _area(_area_row(ctx.session, area), _homes(ctx.session), _areas(ctx.session))

    @order("PUT", "/areas/{area}/rules", right=Right.SETTLE, places="area")
    def settle(
        self,
        ctx: Context,
        area: Place,
        quiet_hours: tuple[Window, ...] | None = None,
        budget_minutes: Annotated[int, Field(ge=0, le=1440)] | None = None,
    ) -> AreaView:
        """Set an area's quiet hours and minutes budget; None goes by those of the wider area."""
        row = _area_row(ctx.session, area)
        areas.store(
            ctx.session,
            [replace(areas.area_of(row), quiet_hours=quiet_hours, budget_minutes=budget_minutes)],
        )
        ctx.session.expire_all()
        return _area(_area_row(ctx.session, area), _homes(ctx.session), _areas(ctx.session))

    @question("GET", "/areas-today", right=Right.VIEW)
    def today(self, ctx: Context) -> tuple[AreaToday, ...]:
        """Every area with what the endpoints in it last said, in the order of their codes."""
        return areas_today(ctx.session)


def _areas(session: Session) -> dict[str, AreaRow]:
    return {row.code: row for row in session.exec(select(AreaRow).order_by(col(AreaRow.code)))}


def _homes(session: Session) -> Counter[str]:
    """How many endpoints are in use, by the prefix of each place that they lie in: one look for all areas."""
    village = col(EndpointRow.village)
    wanted = select(village, func.count()).where(col(EndpointRow.enabled).is_(True)).group_by(village)
    homes: Counter[str] = Counter()
    for code, count in session.exec(wanted):
        for digits in (0, 2, 4, 6, 9, 12):
            homes[code[:digits]] += count
    return homes


def _area_row(session: Session, area: Place) -> AreaRow:
    row = session.get(AreaRow, area)
    if row is None:
        raise NotFound(N_("There is no area {area}."), area=area)
    return row


def _area(row: AreaRow, homes: Mapping[str, int], known: Mapping[str, AreaRow]) -> AreaView:
    place = Place(row.code)
    chain = [known[area] for area in chain_of(place) if area in known]
    quiet = next((area.quiet_hours for area in chain if area.quiet_hours is not None), [])
    return AreaView(
        code=row.code,
        name=row.name,
        level=Level(level_of(place)).name.lower(),
        population=row.population,
        quiet_hours=None if row.quiet_hours is None else _hours(row.quiet_hours),
        budget_minutes=row.budget_minutes,
        quiet_in_force=_hours(quiet),
        budget_in_force=next(
            (area.budget_minutes for area in chain if area.budget_minutes is not None), None
        ),
        endpoints=homes.get(prefix_of(place), 0),
    )


def _hours(pairs: Iterable[Iterable[str]]) -> tuple[tuple[str, str], ...]:
    return tuple((start[:5], end[:5]) for start, end in pairs)
