"""Indices at the desk: a month's figures for the county and each of its towns."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import Annotated

from pydantic import Field
from sqlmodel import Session, col, select

from broadcaster.desk.door import Noun, question
from broadcaster.desk.house import Context
from broadcaster.desk.places import place_names
from broadcaster.people.rights import Right
from broadcaster.storage.tables import EndpointRow, FlipRow, GateMoveRow, TicketRow
from broadcaster.tickets.indices import Down, Figures, Span, figures
from broadcaster.tickets.states import TicketState
from devices.supervision import CONTROLLER, DOWN, State

LOOKS_BACK = timedelta(days=92)  # for what was down before the month began
_OUT = DOWN - {State.ON_BATTERY}  # on its battery it still sounds


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceFigures:
    """The figures of the county or a town."""

    place: str
    place_name: str
    figures: Figures


class Indices(Noun):
    """How well the county's endpoints did."""

    @question("GET", "/indices", right=Right.VIEW)
    def month(
        self,
        ctx: Context,
        year: Annotated[int, Field(ge=2000, le=2200)],
        month: Annotated[int, Field(ge=1, le=12)],
    ) -> tuple[PlaceFigures, ...]:
        """The county's figures of a month, then each town's; of a month that goes on, up to now."""
        zone = ctx.house.settings.zone
        begin = datetime(year, month, 1, tzinfo=zone).astimezone(UTC)
        after = datetime(year + month // 12, month % 12 + 1, 1, tzinfo=zone).astimezone(UTC)
        span = (begin, max(begin, min(after, ctx.now)))
        towns = _towns(ctx.session)
        downs, blind = list(_downs(ctx.session, span)), list(blind_spans(ctx.session, span))
        repairs = _repairs(ctx.session, span)
        everything = {name: people for each in towns.values() for name, people in each.items()}
        all_repairs = [lasted for each in repairs.values() for lasted in each]
        county = min(towns, default="000000")[:6] + "000000"
        found = [_figures(ctx.session, county, downs, blind, everything, span, all_repairs)]
        for town, people in sorted(towns.items()):
            found.append(_figures(ctx.session, town, downs, blind, people, span, repairs.get(town, [])))
        return tuple(found)


def _figures(
    session: Session,
    place: str,
    downs: list[Down],
    blind: list[Span],
    people: dict[str, int],
    span: Span,
    repairs: list[timedelta],
) -> PlaceFigures:
    return PlaceFigures(
        place=place,
        place_name=place_names(session, (place,))[0],
        figures=figures(downs, blind, people, span, repairs),
    )


def _towns(session: Session) -> dict[str, dict[str, int]]:
    """Town → its endpoints in use, with the people who can hear them."""
    towns: defaultdict[str, dict[str, int]] = defaultdict(dict)
    wanted = select(EndpointRow.village, EndpointRow.id, EndpointRow.population)
    for village, name, people in session.exec(
        wanted.where(col(EndpointRow.enabled), EndpointRow.proof_key != "")
    ):
        towns[village[:9] + "000"][name] = people
    return dict(towns)


def _downs(session: Session, span: Span) -> Iterator[Down]:
    begun: dict[str, FlipRow] = {}
    since = span[0] - LOOKS_BACK
    rows = session.exec(
        select(FlipRow).where(FlipRow.onset >= since, FlipRow.onset < span[1]).order_by(col(FlipRow.id))
    )
    for row in chain(_stood(session, since), rows):
        first = begun.get(row.endpoint)
        if row.to_state in _OUT and first is None:
            begun[row.endpoint] = row
        elif row.to_state not in _OUT and first is not None:
            del begun[row.endpoint]
            yield _down(first, row.onset)
        elif row.from_state is State.MAINS_LOST_HELD and row.to_state is State.OK:
            yield Down(
                endpoint=row.endpoint,
                begun=row.onset,
                detected=row.detected,
                ended=row.onset,
                planned=row.planned,
            )
    for row in begun.values():
        yield _down(row, None)


def _stood(session: Session, since: datetime) -> Iterable[FlipRow]:
    """The last flip of each endpoint before then, however long ago: who is stolen is not well after a quarter."""
    last = (
        select(FlipRow.id)
        .where(FlipRow.endpoint == EndpointRow.id, FlipRow.onset < since)
        .order_by(col(FlipRow.onset).desc(), col(FlipRow.id).desc())
        .limit(1)
    )
    return session.exec(
        select(FlipRow).join(EndpointRow, col(FlipRow.id) == last.correlate(EndpointRow).scalar_subquery())
    )


def _down(first: FlipRow, ended: datetime | None) -> Down:
    return Down(
        endpoint=first.endpoint,
        begun=first.onset,
        detected=first.detected,
        ended=ended,
        planned=first.planned,
    )


def blind_spans(session: Session, span: Span) -> Iterator[Span]:
    """When the controller, or all that lies behind its broker, could not be seen."""
    closed: dict[str, datetime] = {}
    wanted = select(GateMoveRow).where(
        col(GateMoveRow.gate).in_((CONTROLLER, "broker")),
        GateMoveRow.since >= span[0] - LOOKS_BACK,
        GateMoveRow.since < span[1],
    )
    for row in session.exec(wanted.order_by(col(GateMoveRow.id))):
        if not row.open:
            closed.setdefault(row.gate, row.since)
        elif row.gate in closed:
            yield closed.pop(row.gate), row.since
    for since in closed.values():
        yield since, span[1]


def _repairs(session: Session, span: Span) -> dict[str, list[timedelta]]:
    """Town → how long each ticket took that was closed in the month, from its onset."""
    found: defaultdict[str, list[timedelta]] = defaultdict(list)
    over = (TicketState.CLOSED, TicketState.SELF_RECOVERED)
    wanted = select(TicketRow).where(
        col(TicketRow.state).in_(over),
        col(TicketRow.closed_at) >= span[0],
        col(TicketRow.closed_at) < span[1],
    )
    for row in session.exec(wanted):
        if row.closed_at is not None:
            found[row.place[:9] + "000"].append(row.closed_at - row.onset)
    return dict(found)
