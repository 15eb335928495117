"""The controller in real time: what draws plans up runs aside, and nothing waits for it."""

import asyncio
import threading
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError
from sqlmodel import select

from broadcaster.config import load
from broadcaster.controller.drawing import Drawing
from broadcaster.controller.habits import Habits
from broadcaster.house import CountyHouse
from broadcaster.live import LiveController, moment
from broadcaster.storage.tables import AlertRow, PublishedRow
from devices.distribution import Pace
from devices.mqtt.link import Connection
from devices.topics import DocumentKind
from schedules.places import Level
from schedules.precedence import BroadcastClass, Severity
from tests.broadcaster.county import COUNTY, add_notice, lay_out


class Gate:
    """Stands before the drawing, as a big county's planning would: closed until a test opens it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.reached, self.open, self.fails = threading.Event(), threading.Event(), 0
        draw = Drawing.draw

        def gated(drawing, now):
            self.reached.set()
            self.open.wait(10)
            if self.fails:
                self.fails -= 1
                raise OperationalError("INSERT", {}, Exception("database or disk is full"))
            return draw(drawing, now)

        monkeypatch.setattr(Drawing, "draw", gated)


@pytest.fixture
def house(tmp_path: Path) -> CountyHouse:
    house = CountyHouse(load(tmp_path, environ={}))
    with house.transaction() as session:
        lay_out(session)
        add_notice(session, "letter")
    return house


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Gate:
    monkeypatch.setattr("broadcaster.live._RETRY_S", 0.01)
    return Gate(monkeypatch)


@pytest.fixture
async def live(house: CountyHouse, gate: Gate) -> AsyncIterator[LiveController]:
    """A controller without a broker: nothing listens on port 1."""
    live = LiveController(
        engine=house.engine,
        connection=Connection(host="127.0.0.1", port=1, client_id="controller"),
        signer=house.signer,
        library=house.library,
        habits=Habits(),
        pace=Pace(),
    )
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(live.run())
        yield live
        gate.open.set()
        running.cancel()


def published(house: CountyHouse) -> set[DocumentKind]:
    with house.snapshot() as session:
        return set(session.exec(select(PublishedRow.kind)).all())


async def until(house: CountyHouse, kind: DocumentKind) -> None:
    """Waits for a document of a kind, ten seconds at most."""
    assert await asyncio.to_thread(lambda: any(_has(house, kind) for _ in range(1000)))


def _has(house: CountyHouse, kind: DocumentKind) -> bool:
    return kind in published(house) or threading.Event().wait(0.01)


def send(house: CountyHouse) -> None:
    now = moment().utc
    alert = AlertRow(
        id="alert-1",
        notice="flood",
        version=1,
        targets=[COUNTY],
        klass=BroadcastClass.EMERGENCY,
        level=Level.COUNTY,
        severity=Severity.RED,
        sent_at=now,
        sent_by="li",
        starts=now,
        expires=now + timedelta(minutes=30),
    )
    with house.transaction() as session:
        session.add(alert)


async def test_an_alert_is_out_while_plans_are_still_drawn_up(
    house: CountyHouse, live: LiveController, gate: Gate
) -> None:
    await asyncio.to_thread(gate.reached.wait, 10)
    send(house)
    live.nudge("alerts.send")
    await until(house, DocumentKind.ALERTS)
    assert published(house) == {DocumentKind.ALERTS}
    gate.open.set()
    await until(house, DocumentKind.PLAN)


async def test_a_drawing_that_fails_is_tried_again(
    house: CountyHouse, live: LiveController, gate: Gate
) -> None:
    gate.fails = 2
    gate.open.set()
    await until(house, DocumentKind.PLAN)
    assert gate.fails == 0


async def test_an_order_done_after_the_end_troubles_nobody(house: CountyHouse) -> None:
    loop = asyncio.new_event_loop()

    async def made() -> LiveController:
        return LiveController(
            engine=house.engine,
            connection=Connection(host="127.0.0.1", port=1, client_id="controller"),
            signer=house.signer,
            library=house.library,
            habits=Habits(),
            pace=Pace(),
        )

    live = await asyncio.to_thread(loop.run_until_complete, made())
    loop.close()
    live.nudge("notices.approve")
