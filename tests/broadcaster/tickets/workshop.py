"""A ticket and an incident to try things on, and an hour that everybody works in."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from broadcaster.repairs.causes import Cause
from broadcaster.repairs.incidents import Incident, Stage, key_of
from broadcaster.tickets import following
from broadcaster.tickets.following import Ground
from broadcaster.tickets.hours import WorkingHours
from broadcaster.tickets.ticket import Ticket

MONDAY = datetime(2026, 3, 2, 1, tzinfo=UTC)  # 09:00 in the county, a working day
WORKING = WorkingHours()
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
GROUND = Ground(place="341523100200", population=300, wall=lambda at_s: datetime.fromtimestamp(at_s, UTC))


def incident(cause: Cause = Cause.AMPLIFIER, root: str = "li-1", **changes: Any) -> Incident:
    onset = changes.pop("onset", MONDAY.timestamp())
    found = Incident(
        key=key_of(cause, root, onset),
        cause=cause,
        root=root,
        onset=onset,
        detected=onset + 60,
        members=(root,),
        affected=(root,),
        confidence=0.9,
        evidence=(),
        stage=Stage.OPEN,
        announced=onset + 120,
    )
    return replace(found, **changes)


def ticket(now: datetime = MONDAY, cause: Cause = Cause.AMPLIFIER, **changes: Any) -> Ticket:
    return replace(following.begun(incident(cause), GROUND, now).ticket, number=7, version=1, **changes)


def ended(of: Incident, **changes: Any) -> Incident:
    return replace(of, stage=Stage.ENDED, affected=(), ended=of.onset + 3600, **changes)
