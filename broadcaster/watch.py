"""Watch: says what happens in the county, line by line on a terminal, and into the log without one."""

import asyncio
import logging
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, func, select

from broadcaster.house import CountyHouse
from broadcaster.language import _
from broadcaster.storage.tables import EndpointRow, EndpointStateRow, NoticeRow, PlayedRow
from broadcaster.words import said
from devices.presence import Presence

log = logging.getLogger(__name__)

_EVERY_S, _AGAIN_S = 1.0, 10.0


async def watch(house: CountyHouse) -> None:
    """Until cancelled: every as-played record that is proved, and who is connected, when that changes."""
    say = _print if sys.stdout.isatty() else log.info
    zone = house.settings.zone
    seen, last = None, ""
    while True:
        try:
            lines, seen, now = await asyncio.to_thread(_seen_since, house, seen, zone)
        except Exception:  # no reason for the controller to end
            log.exception("what happens could not be looked at, it is tried again")
            await asyncio.sleep(_AGAIN_S)
            continue
        for line in lines:
            say(line)
        if now != last:
            say(now)
            last = now
        await asyncio.sleep(_EVERY_S)


def _seen_since(
    house: CountyHouse, seen: datetime | None, zone: ZoneInfo
) -> tuple[list[str], datetime | None, str]:
    """Lines to say, up to when they tell, and who is connected; a big county's takes a moment, in a thread."""
    with house.snapshot() as session:
        lines = list(_played(session, seen, zone)) if seen is not None else []
        return lines, _last_row(session) or seen or datetime.min.replace(tzinfo=UTC), _connected(session)


def _print(line: str) -> None:
    print(line, flush=True)


def _last_row(session: Session) -> datetime | None:
    return session.exec(
        select(PlayedRow.received_at).order_by(col(PlayedRow.received_at).desc()).limit(1)
    ).first()


def _played(session: Session, since: datetime | None, zone: ZoneInfo) -> Iterator[str]:
    """One line for each notice that was heard since: where, what, by how many endpoints."""
    wanted = select(PlayedRow).order_by(col(PlayedRow.received_at))
    if since is not None:
        wanted = wanted.where(col(PlayedRow.received_at) > since)
    rows = session.exec(wanted).all()
    titles = dict(session.exec(select(NoticeRow.id, NoticeRow.title).order_by(col(NoticeRow.version))).all())
    counts = Counter((row.notice, row.result, row.because) for row in rows)
    latest = {(row.notice, row.result, row.because): row for row in rows}
    for key, number in counts.items():
        row = latest[key]
        at = (row.started or row.received_at).astimezone(zone)
        why = f" ({said(row.because)})" if row.because else ""
        yield _("{time}  {title}: {result}{why}, proved by {endpoints} endpoints").format(
            time=f"{at:%H:%M:%S}",
            title=titles.get(row.notice, row.notice),
            result=said(row.result),
            why=why,
            endpoints=number,
        )


def _connected(session: Session) -> str:
    known = session.exec(select(func.count()).select_from(EndpointRow).where(EndpointRow.proof_key != ""))
    online = col(EndpointStateRow.presence) == Presence.ONLINE
    states = session.exec(
        select(
            func.count(),
            func.count(col(EndpointStateRow.sounding)),
            func.count(func.nullif(func.coalesce(EndpointStateRow.missing_count, 0), 0)),
        ).where(online)
    )
    on_line, sounding, missing = states.one()
    return _("{online} of {known} endpoints connected, {sounding} sounding, {missing} fetching audio").format(
        online=on_line, known=known.one(), sounding=sounding, missing=missing
    )
