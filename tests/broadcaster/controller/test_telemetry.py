"""Telemetry: kept every quarter of an hour for eight days, and never more."""

from datetime import UTC, datetime, timedelta

from sqlmodel import select

from broadcaster.controller import telemetry
from broadcaster.storage.engine import open_database, snapshot, transaction, upsert
from broadcaster.storage.tables import EndpointStateRow, TelemetryRow

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def heard(engine, at: datetime, endpoint: str = "li-1", **values: int | None) -> None:
    with transaction(engine) as session:
        upsert(session, EndpointStateRow, [{"endpoint": endpoint, "heard_at": at, **values}])


def kept(engine) -> list[tuple[int, int | None]]:
    with snapshot(engine) as session:
        return [(row.quarter, row.mains_v) for row in session.exec(select(TelemetryRow))]


def test_what_was_heard_within_the_quarter_is_kept_once() -> None:
    engine = open_database("sqlite://")
    heard(engine, NOON - MINUTE, mains_v=229)
    heard(engine, NOON - 16 * MINUTE, "li-2", mains_v=230)  # longer ago
    heard(engine, NOON - MINUTE, "li-3", volume=80)  # measures nothing
    telemetry.keep(engine, NOON)
    telemetry.keep(engine, NOON + MINUTE)
    assert kept(engine) == [(telemetry.quarter_of(NOON), 229)]


def test_what_is_older_than_eight_days_goes_also_that_of_an_endpoint_that_fell_silent() -> None:
    engine = open_database("sqlite://")
    for day in range(11):
        now = NOON + timedelta(days=day)
        if day < 10:
            heard(engine, now, mains_v=220 + day)
        telemetry.keep(engine, now)
    assert [volts for _, volts in kept(engine)] == [*range(223, 230)]


def test_it_waits_for_the_next_quarter() -> None:
    assert telemetry.wait_s(NOON) == 900
    assert telemetry.wait_s(NOON + 14 * MINUTE) == 60
