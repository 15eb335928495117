"""Areas and endpoints at the desk: lists in and out, what each endpoint last said, and its secrets."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import Field
from sqlmodel import Session, col, func, select

from broadcaster.desk import conditions
from broadcaster.desk.conditions import Condition, Stretch, Telemetry
from broadcaster.desk.deliveries import OnItsWay, on_its_way_to
from broadcaster.desk.door import Noun, order, question
from broadcaster.desk.errors import Conflict, Invalid, NotFound
from broadcaster.desk.files import Download, Upload
from broadcaster.desk.house import Context
from broadcaster.desk.situation import areas_today
from broadcaster.desk.today import AreaToday
from broadcaster.language import N_
from broadcaster.people.rights import Right
from broadcaster.registry import areas, endpoints, line, lists, provisioning
from broadcaster.registry.columns import Column
from broadcaster.registry.lists import Format, Import
from broadcaster.registry.sheets import Cell
from broadcaster.storage.changes import changed
from broadcaster.storage.tables import AreaRow, EndpointRow, EndpointStateRow, LineRow
from devices.presence import Presence
from devices.provisioning import LineProvision
from schedules.places import Level, Place, chain_of, covers, level_of, prefix_of
from schedules.rules import Window

SERIAL_PORT = "/dev/serial0"  # of a small board
Hours = Annotated[int, Field(ge=1, le=192)]
_LONGEST_LIST = 64 * 1024 * 1024
_MEDIA_TYPES = {
    Format.CSV: "text/csv; charset=utf-8",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What a list changed, or would change; what it does not name is kept."""

    added: tuple[str, ...]
    changed: dict[str, dict[str, tuple[str, str]]]  # id → field → (before, after)
    unchanged: int
    missing: tuple[str, ...]
    ignored_columns: tuple[str, ...]


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


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointView:
    """One endpoint: what the list says, and what it last said itself."""

    id: str
    village: str
    village_name: str
    name: str
    site: str
    link: str
    feeder: str
    position: int | None  # along the feeder
    latitude: float | None
    longitude: float | None
    population: int
    resource_code: str
    volume: int | None
    provisioned: bool
    enabled: bool
    presence: Presence | None
    heard_at: datetime | None
    clock: str | None
    sounding: str | None
    missing_recordings: int | None
    unreceipted: int | None
    software: str | None
    on_its_way: tuple[OnItsWay, ...] = ()  # over its serial line; told only of one that is shown


class Areas(Noun):
    """Counties, towns and villages."""

    @order("POST", "/areas/import", right=Right.REGISTER)
    def take_in(self, ctx: Context, file: Upload, dry_run: bool = False) -> Imported:
        """Import areas from a CSV or XLSX list; a bad file changes nothing."""
        found = lists.import_areas(ctx.session, file.name, _content(file), dry_run=dry_run)
        ctx.require(Right.REGISTER, *(area.code for area in found.difference.to_store))
        return _imported(ctx, found, areas.COLUMNS, dry_run=dry_run)

    @question("GET", "/areas/export", right=Right.VIEW)
    def export(self, ctx: Context, format: Format = Format.CSV) -> Download:
        """All areas as a list that can be imported again."""
        return _download("areas", format, lists.export_areas(ctx.session, format))

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


