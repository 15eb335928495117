"""Learning: once a month the rates of failures are estimated anew from the incidents of the time since the last estimate."""

from collections import Counter
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from broadcaster.repairs.causes import POWER, Cause
from broadcaster.repairs.incidents import Stage
from broadcaster.repairs.scoring import Rates
from broadcaster.repairs.topology import Topology
from broadcaster.storage.engine import upsert
from broadcaster.storage.tables import IncidentRow, MemoryRow

LEARNED = "learned"  # the row that says when it was done last
LEAST = timedelta(days=7)  # of experience
_MUTE = frozenset({Cause.SITE_SILENT, Cause.SITE_LINK, Cause.ENDPOINT_CRASH})


def is_month_later(last: datetime, now: datetime, zone: ZoneInfo) -> bool:
    """Whether a month of the county's calendar has begun since `last`, and enough was seen."""
    then, today = last.astimezone(zone), now.astimezone(zone)
    return (today.year, today.month) > (then.year, then.month) and now - last >= LEAST


def last_learned(session: Session, now: datetime) -> datetime:
    """When rates were estimated last; the first time, now."""
    row = session.get(MemoryRow, LEARNED)
    if row is not None:
        return datetime.fromisoformat(row.payload.decode())
    keep_learned(session, now)
    return now


def keep_learned(session: Session, now: datetime) -> None:
    """Rates are estimated up to now."""
    upsert(session, MemoryRow, [{"name": LEARNED, "payload": now.isoformat().encode(), "at_s": 0.0}])


def learned(session: Session, rates: Rates, mapped: Topology, since: datetime, now: datetime) -> Rates:
    """The rates after what happened from `since` to `now`."""
    found = session.exec(
        select(IncidentRow.cause, IncidentRow.root).where(
            IncidentRow.onset >= since,
            IncidentRow.onset < now,
            col(IncidentRow.stage).not_in((Stage.MERGED, Stage.WITHDRAWN)),
        )
    ).all()
    days = (now - since).total_seconds() / 86_400
    there = Counter(node.kind for node in mapped.nodes.values())
    failed = Counter(root.partition(":")[0] for _, root in found if ":" in root)
    for kind in rates.nodes:
        if there[kind]:
            rates = rates.with_month(kind, failed[kind.value], days, there[kind])
    alone = [cause for cause, root in found if ":" not in root]
    return rates.with_month_of_sites(
        losses=sum(cause in POWER for cause in alone),
        silences=sum(cause in _MUTE for cause in alone),
        days=days,
        sites=len(mapped.placements),
    )
