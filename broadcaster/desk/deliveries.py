"""Deliveries: how far audio has come to endpoints of serial lines: what is on its way to one, and where one recording is."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from broadcaster.holdings import Holdings
from broadcaster.promise import queue_of, report_of
from broadcaster.registry.line import SERIAL, on_line
from broadcaster.storage.tables import AssetRow, EndpointRow, LineRow, RecordingRow


@dataclass(frozen=True, slots=True, kw_only=True)
class OnItsWay:
    """A recording on its way to an endpoint over its line, as the hub last told. `arrives` None: nobody can say."""

    endpoint: str
    line: str
    recording: str  # SHA-256
    title: str
    size: int
    percent: int  # that has arrived
    arrives: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """How far a recording has come to the endpoints of lines that are to have it."""

    endpoints: int  # that are to have it
    there: int  # that have it
    percent: int  # that has arrived, of all of them together
    arrives: datetime | None  # at the last of those to which it is on its way; None: nobody can say
    on_its_way: tuple[OnItsWay, ...]


def on_its_way_to(session: Session, endpoint: EndpointRow, now: datetime) -> tuple[OnItsWay, ...]:
    """What an endpoint of a line still lacks, in the order in which it is sent; of one at the broker nothing is known."""
    on = on_line(endpoint.link)
    line = session.get(LineRow, on.line) if on is not None else None
    if line is None:
        return ()
    return tuple(each for each in _carried(session, line, now) if each.endpoint == endpoint.id)


def delivery_of(session: Session, asset: str, now: datetime) -> Delivery | None:
    """Where the audio of an asset is; None: no endpoint of a line is to have it."""
    holdings = Holdings(session, asset, now)
    on_lines = select(EndpointRow).where(
        col(EndpointRow.link).startswith(SERIAL), col(EndpointRow.enabled).is_(True)
    )
    wanting = [row for row in session.exec(on_lines) if holdings.are_ordered(row)]
    if not wanting:
        return None
    names = {row.id for row in wanting}
    lines = session.exec(select(LineRow).order_by(col(LineRow.name)))
    on_its_way = tuple(
        each
        for line in lines
        for each in _carried(session, line, now, holdings.recordings)
        if each.endpoint in names
    )
    lacking = {each.endpoint for each in on_its_way}
    there = sum(row.id not in lacking and holdings.are_held(row) for row in wanting)
    known = [each.arrives for each in on_its_way]
    return Delivery(
        endpoints=len(wanting),
        there=there,
        percent=(100 * there + sum(each.percent for each in on_its_way)) // len(wanting),
        arrives=max((each for each in known if each is not None), default=None) if all(known) else None,
        on_its_way=on_its_way,
    )


def _carried(
    session: Session, line: LineRow, now: datetime, only: Iterable[str] | None = None
) -> Iterator[OnItsWay]:
    """What a line has still to carry, endpoint by endpoint; nothing if its hub has not been heard lately."""
    report = report_of(line, now)
    if report is None:
        return
    due = queue_of(line, report)
    for each in report.transfers:
        if only is not None and each.recording not in only:
            continue
        title = title_of(session, each.recording)
        for endpoint, lacking in sorted(each.lacking.items()):
            seconds = due[each.recording][endpoint]
            yield OnItsWay(
                endpoint=endpoint,
                line=line.name,
                recording=each.recording,
                title=title,
                size=each.size,
                percent=100 - -(-100 * lacking // each.size) if each.size else 0,
                arrives=None if seconds is None else now + timedelta(seconds=seconds),
            )


def title_of(session: Session, sha256: str) -> str:
    """What a recording is called."""
    wanted = (
        select(AssetRow.title)
        .join(RecordingRow, col(RecordingRow.asset) == col(AssetRow.id))
        .where(RecordingRow.sha256 == sha256)
    )
    return session.exec(wanted).first() or sha256[:12]