class Endpoints(Noun):
    """Loudspeaker sets."""

    @order("POST", "/endpoints/import", right=Right.REGISTER)
    def take_in(self, ctx: Context, file: Upload, dry_run: bool = False) -> Imported:
        """Import endpoints from a CSV or XLSX list; a bad file changes nothing."""
        found = lists.import_endpoints(ctx.session, file.name, _content(file), now=ctx.now, dry_run=dry_run)
        ctx.require(Right.REGISTER, *(endpoint.village for endpoint in found.difference.to_store))
        return _imported(ctx, found, endpoints.COLUMNS, dry_run=dry_run)

    @question("GET", "/endpoints/export", right=Right.VIEW)
    def export(self, ctx: Context, format: Format = Format.CSV) -> Download:
        """All endpoints, without secrets, as a list that can be imported again."""
        return _download("endpoints", format, lists.export_endpoints(ctx.session, format))

    @question("GET", "/endpoints", right=Right.VIEW)
    def list(self, ctx: Context, inside: Place | None = None) -> tuple[EndpointView, ...]:
        """Endpoints by village, with what each last said."""
        wanted = (
            select(EndpointRow, EndpointStateRow)
            .join(EndpointStateRow, col(EndpointStateRow.endpoint) == col(EndpointRow.id), isouter=True)
            .order_by(col(EndpointRow.village), col(EndpointRow.id))
        )
        if inside is not None:
            wanted = wanted.where(col(EndpointRow.village).startswith(prefix_of(inside).partition("/")[0]))
        names = _names(ctx.session)
        return tuple(
            _endpoint(row, state, names)
            for row, state in ctx.session.exec(wanted)
            if inside is None or covers(inside, Place(f"{row.village}/{row.id}"))
        )

    @question("GET", "/endpoints/{endpoint}", right=Right.VIEW)
    def show(self, ctx: Context, endpoint: str) -> EndpointView:
        """One endpoint, with what is on its way to it over its serial line."""
        row = _row(ctx.session, endpoint)
        return replace(_found(ctx.session, row), on_its_way=on_its_way_to(ctx.session, row, ctx.now))

    @order("PUT", "/endpoints/{endpoint}/enabled", right=Right.REGISTER)
    def enable(self, ctx: Context, endpoint: str, enabled: bool) -> EndpointView:
        """Plan for an endpoint again, or leave it out of every plan."""
        row = _row(ctx.session, endpoint)
        ctx.require(Right.REGISTER, Place(row.village))
        if row.retired_at:
            raise _retired(endpoint)
        row.enabled = enabled
        ctx.session.add(row)
        changed(ctx.session)
        ctx.session.flush()
        return _found(ctx.session, row)

    @question("GET", "/endpoints/{endpoint}/condition", right=Right.VIEW)
    def condition(self, ctx: Context, endpoint: str) -> Condition:
        """What an endpoint last said of itself, next to what it should hold."""
        return conditions.condition(ctx.session, _row(ctx.session, endpoint))

    @question("GET", "/endpoints/{endpoint}/telemetry", right=Right.VIEW)
    def telemetry(self, ctx: Context, endpoint: str, hours: Hours = 24) -> tuple[Telemetry, ...]:
        """What an endpoint said of supply and surroundings, every quarter of an hour, the oldest first."""
        return conditions.telemetry(ctx.session, _row(ctx.session, endpoint).id, hours, ctx.now)

    @question("GET", "/endpoints/{endpoint}/day", right=Right.VIEW)
    def day(self, ctx: Context, endpoint: str, day: date | None = None) -> tuple[Stretch, ...]:
        """A day of an endpoint without gaps: when it sounded, was silent, was dark, or nobody knows."""
        zone = ctx.house.settings.zone
        row = _row(ctx.session, endpoint)
        return conditions.stretches(ctx.session, row, day or ctx.now.astimezone(zone).date(), zone, ctx.now)

    @order("POST", "/endpoints/{endpoint}/provision", right=Right.PROVISION)
    def provision(self, ctx: Context, endpoint: str, port: str = SERIAL_PORT) -> Download:
        """Its account, its secrets and our public keys, as the file that the endpoint program takes; old ones end.

        `port`: its serial port, where it is on a line.
        """
        row = _row(ctx.session, endpoint)
        ctx.require(Right.PROVISION, Place(row.village))
        if row.retired_at:
            raise _retired(endpoint)
        made = provisioning.provision(
            ctx.session,
            endpoint,
            ctx.house.surroundings,
            set_account=ctx.house.set_account,
            now=ctx.now,
            line=_line_of(ctx.session, row, port),
        )
        if made.line is not None:
            ctx.house.remove_account(endpoint)  # of a time before it was on a line
        return Download(
            name=f"{endpoint}.provision.json", media_type="application/json", content=made.to_json().encode()
        )

    @order("POST", "/endpoints/{endpoint}/retire", right=Right.PROVISION)
    def retire(self, ctx: Context, endpoint: str) -> EndpointView:
        """Take an endpoint down for good: its account ends, its records stay."""
        row = _row(ctx.session, endpoint)
        ctx.require(Right.PROVISION, Place(row.village))
        provisioning.retire(ctx.session, endpoint, remove_account=ctx.house.remove_account, now=ctx.now)
        return _found(ctx.session, row)


