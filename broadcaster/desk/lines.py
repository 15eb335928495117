"""Serial lines at the desk: how they run, who is on them, what they carry and when it will have arrived."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated

from pydantic import Field
from sqlmodel import Session, col, select

from broadcaster.desk import notices, playlists
from broadcaster.desk.deliveries import title_of
from broadcaster.desk.door import Noun, order, question
from broadcaster.desk.errors import Conflict, Invalid, NotFound
from broadcaster.desk.files import Download
from broadcaster.desk.house import Context
from broadcaster.language import N_
from broadcaster.people.rights import Right
from broadcaster.promise import Promise, needed_by, promises, queue_of, report_of
from broadcaster.registry import line as lines
from broadcaster.storage.changes import changed
from broadcaster.storage.tables import AreaRow, LineRow
from devices.hub.cut import cut_of
from devices.mqtt.access import HUB_PREFIX
from devices.reports import LineReport
from devices.serial.wiring import Direction
from schedules.places import Level, Place, level_of

Name = Annotated[str, Field(pattern=r"^[^\s:/]{1,32}$")]
Hub = Annotated[str, Field(pattern=rf"^{HUB_PREFIX}[a-z0-9_.-]{{1,40}}$")]


@dataclass(frozen=True, slots=True, kw_only=True)
class LineEndpoint:
    """An endpoint on a line, in the order of addresses; what its hub last heard of it is None where that is not known."""

    endpoint: str
    name: str
    address: int
    there: bool | None
    silent_s: int | None
    lost_percent: int | None  # of the questions to it
    calm: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LineTransfer:
    """A recording that is still to arrive at endpoints of a line."""

    recording: str
    title: str
    size: int
    percent: int  # that has arrived, of all endpoints together
    endpoints: int  # that lack it
    arrives: datetime | None  # at the last of those that are there; None: nobody can say


@dataclass(frozen=True, slots=True, kw_only=True)
class LineView:
    """One line; `is_open` None: its hub has not been heard lately. A cut lies between `cut_after` and `cut_before`."""

    name: str
    hub: str
    port: str
    baud: int
    half_duplex: bool
    turn_ms: int
    direction: Direction
    reported_at: datetime | None
    is_open: bool | None
    garbled: int | None
    cut_after: str | None
    cut_before: str | None
    endpoints: tuple[LineEndpoint, ...]
    transfers: tuple[LineTransfer, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LineDraft:
    """How a line is wired, as a person says it."""

    hub: Hub
    port: Annotated[str, Field(min_length=1, max_length=200)]  # at the hub
    baud: Annotated[int, Field(ge=1_200, le=921_600)] = 9_600
    half_duplex: bool = False
    turn_ms: Annotated[int, Field(ge=0, le=1_000)] = 0
    direction: Direction = Direction.AUTO


class Lines(Noun):
    """Serial lines and their hubs."""

    @question("GET", "/lines", right=Right.VIEW)
    def list(self, ctx: Context) -> tuple[LineView, ...]:
        """All lines, by name."""
        rows = ctx.session.exec(select(LineRow).order_by(col(LineRow.name)))
        return tuple(_view(ctx.session, row, ctx.now) for row in rows)

    @question("GET", "/lines/{line}", right=Right.VIEW)
    def show(self, ctx: Context, line: str) -> LineView:
        """One line with its endpoints, what it carries, and where it is cut."""
        return _view(ctx.session, _row(ctx.session, line), ctx.now)

    @order("PUT", "/lines/{line}", right=Right.REGISTER)
    def set(self, ctx: Context, line: Name, draft: LineDraft) -> LineView:
        """Add a line, or change how it is wired; its hub has to be provisioned again."""
        _require_everywhere(ctx)
        members = {name: getattr(draft, name) for name in LineDraft.__dataclass_fields__}
        row = ctx.session.get(LineRow, line) or LineRow(name=line, **members)
        ctx.session.add(row.sqlmodel_update(members))
        changed(ctx.session)
        ctx.session.flush()
        return _view(ctx.session, row, ctx.now)

    @order("DELETE", "/lines/{line}", right=Right.REGISTER)
    def remove(self, ctx: Context, line: str) -> None:
        """Take a line out of the registry; no endpoint may be on it."""
        _require_everywhere(ctx)
        row = _row(ctx.session, line)
        if found := lines.endpoints_of(ctx.session, line):
            raise Conflict(
                N_("Endpoint {endpoint} is on line {line}: give it another link first."),
                endpoint=found[0][1].id,
                line=line,
            )
        ctx.session.delete(row)
        changed(ctx.session)

    @order("POST", "/hubs/{hub}/provision", right=Right.PROVISION)
    def provision(self, ctx: Context, hub: str) -> Download:
        """A hub's account and lines, as the file that the hub program takes; its old password ends."""
        _require_everywhere(ctx, Right.PROVISION)
        try:
            made = lines.provision_hub(
                ctx.session,
                hub,
                ctx.house.surroundings,
                set_account=ctx.house.set_account,
                set_wards=ctx.house.set_wards,
            )
        except LookupError as error:
            raise NotFound(N_("There is no line at hub {hub}."), hub=hub) from error
        except ValueError as error:
            raise Invalid(
                N_("The lines of hub {hub} cannot be used: {reason}"), hub=hub, reason=str(error)
            ) from error
        return Download(name="hub.json", media_type="application/json", content=made.to_json().encode())

    @question("GET", "/notices/{notice}/promise", right=Right.VIEW)
    def promise(self, ctx: Context, notice: str, needed: datetime | None = None) -> tuple[Promise, ...]:
        """When a notice's audio will have arrived at each endpoint of a line; `needed`: without, its first day."""
        row = notices.newest(ctx.session, notice)
        if row.asset is None:
            return ()
        wanted = needed or needed_by(row.valid_from, ctx.now)
        return promises(ctx.session, (row.asset,), row.targets, wanted, ctx.now)

    @question("GET", "/playlists/{playlist}/promise", right=Right.VIEW)
    def promise_of_playlist(self, ctx: Context, playlist: str) -> tuple[Promise, ...]:
        """When all audio of a playlist will have arrived at each endpoint of a line."""
        row = playlists.newest(ctx.session, playlist)
        assets = playlists.assets_of(ctx.session, row)
        return promises(ctx.session, assets, row.targets, needed_by(row.valid_from, ctx.now), ctx.now)


