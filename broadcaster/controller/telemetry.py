"""Telemetry: what the last heartbeats say of supply and surroundings, kept every quarter of an hour for eight days.

Two statements of the database copy it, so that a report costs nothing. What a value was between two quarters is not kept.
"""

from datetime import datetime, timedelta

from sqlalchemy import Engine, delete, insert, literal, or_, select
from sqlmodel import col

from broadcaster.storage.engine import transaction
from broadcaster.storage.tables import EndpointStateRow, TelemetryRow

EVERY = timedelta(minutes=15)
KEPT = timedelta(days=8)
VALUES = ("mains_v", "battery", "temperature", "signal", "current_percent")


def quarter_of(at: datetime) -> int:
    """The quarter of an hour in which an instant lies, counted from 1970."""
    return int(at.timestamp() // EVERY.total_seconds())


def wait_s(now: datetime) -> float:
    """Seconds until the next quarter of an hour begins."""
    every = EVERY.total_seconds()
    return every - now.timestamp() % every


def keep(engine: Engine, now: datetime) -> None:
    """What the endpoints said that were heard within a quarter of an hour; what is older than eight days goes."""
    quarter, kept = quarter_of(now), col(TelemetryRow.quarter)
    values = [col(getattr(EndpointStateRow, name)) for name in VALUES]
    heard = (
        select(literal(quarter), col(EndpointStateRow.endpoint), *values)
        .where(col(EndpointStateRow.heard_at) > now - EVERY)
        .where(or_(*(value.is_not(None) for value in values)))
    )
    old = kept <= quarter - KEPT // EVERY
    with transaction(engine) as session:
        session.execute(delete(TelemetryRow).where(or_(old, kept == quarter)))
        session.execute(insert(TelemetryRow).from_select(["quarter", "endpoint", *VALUES], heard))