def _line_of(session: Session, row: EndpointRow, port: str) -> LineProvision | None:
    """The line that an endpoint is on, as it is told of it; None: it is at the broker."""
    on = line.on_line(row.link)
    if on is None:
        return None
    known = session.get(LineRow, on.line)
    if known is None:
        raise Conflict(
            N_("Endpoint {endpoint} is on the line {line}, which there is not: add it, with `line set`."),
            endpoint=row.id,
            line=on.line,
        )
    return LineProvision(
        port=port,
        address=on.address,
        baud=known.baud,
        half_duplex=known.half_duplex,
        turn_ms=known.turn_ms,
        direction=known.direction,
    )


def _content(file: Upload) -> bytes:
    content = file.file.read(_LONGEST_LIST + 1)
    if len(content) > _LONGEST_LIST:
        raise Invalid(N_("The list {file} is longer than 64 MiB: split it."), file=file.name)
    return content


def _imported(ctx: Context, found: Import[Any], columns: Sequence[Column], *, dry_run: bool) -> Imported:
    """What a list changed, in the words of its cells."""
    if not dry_run:
        changed(ctx.session)
    difference, shown = found.difference, {column.name: column.show for column in columns}
    return Imported(
        added=tuple(each.key for each in difference.added),
        changed={
            change.after.key: {
                name: (_cell(shown[name](before)), _cell(shown[name](after)))
                for name, (before, after) in change.fields.items()
            }
            for change in difference.changed
        },
        unchanged=difference.unchanged,
        missing=tuple(each.key for each in difference.missing),
        ignored_columns=found.ignored,
    )


def _cell(value: Cell) -> str:
    return "" if value is None else str(value)


def _download(name: str, format: Format, content: bytes) -> Download:
    return Download(name=f"{name}.{format}", media_type=_MEDIA_TYPES[format], content=content)


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


def _names(session: Session) -> dict[str, str]:
    return dict(session.exec(select(AreaRow.code, AreaRow.name)).all())


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


def _retired(endpoint: str) -> Conflict:
    return Conflict(N_("Endpoint {endpoint} was retired: a new set gets a new id."), endpoint=endpoint)


def _row(session: Session, endpoint: str) -> EndpointRow:
    row = session.get(EndpointRow, endpoint)
    if row is None:
        raise NotFound(N_("There is no endpoint {endpoint}."), endpoint=endpoint)
    return row


def _found(session: Session, row: EndpointRow) -> EndpointView:
    return _endpoint(row, session.get(EndpointStateRow, row.id), _names(session))


def _endpoint(row: EndpointRow, state: EndpointStateRow | None, names: Mapping[str, str]) -> EndpointView:
    return EndpointView(
        id=row.id,
        village=row.village,
        village_name=names.get(row.village, row.village),
        name=row.name,
        site=row.site,
        link=row.link,
        feeder=row.feeder,
        position=row.position,
        latitude=row.latitude,
        longitude=row.longitude,
        population=row.population,
        resource_code=row.resource_code or "",
        volume=row.volume,
        provisioned=bool(row.proof_key),
        enabled=row.enabled,
        presence=state.presence if state else None,
        heard_at=state.heard_at if state else None,
        clock=state.clock if state else None,
        sounding=state.sounding if state else None,
        missing_recordings=state.missing_count if state else None,
        unreceipted=state.unreceipted if state else None,
        software=state.software if state else None,
    )