def _row(session: Session, line: str) -> LineRow:
    row = session.get(LineRow, line)
    if row is None:
        raise NotFound(N_("There is no line {line}."), line=line)
    return row


def _require_everywhere(ctx: Context, right: Right = Right.REGISTER) -> None:
    """Lines join towns: one town alone does not change them."""
    areas = [Place(code) for code in ctx.session.exec(select(AreaRow.code))]
    widest = min((level_of(area) for area in areas), default=Level.COUNTY)
    ctx.require(right, *(area for area in areas if level_of(area) is widest))


def _view(session: Session, row: LineRow, now: datetime) -> LineView:
    report = report_of(row, now)
    cut = cut_of(report.taps) if report else None
    return LineView(
        name=row.name,
        hub=row.hub,
        port=row.port,
        baud=row.baud,
        half_duplex=row.half_duplex,
        turn_ms=row.turn_ms,
        direction=row.direction,
        reported_at=row.reported_at,
        is_open=report.open if report else None,
        garbled=report.garbled if report else None,
        cut_after=cut.after if cut else None,
        cut_before=cut.before if cut else None,
        endpoints=_endpoints(session, row, report),
        transfers=_transfers(session, row, report, now) if report else (),
    )


def _endpoints(session: Session, row: LineRow, report: LineReport | None) -> tuple[LineEndpoint, ...]:
    heard = {tap.endpoint: tap for tap in report.taps} if report else {}
    found = []
    for address, endpoint in lines.endpoints_of(session, row.name):
        tap = heard.get(endpoint.id)
        asked = tap.answers + tap.lost if tap else 0
        found.append(
            LineEndpoint(
                endpoint=endpoint.id,
                name=endpoint.name,
                address=address,
                there=tap.there if tap else None,
                silent_s=tap.silent_s if tap else None,
                lost_percent=round(100 * tap.lost / asked) if tap and asked else None,
                calm=tap.calm if tap else None,
            )
        )
    return tuple(found)


def _transfers(session: Session, row: LineRow, report: LineReport, now: datetime) -> tuple[LineTransfer, ...]:
    due = queue_of(row, report)
    found = []
    for each in report.transfers:
        seconds = [due[each.recording][name] for name in each.lacking]
        known = [second for second in seconds if second is not None]
        whole = each.size * len(each.lacking)
        found.append(
            LineTransfer(
                recording=each.recording,
                title=title_of(session, each.recording),
                size=each.size,
                percent=100 - round(100 * sum(each.lacking.values()) / whole) if whole else 0,
                endpoints=len(each.lacking),
                arrives=now + timedelta(seconds=max(known)) if known else None,
            )
        )
    return tuple(found)
