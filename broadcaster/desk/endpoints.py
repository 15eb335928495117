"""Endpoints at the desk: the loudspeaker sets of a county, what each last said, and its secrets."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Annotated

from pydantic import Field
from sqlmodel import Session, col, select

from broadcaster.desk import conditions
from broadcaster.desk.conditions import Condition, Stretch, Telemetry
from broadcaster.desk.deliveries import OnItsWay, on_its_way_to
from broadcaster.desk.door import Noun, order, question
from broadcaster.desk.errors import Conflict, NotFound
from broadcaster.desk.files import Download, Upload
from broadcaster.desk.house import Context
from broadcaster.desk.lists import Imported, content_of, download, imported
from broadcaster.desk.watched import known_at
from broadcaster.language import N_
from broadcaster.people.rights import Right
from broadcaster.registry import endpoints, line, lists, provisioning
from broadcaster.registry.lists import Format
from broadcaster.storage.changes import changed
from broadcaster.storage.tables import AreaRow, EndpointRow, EndpointStateRow, LineRow
from devices.presence import Presence
from devices.provisioning import LineProvision
from schedules.places import Place, covers, prefix_of

SERIAL_PORT = "/dev/serial0"  # of a small board
Hours = Annotated[int, Field(ge=1, le=192)]


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
    known_at: datetime | None  # as of when: a controller last watched then
    on_its_way: tuple[OnItsWay, ...] = ()  # over its serial line; told only of one that is shown


class Endpoints(Noun):
    """Loudspeaker sets."""

    @order("POST", "/endpoints/import", right=Right.REGISTER)
    def take_in(self, ctx: Context, file: Upload, dry_run: bool = False) -> Imported:
        """Import endpoints from a CSV or XLSX list; a bad file changes nothing."""
        found = lists.import_endpoints(ctx.session, file.name, content_of(file), now=ctx.now, dry_run=dry_run)
        moved = (change.before.village for change in found.difference.changed)
        ctx.require(Right.REGISTER, *(each.village for each in found.difference.to_store), *moved)
        return imported(ctx, found, endpoints.COLUMNS, dry_run=dry_run)

    @question("GET", "/endpoints/export", right=Right.VIEW)
    def export(self, ctx: Context, format: Format = Format.CSV) -> Download:
        """All endpoints, without secrets, as a list that can be imported again."""
        return download("endpoints", format, lists.export_endpoints(ctx.session, format))

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
        names, at = _names(ctx.session), known_at(ctx.session)
        return tuple(
            _endpoint(row, state, names, at)
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


def _names(session: Session) -> dict[str, str]:
    return dict(session.exec(select(AreaRow.code, AreaRow.name)).all())


def _retired(endpoint: str) -> Conflict:
    return Conflict(N_("Endpoint {endpoint} was retired: a new set gets a new id."), endpoint=endpoint)


def _row(session: Session, endpoint: str) -> EndpointRow:
    row = session.get(EndpointRow, endpoint)
    if row is None:
        raise NotFound(N_("There is no endpoint {endpoint}."), endpoint=endpoint)
    return row


def _found(session: Session, row: EndpointRow) -> EndpointView:
    state = session.get(EndpointStateRow, row.id)
    return _endpoint(row, state, _names(session), known_at(session))


def _endpoint(
    row: EndpointRow, state: EndpointStateRow | None, names: Mapping[str, str], known_at: datetime | None
) -> EndpointView:
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
        known_at=known_at,
    )
