"""Areas and endpoints at the desk: lists in and out, what each endpoint last said, and its secrets."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, select

from broadcaster.desk import conditions
from broadcaster.desk.conditions import Condition, Stretch
from broadcaster.desk.door import Noun, order, question
from broadcaster.desk.errors import Conflict, Invalid, NotFound
from broadcaster.desk.files import Download, Upload
from broadcaster.desk.house import Context
from broadcaster.desk.today import AreaToday, areas_today
from broadcaster.language import N_
from broadcaster.people.rights import Right
from broadcaster.registry import lists, provisioning
from broadcaster.registry.lists import Format, Import
from broadcaster.storage.changes import changed
from broadcaster.storage.tables import AreaRow, EndpointRow, EndpointStateRow
from devices.reports import Presence
from schedules.places import Level, Place, covers, level_of, prefix_of

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
    """One area with what lies in it."""

    code: str
    name: str
    level: str
    population: int
    quiet_hours: tuple[tuple[str, str], ...] | None
    budget_minutes: int | None
    endpoints: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointView:
    """One endpoint: what the list says, and what it last said itself."""

    id: str
    village: str
    name: str
    site: str
    link: str
    feeder: str
    position: int | None
    population: int
    resource_code: str
    provisioned: bool
    enabled: bool
    presence: Presence | None
    heard_at: datetime | None
    clock: str | None
    sounding: str | None
    missing_recordings: int | None
    unreceipted: int | None
    software: str | None


class Areas(Noun):
    """Counties, towns and villages."""

    @order("POST", "/areas/import", right=Right.REGISTER)
    def take_in(self, ctx: Context, file: Upload, dry_run: bool = False) -> Imported:
        """Import areas from a CSV or XLSX list; a bad file changes nothing."""
        found = lists.import_areas(ctx.session, file.name, _content(file), dry_run=dry_run)
        ctx.require(Right.REGISTER, *(area.code for area in found.difference.to_store))
        return _imported(ctx, found, dry_run=dry_run)

    @question("GET", "/areas/export", right=Right.VIEW)
    def export(self, ctx: Context, format: Format = Format.CSV) -> Download:
        """All areas as a list that can be imported again."""
        return _download("areas", format, lists.export_areas(ctx.session, format))

    @question("GET", "/areas", right=Right.VIEW)
    def list(self, ctx: Context, inside: Place | None = None) -> tuple[AreaView, ...]:
        """Areas in the order of their codes."""
        homes = ctx.session.exec(select(EndpointRow.village).where(col(EndpointRow.enabled).is_(True))).all()
        rows = ctx.session.exec(select(AreaRow).order_by(col(AreaRow.code)))
        return tuple(_area(row, homes) for row in rows if inside is None or covers(inside, Place(row.code)))

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
        return _imported(ctx, found, dry_run=dry_run)

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
        return tuple(
            _endpoint(row, state)
            for row, state in ctx.session.exec(wanted)
            if inside is None or covers(inside, Place(f"{row.village}/{row.id}"))
        )

    @question("GET", "/endpoints/{endpoint}", right=Right.VIEW)
    def show(self, ctx: Context, endpoint: str) -> EndpointView:
        """One endpoint."""
        return _endpoint(_row(ctx.session, endpoint), ctx.session.get(EndpointStateRow, endpoint))

    @question("GET", "/endpoints/{endpoint}/condition", right=Right.VIEW)
    def condition(self, ctx: Context, endpoint: str) -> Condition:
        """What an endpoint last said of itself, next to what it should hold."""
        return conditions.condition(ctx.session, _row(ctx.session, endpoint))

    @question("GET", "/endpoints/{endpoint}/day", right=Right.VIEW)
    def day(self, ctx: Context, endpoint: str, day: date | None = None) -> tuple[Stretch, ...]:
        """A day of an endpoint without gaps: when it sounded, was silent, was dark, or nobody knows."""
        zone = ctx.house.settings.zone
        row = _row(ctx.session, endpoint)
        return conditions.stretches(ctx.session, row, day or ctx.now.astimezone(zone).date(), zone, ctx.now)

    @order("POST", "/endpoints/{endpoint}/provision", right=Right.PROVISION)
    def provision(self, ctx: Context, endpoint: str) -> Download:
        """Its account, its secrets and our public keys, as the file that the endpoint program takes; old ones end."""
        row = _row(ctx.session, endpoint)
        ctx.require(Right.PROVISION, Place(row.village))
        if row.retired_at:
            raise Conflict(N_("Endpoint {endpoint} was retired: a new set gets a new id."), endpoint=endpoint)
        made = provisioning.provision(
            ctx.session, endpoint, ctx.house.surroundings, set_account=ctx.house.set_account, now=ctx.now
        )
        return Download(
            name=f"{endpoint}.provision.json", media_type="application/json", content=made.to_json().encode()
        )

    @order("POST", "/endpoints/{endpoint}/retire", right=Right.PROVISION)
    def retire(self, ctx: Context, endpoint: str) -> EndpointView:
        """Take an endpoint down for good: its account ends, its records stay."""
        row = _row(ctx.session, endpoint)
        ctx.require(Right.PROVISION, Place(row.village))
        provisioning.retire(ctx.session, endpoint, remove_account=ctx.house.remove_account, now=ctx.now)
        return _endpoint(row, ctx.session.get(EndpointStateRow, endpoint))


def _content(file: Upload) -> bytes:
    content = file.file.read(_LONGEST_LIST + 1)
    if len(content) > _LONGEST_LIST:
        raise Invalid(N_("The list {file} is longer than 64 MiB: split it."), file=file.name)
    return content


def _imported(ctx: Context, found: Import[Any], *, dry_run: bool) -> Imported:
    if not dry_run:
        changed(ctx.session)
    difference = found.difference
    return Imported(
        added=tuple(each.key for each in difference.added),
        changed={
            change.after.key: {
                name: (str(before), str(after)) for name, (before, after) in change.fields.items()
            }
            for change in difference.changed
        },
        unchanged=difference.unchanged,
        missing=tuple(each.key for each in difference.missing),
        ignored_columns=found.ignored,
    )


def _download(name: str, format: Format, content: bytes) -> Download:
    return Download(name=f"{name}.{format}", media_type=_MEDIA_TYPES[format], content=content)


def _area(row: AreaRow, homes: Any) -> AreaView:
    place = Place(row.code)
    hours = row.quiet_hours
    return AreaView(
        code=row.code,
        name=row.name,
        level=Level(level_of(place)).name.lower(),
        population=row.population,
        quiet_hours=None if hours is None else tuple((start, end) for start, end in hours),
        budget_minutes=row.budget_minutes,
        endpoints=sum(covers(place, Place(home)) for home in homes),
    )


def _row(session: Session, endpoint: str) -> EndpointRow:
    row = session.get(EndpointRow, endpoint)
    if row is None:
        raise NotFound(N_("There is no endpoint {endpoint}."), endpoint=endpoint)
    return row


def _endpoint(row: EndpointRow, state: EndpointStateRow | None) -> EndpointView:
    return EndpointView(
        id=row.id,
        village=row.village,
        name=row.name,
        site=row.site,
        link=row.link,
        feeder=row.feeder,
        position=row.position,
        population=row.population,
        resource_code=row.resource_code or "",
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
