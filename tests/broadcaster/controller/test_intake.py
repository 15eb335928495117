"""Reports: stored in batches; a database that cannot take them now gets them later, and one bad report harms nobody else."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlmodel import select

from broadcaster.controller import intake
from broadcaster.storage import engine
from broadcaster.storage.tables import EndpointEventRow, EndpointStateRow
from devices import topics
from devices.codec import encode
from devices.links import Message
from devices.presence import Presence
from devices.reports import Event, EventKind, Heartbeat, Status
from devices.topics import ReportKind
from tests.broadcaster.controller.post import Chain, Post, heartbeat, played
from tests.broadcaster.controller.test_proofs import kept


@contextmanager
def locked(post: Post) -> Iterator[None]:
    """Another process holds the database."""
    other = sqlite3.connect(str(post.engine.url.database), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.close()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for a lock."""
    monkeypatch.setattr(engine, "BUSY_TIMEOUT_MS", 1)


def events(post: Post) -> list[EventKind]:
    wanted = select(EndpointEventRow.kind).order_by(EndpointEventRow.seq)
    return list(post.ask(lambda session: session.exec(wanted).all()))


def gasp(seq: int = 1) -> Event:
    return Event(boot="0badcafe", seq=seq, kind=EventKind.LAST_GASP, age_ms=500)


def _murmur(post: Post, endpoint: str, beat: Heartbeat) -> Post:
    """An endpoint's periodic heartbeat."""
    message = Message(topics.report(endpoint, ReportKind.HEARTBEAT), encode(beat), qos=0)
    post.controller.receive(message, post.moment)
    return post


def state(post: Post, endpoint: str) -> EndpointStateRow | None:
    return post.ask(lambda session: session.get(EndpointStateRow, endpoint))


def test_of_many_heartbeats_the_newest_is_kept_beside_the_presence(post: Post) -> None:
    post.run().tell("li-1", *(heartbeat(seq, volume=seq) for seq in range(1, 60)))
    post.tell("li-1", Status(state=Presence.ONLINE, epoch="0badcafe")).run(1)
    row = state(post, "li-1")
    assert (row.seq, row.volume, row.presence) == (59, 59, Presence.ONLINE)


def test_an_event_that_arrives_twice_is_one(post: Post) -> None:
    post.run().tell("li-1", gasp(), gasp()).run(1).tell("li-1", gasp()).run(1)
    assert events(post) == [EventKind.LAST_GASP]


def test_a_full_batch_does_not_wait(post: Post) -> None:
    post.run().habits = post.habits
    post.tell("li-1", *(gasp(seq) for seq in range(1, 2001)))
    assert post.controller.next_wake == post.mono_s
    post.controller.wake(post.moment)
    assert len(events(post)) == 2000


def test_periodic_heartbeats_wait_a_second_for_others_but_not_with_news(post: Post) -> None:
    post.run()
    for seq in range(1, 6):
        _murmur(post, "li-1", heartbeat(seq)).run(0.15)
    assert state(post, "li-1") is None
    post.tell("li-2", heartbeat()).run(0.1)
    assert state(post, "li-2") is None
    _murmur(post, "li-1", heartbeat(6)).run(0.15)
    assert (state(post, "li-1").seq, state(post, "li-2").seq) == (6, 1)


def test_a_periodic_heartbeat_that_nothing_follows_does_not_wait(post: Post) -> None:
    _murmur(post.run(), "li-1", heartbeat()).run(0.5)
    assert state(post, "li-1") is not None


def test_nonsense_and_strangers_are_passed_over(post: Post) -> None:
    post.run()
    for topic, payload in (
        (topics.report("li-1", ReportKind.HEARTBEAT), b"\xff{"),
        (topics.report("li-1", ReportKind.PLAYED), b"{}"),
        ("ccx/1/endpoint/li-1/nothing", b"{}"),
        ("elsewhere", b""),
    ):
        post.controller.receive(Message(topic, payload), post.moment)
    post.tell("stranger", heartbeat(), gasp()).tell("li-2", heartbeat()).run(1)
    assert state(post, "stranger") is None
    assert state(post, "li-2") is not None
    assert events(post) == []


@pytest.mark.usefixtures("impatient")
def test_a_locked_database_is_said_and_gets_everything_later(post: Post) -> None:
    post.run().engine.dispose()
    chain = Chain("li-1").add(played(1))
    with locked(post):
        post.tell("li-1", gasp(), chain.batch())
        with pytest.raises(OperationalError, match="locked"):
            post.run(1)
        post.tell("li-1", gasp(2))
    post.run(3)
    assert len(events(post)) == 2
    assert kept(post) == [1]


@pytest.mark.usefixtures("impatient")
def test_a_link_that_comes_up_while_the_database_is_locked_is_told_everything_afterwards(post: Post) -> None:
    post.run()
    before = dict(post.broker.retained)
    post.broker.retained.clear()
    post.engine.dispose()
    with locked(post):
        post.controller.connected(post.moment)
        with pytest.raises(OperationalError, match="locked"):
            post.run(1)
    post.run(6)
    assert before.items() <= post.broker.retained.items()


def test_a_full_disk_is_said_and_gets_everything_once_there_is_room(post: Post) -> None:
    post.run()
    with post.engine.connect() as connection:
        pages = connection.execute(text("PRAGMA page_count")).scalar_one()
    for connection in _every_connection(post):
        connection.execute(f"PRAGMA max_page_count={pages}")
    post.tell("li-1", *(gasp(seq) for seq in range(1, 1500)))
    with pytest.raises(OperationalError, match="full"):
        post.run(1)
    assert events(post) == []
    for connection in _every_connection(post):
        connection.execute("PRAGMA max_page_count=1000000")
    post.run(3)
    assert len(events(post)) == 1499


def _every_connection(post: Post) -> list[sqlite3.Connection]:
    with post.engine.connect() as connection:
        return [connection.connection.driver_connection]


def test_one_report_that_cannot_be_stored_harms_nobody_elses(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_row = intake._event

    def breaks(endpoint, at, event):
        if endpoint == "li-2":
            raise ValueError("a report that nobody foresaw")
        return as_row(endpoint, at, event)

    monkeypatch.setattr(intake, "_event", breaks)
    post.run().tell("li-1", gasp()).tell("li-2", gasp()).tell("wang-1", gasp()).run(1)
    assert len(events(post)) == 2


def test_what_waits_is_bounded_and_heartbeats_still_come_through(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "MOST_WAITING", 10)
    post.run().tell("li-1", *(gasp(seq) for seq in range(1, 30)), heartbeat()).run(1)
    assert len(events(post)) == 10
    assert state(post, "li-1") is not None
