"""Areas (区域): counties, towns and villages as the county's list gives them. Codes are data, never computed."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlmodel import Session, col, select

from broadcaster.registry.cells import area_code, hours, whole, words
from broadcaster.registry.columns import Column
from broadcaster.storage.changes import changed
from broadcaster.storage.engine import upsert
from broadcaster.storage.mapping import windows_of
from broadcaster.storage.tables import AreaRow
from schedules.places import Level, Place, level_of
from schedules.rules import Window


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """One area; quiet hours and budget (minutes of daily notices a day) of None are those of the wider area."""

    code: Place
    name: str
    population: int = 0
    quiet_hours: tuple[Window, ...] | None = None
    budget_minutes: int | None = None

    @property
    def key(self) -> str:
        """What tells it from others."""
        return self.code


def _shown_hours(windows: tuple[Window, ...] | None) -> str:
    if windows is None:
        return ""
    return " ".join(f"{window.start:%H:%M}-{window.end:%H:%M}" for window in windows) or "none"


COLUMNS = (
    Column(
        name="code",
        chinese="区划代码",
        also=("行政区划代码", "区域代码", "区划编码", "代码", "编码"),
        read=area_code,
        optional=False,
    ),
    Column(
        name="name",
        chinese="名称",
        also=("区域名称", "行政区划名称", "单位名称"),
        read=words(100),
        optional=False,
    ),
    Column(
        name="population",
        chinese="人口",
        also=("人口数", "常住人口", "总人口"),
        read=whole(0, 100_000_000),
        empty=0,
    ),
    Column(name="quiet_hours", chinese="静默时段", also=("禁播时段",), read=hours, show=_shown_hours),
    Column(
        name="budget_minutes",
        chinese="每日播出上限",
        also=("每日上限", "日播出上限", "daily minutes"),
        read=whole(0, 1440),
    ),
)


def areas(session: Session) -> dict[str, Area]:
    """All areas by code, in the order of codes."""
    return {row.code: area_of(row) for row in session.exec(select(AreaRow).order_by(col(AreaRow.code)))}


def villages(session: Session) -> frozenset[str]:
    """The codes of all villages."""
    codes = session.exec(select(AreaRow.code))
    return frozenset(code for code in codes if level_of(Place(code)) is Level.VILLAGE)


def store(session: Session, found: Collection[Area]) -> None:
    """Adds areas, or changes those of the same code."""
    if found:
        upsert(session, AreaRow, [area_row(area) for area in found])
        changed(session)


def area_row(area: Area) -> dict[str, object]:
    """An area as the columns of its row."""
    return {
        "code": area.code,
        "name": area.name,
        "population": area.population,
        "quiet_hours": _hours_json(area.quiet_hours),
        "budget_minutes": area.budget_minutes,
    }


def area_of(row: AreaRow) -> Area:
    """The area of a row."""
    return Area(
        code=Place(row.code),
        name=row.name,
        population=row.population,
        quiet_hours=windows_of(row.quiet_hours),
        budget_minutes=row.budget_minutes,
    )


def _hours_json(windows: tuple[Window, ...] | None) -> list[list[str]] | None:
    if windows is None:
        return None
    return [[window.start.isoformat(), window.end.isoformat()] for window in windows]
