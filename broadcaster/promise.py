"""The promise: when a recording will have arrived at the endpoints of serial lines, foretold from what hubs report.

What waits on a line goes first, in the order in which it is needed; then what is asked about. Endpoints at the broker get theirs
within minutes and are promised nothing here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from sqlmodel import Session, col, select

from audio.recording import Profile
from broadcaster.holdings import Holdings
from broadcaster.registry.line import SERIAL, on_line, pacing_of
from broadcaster.storage.tables import EndpointRow, LineRow, RecordingRow
from devices.reports import LineReport, TransferReport
from devices.serial.arrival import Consignment, Hearing, announced_s, arrivals, margin
from devices.serial.pacing import SLOW_BAUD
from schedules.places import Place, chain_of, covers

SOON = timedelta(hours=1)
FRESH = timedelta(minutes=2)  # an older report of a hub says nothing of now: it has missed four


class Arrival(StrEnum):
    """Whether a recording arrives in time."""

    THERE = "there"  # it has arrived
    IN_TIME = "in_time"
    LATE = "late"  # after it is needed
    UNKNOWN = "unknown"  # the endpoint or its hub is silent


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """When one endpoint of a line will have a recording; `arrives` None: nobody can say.

    Nineteen of twenty arrive between `earliest` and `latest`.
    """

    endpoint: str
    line: str
    arrives: datetime | None
    verdict: Arrival
    earliest: datetime | None = None
    latest: datetime | None = None


def slow_places(session: Session) -> frozenset[Place]:
    """Places with an endpoint on a slow line: their documents name low-rate recordings besides the usual ones."""
    slow = set(session.exec(select(LineRow.name).where(col(LineRow.baud) <= SLOW_BAUD)))
    if not slow:
        return frozenset()
    rows = session.exec(
        select(EndpointRow.village, EndpointRow.link).where(
            col(EndpointRow.link).startswith(SERIAL), col(EndpointRow.enabled).is_(True)
        )
    )
    return frozenset(
        area
        for village, link in rows
        if (on := on_line(link)) is not None and on.line in slow
        for area in chain_of(Place(village))
    )


def is_slow(place: Place, slow: frozenset[Place]) -> bool:
    """Whether the documents of a place, an area or an endpoint, name low-rate recordings too."""
    return Place(place.partition("/")[0]) in slow


def report_of(row: LineRow, now: datetime) -> LineReport | None:
    """What a hub last said of a line, if that was lately."""
    import msgspec

    if row.report is None or row.reported_at is None or now - row.reported_at > FRESH:
        return None
    try:
        return msgspec.convert(row.report, LineReport)
    except msgspec.ValidationError:
        return None  # of another version of this program


def needed_by(valid_from: datetime, now: datetime) -> datetime:
    """When the audio of what is valid from then on is needed; what is valid at once is wanted within the hour."""
    return max(valid_from, now + SOON)


def late(promised: Iterable[Promise]) -> tuple[Promise, ...]:
    """Those that do not arrive in time, the last first."""
    found = [each for each in promised if each.verdict is Arrival.LATE and each.arrives is not None]
    return tuple(sorted(found, key=lambda each: (each.arrives, each.endpoint), reverse=True))


def promises(
    session: Session, assets: Iterable[str], targets: Iterable[str], needed: datetime | None, now: datetime
) -> tuple[Promise, ...]:
    """For every endpoint on a line in these places, when it has the last of these; `needed`: the first play.

    Without `needed` any time will do.
    """
    assets = tuple(dict.fromkeys(assets))
    if not assets:
        return ()
    wanted = [Place(target) for target in targets]
    rows = session.exec(
        select(EndpointRow).where(
            col(EndpointRow.link).startswith(SERIAL), col(EndpointRow.enabled).is_(True)
        )
    )
    by_line: dict[str, list[EndpointRow]] = {}
    for row in rows:
        on, where = on_line(row.link), Place(f"{row.village}/{row.id}")
        if on is not None and any(covers(target, where) for target in wanted):
            by_line.setdefault(on.line, []).append(row)
    found: list[Promise] = []
    for name in sorted(by_line):
        line = session.get(LineRow, name)
        if line is not None:
            found += _on(session, line, assets, by_line[name], needed, now)
    return tuple(found)


def _on(
    session: Session,
    line: LineRow,
    assets: Iterable[str],
    endpoints: Iterable[EndpointRow],
    needed: datetime | None,
    now: datetime,
) -> Iterable[Promise]:
    endpoints = sorted(endpoints, key=lambda row: row.id)
    wanted = {asset: _carried(session, line, asset) for asset in assets}
    report = report_of(line, now)
    if None in wanted.values() or report is None or not report.open:
        return [_promise(row.id, line.name, None, needed, now) for row in endpoints]
    queue = {each.recording: each for each in report.transfers}
    for asset, recording in wanted.items():
        if recording is not None:
            queue[recording.sha256] = _asked(Holdings(session, asset, now), recording, endpoints, queue)
    due = _seconds(line, report, queue.values())
    recordings = [recording.sha256 for recording in wanted.values() if recording is not None]
    promised = (_promise(row.id, line.name, _last(due, recordings, row.id), needed, now) for row in endpoints)
    hearings = hearings_of(report)
    return [_with_margin(each, hearings.get(each.endpoint), now) for each in promised]


def _carried(session: Session, line: LineRow, asset: str) -> RecordingRow | None:
    """What a line carries of an asset: on a slow one the low-rate recording, where there is one."""
    low = session.get(RecordingRow, (asset, Profile.LOW_RATE)) if pacing_of(line).is_slow else None
    return low or session.get(RecordingRow, (asset, Profile.SPEECH))


def _asked(
    holdings: Holdings,
    recording: RecordingRow,
    endpoints: Iterable[EndpointRow],
    queue: Mapping[str, TransferReport],
) -> TransferReport:
    """Who will lack a recording: whom its hub names, and whoever is new to it or has not said that it holds it."""
    known = queue.get(recording.sha256)
    lacking = dict(known.lacking) if known else {}
    for row in endpoints:
        has = holdings.are_ordered(row) if known else holdings.are_held(row)
        if row.id not in lacking and not has:
            lacking[row.id] = recording.size
    return TransferReport(recording=recording.sha256, size=recording.size, lacking=lacking)


def _last(
    due: Mapping[str, Mapping[str, float | None]], recordings: Iterable[str], endpoint: str
) -> float | None:
    """Seconds until an endpoint has the last of several; it has what is on its way to others only."""
    seconds = [due[recording].get(endpoint, 0.0) for recording in recordings]
    known = [each for each in seconds if each is not None]
    return max(known) if len(known) == len(seconds) else None


def _seconds(
    line: LineRow, report: LineReport, queue: Iterable[TransferReport]
) -> Mapping[str, Mapping[str, float | None]]:
    pacing, hearings = pacing_of(line), hearings_of(report)
    known = {each.recording for each in report.transfers}
    begins_s = announced_s(pacing, tuple(hearings.values()))
    consignments = (
        Consignment(
            recording=each.recording,
            size=each.size,
            lacking=each.lacking,
            begins_s=0.0 if each.recording in known else begins_s,
        )
        for each in queue
    )
    return arrivals(pacing, consignments, hearings, thrift=report.thrift / 100)


def hearings_of(report: LineReport) -> dict[str, Hearing]:
    """How those hear their line that are there."""
    return {
        tap.endpoint: Hearing(calm=tap.calm, dropped=tap.dropped / 1_000) for tap in report.taps if tap.there
    }


def queue_of(line: LineRow, report: LineReport) -> Mapping[str, Mapping[str, float | None]]:
    """Recording → endpoint → seconds until it is there, of all that a line has still to carry."""
    return _seconds(line, report, report.transfers)


def _promise(
    endpoint: str, line: str, seconds: float | None, needed: datetime | None, now: datetime
) -> Promise:
    if seconds is None:
        return Promise(endpoint=endpoint, line=line, arrives=None, verdict=Arrival.UNKNOWN)
    arrives = now + timedelta(seconds=seconds)
    if not seconds:
        verdict = Arrival.THERE
    else:
        verdict = Arrival.LATE if needed is not None and arrives > needed else Arrival.IN_TIME
    return Promise(endpoint=endpoint, line=line, arrives=arrives, verdict=verdict)


def _with_margin(promise: Promise, hearing: Hearing | None, now: datetime) -> Promise:
    """Between when and when, where it is still to arrive."""
    if promise.arrives is None or hearing is None or promise.verdict is Arrival.THERE:
        return promise
    either_way = (promise.arrives - now) * margin(hearing)
    return replace(promise, earliest=promise.arrives - either_way, latest=promise.arrives + either_way)
