"""How many reports a second are taken in: validated, collapsed, checked against each chain, stored durably and receipted.

The load is twelve minutes of a busy county of 10,000 endpoints in 600 villages, sent as fast as it is taken: of 25 reports 24 are
heartbeats and one is a batch of two as-played records. A raw socket publishes it through Mosquitto. Ours is the
whole controller on its database; the time ends when every report is committed. The baseline is paho's client with
a callback that only counts, on the same broker, in the same run, taking turns; our own link, which reads
publications faster, counts there as well.
"""

import asyncio
import random
import secrets
import sys
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from paho.mqtt import client as paho
from paho.mqtt.enums import CallbackAPIVersion
from sqlalchemy import Engine, func
from sqlmodel import col, select

from audio.library import Library
from bench.children import child, say, until
from bench.parties import Account, Counter, broker, write_load
from broadcaster.controller.habits import Habits
from broadcaster.live import LiveController
from broadcaster.storage.engine import insert_new, open_database, snapshot, transaction
from broadcaster.storage.tables import AreaRow, EndpointRow, EndpointStateRow, PlayedRow
from devices import chain, topics
from devices.codec import encode
from devices.distribution import Pace
from devices.links import Message
from devices.mqtt.broker import BrokerKind, find_mosquitto
from devices.mqtt.link import MqttLink
from devices.reports import Heartbeat
from devices.signing import Ed25519Signer
from devices.topics import ReportKind
from schedules.records import AsPlayed, ClockQuality, Result

GOAL_RATIO = 0.5
ENDPOINTS, REPORTS, ROUNDS = 10_000, 100_000, 3
PLAYED_EVERY, RECORDS = 25, 2
PATIENCE_S = 300.0
SETTLE_S, LOOK_S = 1.0, 0.01  # until what is published at the start is out; between two looks
STORE, PAHO, LINK = "store", "paho", "link"  # what takes the reports in
TOPICS = tuple(topics.report("+", kind) for kind in ReportKind)
COUNTY, TOWNS, VILLAGES = "341523", 20, 600
UP_S = 7 * 86_400  # the endpoints have run for a week


@dataclass(frozen=True, slots=True)
class _Rate:
    per_s: float
    cpu_us: float  # of the receiving process, for each report


def run(*, endpoints: int = ENDPOINTS, reports: int = REPORTS, rounds: int = ROUNDS) -> dict[str, object]:
    """Reports a second, the rates of clients that only count, and what each report costs there."""
    facts: dict[str, object] = {
        "name": f"take in {reports} reports of {endpoints} endpoints, durably",
        "unit": "/s",
        "goal": GOAL_RATIO,
    }
    if find_mosquitto() is None:
        note = "Mosquitto is missing: apt-get install mosquitto"
        return facts | {"value": None, "baseline": None, "ratio": None, "met": None, "note": note}
    measured = asyncio.run(_measured(endpoints, reports, rounds))
    per_s = {how: median(rate.per_s for rate in rates) for how, rates in measured.items()}
    cpu_us = {how: round(median(rate.cpu_us for rate in rates), 1) for how, rates in measured.items()}
    value, baseline, link = (per_s[how] for how in (STORE, PAHO, LINK))
    return facts | {
        "value": round(value),
        "baseline": round(baseline),
        "ratio": round(value / baseline, 3),
        "met": value / baseline >= GOAL_RATIO,
        "cpu_us": cpu_us[STORE],
        "cpu_us_counting": cpu_us[PAHO],
        "link": round(link),
        "ratio_link": round(value / link, 3),
        "cpu_us_link": cpu_us[LINK],
    }


async def _measured(endpoints: int, reports: int, rounds: int) -> dict[str, list[_Rate]]:
    rates: dict[str, list[_Rate]] = {STORE: [], PAHO: [], LINK: []}
    with TemporaryDirectory() as name:
        directory = Path(name)
        keys = [secrets.token_bytes(32) for _ in range(endpoints)]
        write_load(directory / "load", load(keys, reports))
        async with broker(directory / "broker", BrokerKind.MOSQUITTO, "counting") as account:
            for n in range(rounds):
                _county(directory / f"{n}.db", keys)
                for how, taken in rates.items():
                    taken.append(await _rate(account, directory, how, n, (endpoints, reports)))
    return rates


async def _rate(account: Account, directory: Path, how: str, number: int, sizes: tuple[int, int]) -> _Rate:
    counter, reports = directory / f"{how}-{number}", sizes[1]
    async with (
        child("bench.ingest", *account.words, how, directory / f"{number}.db", counter, *sizes) as taker,
        child("bench.parties", "publisher", *account.words, directory / "load", counter) as publisher,
    ):
        await taker.said()
        await publisher.said()
        publisher.tell()
        begun_s = float((await publisher.said())["begun_s"])
        done = await taker.said()
        return _Rate(reports / (done["done_s"] - begun_s), 1e6 * done["cpu_s"] / reports)


def endpoint_id(number: int) -> str:
    return f"horn-{number:05d}"


def village_of(endpoint: int) -> str:
    number = endpoint % VILLAGES
    return f"{COUNTY}{number % TOWNS + 100:03d}{number // TOWNS + 200:03d}"


def load(keys: list[bytes], reports: int) -> Iterator[Message]:
    """The reports, one endpoint after the other, so that no two neighbours are of the same one."""
    chance = random.Random(7)
    begun = datetime.now(UTC)
    for endpoint, turn, plays in _sequence(len(keys), reports):
        if plays:
            yield _played(endpoint, keys[endpoint], begun, chance)
        else:
            yield _heartbeat(endpoint, turn, begun, chance)


def _sequence(endpoints: int, reports: int) -> Iterator[tuple[int, int, bool]]:
    """(endpoint, its how manieth turn, whether it reports plays instead of beating)."""
    for n in range(reports):
        turn, endpoint = divmod(n, endpoints)
        yield endpoint, turn, (endpoint + turn) % PLAYED_EVERY == 0


def _heartbeat(endpoint: int, turn: int, begun: datetime, chance: random.Random) -> Message:
    name = endpoint_id(endpoint)
    held = {
        f"area/{COUNTY}000000/plan": 1_790_000_000,
        f"area/{village_of(endpoint)}/plan": 1_790_000_000 + turn,
    }
    beat = Heartbeat(
        boot=f"{endpoint:08x}",
        seq=turn + 1,
        up_s=UP_S + 30 * turn,
        clock_ms=int(begun.timestamp() * 1000) + 30_000 * turn,
        clock=ClockQuality.SYNCED,
        next_in_s=30,
        held=held | {f"endpoint/{name}/receipt": 1_790_000_000},
        volume=70,
        mains=True,
        signal=chance.randint(-110, -60),
        free_kb=chance.randint(100_000, 200_000),
        software="1.0",
    )
    return Message(topics.report(name, ReportKind.HEARTBEAT), encode(beat), qos=0)


def _played(endpoint: int, key: bytes, begun: datetime, chance: random.Random) -> Message:
    """The first batch of a chain."""
    name = f"{chance.getrandbits(64):016x}"
    linked: list[chain.Linked] = []
    before = chain.genesis(name)
    for seq in range(1, RECORDS + 1):
        linked.append(chain.link(_record(endpoint, seq, begun, chance), before))
        before = str(linked[-1]["hash"])
    batch = chain.batch(name, linked, key)
    return Message(topics.report(endpoint_id(endpoint), ReportKind.PLAYED), encode(batch), qos=1)


def _record(endpoint: int, seq: int, begun: datetime, chance: random.Random) -> AsPlayed:
    return AsPlayed(
        seq=seq,
        slot=f"{chance.getrandbits(128):032x}",
        notice="n20261012-1",
        version=1,
        recording=f"{chance.getrandbits(256):064x}",
        started=begun + timedelta(minutes=6 * seq),
        ended=begun + timedelta(minutes=6 * seq, seconds=61),
        heard_ms=61_000,
        full_ms=61_000,
        result=Result.COUNTED,
        because=None,
        volume=70,
        clock=ClockQuality.SYNCED,
        boot=f"{endpoint:08x}",
    )


def _county(path: Path, keys: list[bytes]) -> None:
    """A database in which these endpoints are provisioned."""
    now = datetime.now(UTC)
    engine = open_database(f"sqlite:///{path}")
    villages = sorted({village_of(n) for n in range(len(keys))})
    towns = sorted({village[:9] + "000" for village in villages})
    with transaction(engine) as session:
        session.add_all(AreaRow(code=code, name=code) for code in (f"{COUNTY}000000", *towns, *villages))
        session.flush()
        rows = [
            EndpointRow(
                id=endpoint_id(n), village=village_of(n), name=f"{n}", proof_key=key.hex(), created_at=now
            ).model_dump()
            for n, key in enumerate(keys)
        ]
        insert_new(session, EndpointRow, rows)
    engine.dispose()


class _Counting(LiveController):
    """The live controller, whose reports are counted as they arrive, so that the publisher is not too far ahead."""

    counter: Counter

    def _receive(self, message: Message) -> None:
        super()._receive(message)
        self.counter.add_one()


async def _store(account: Account, database: Path, counter: Counter, endpoints: int, reports: int) -> None:
    """The program that stores."""
    expected = _expected(endpoints, reports)
    engine = open_database(f"sqlite:///{database}")
    live = _Counting(
        engine=engine,
        connection=account.connection,
        signer=Ed25519Signer.generate(),
        library=Library(database.parent / "library"),
        habits=Habits(),
        pace=Pace(),
    )
    live.counter = counter
    await _timed(live.run(), live.link, lambda: counter.value >= reports and _stored(engine) == expected)


async def _link(account: Account, counter: Counter, reports: int) -> None:
    """Our link, which only counts."""
    link = MqttLink(account.connection, lambda message: counter.add_one())
    for topic in TOPICS:
        link.subscribe(topic)
    await _timed(link.run(), link, lambda: counter.value >= reports)


async def _paho(account: Account, counter: Counter, reports: int) -> None:
    """paho's client in its own thread, which only counts."""
    client = paho.Client(CallbackAPIVersion.VERSION2, account.user)
    client.username_pw_set(account.user, account.password)
    client.on_message = lambda *_: counter.add_one()
    client.connect(account.host, account.port)
    client.loop_start()
    await until(client.is_connected, look_s=LOOK_S, patience_s=PATIENCE_S)
    client.subscribe([(topic, 1) for topic in TOPICS])
    await _judged(lambda: counter.value >= reports)
    client.disconnect()
    client.loop_stop()


async def _timed(running: Coroutine[None, None, None], link: MqttLink, done: Callable[[], bool]) -> None:
    """Ends what runs when all is done."""
    task = asyncio.create_task(running)
    await until(lambda: link.connected, look_s=LOOK_S, patience_s=PATIENCE_S)
    await _judged(done)
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def _judged(done: Callable[[], bool]) -> None:
    """Says when it is ready, and when all is done and at what cost."""
    await asyncio.sleep(SETTLE_S)
    say(ready=True)
    begun_cpu_s = time.process_time()
    await until(done, look_s=LOOK_S, patience_s=PATIENCE_S)
    say(done_s=time.monotonic(), cpu_s=time.process_time() - begun_cpu_s)


def _stored(engine: Engine) -> tuple[int, int]:
    """(sum of the numbers of the last heartbeats, number of as-played records)."""
    with snapshot(engine) as session:
        beats = session.exec(select(func.sum(col(EndpointStateRow.seq)))).one()
        return beats or 0, session.exec(select(func.count()).select_from(PlayedRow)).one()


def _expected(endpoints: int, reports: int) -> tuple[int, int]:
    """What `_stored` says when every report is."""
    last: dict[int, int] = {}
    played = 0
    for endpoint, turn, plays in _sequence(endpoints, reports):
        if plays:
            played += RECORDS
        else:
            last[endpoint] = turn + 1
    return sum(last.values()), played


def main() -> None:
    host, port, user, password, how, database, counter_file, endpoints, reports = sys.argv[1:]
    account = Account(host, int(port), user, password)
    with Counter(Path(counter_file)) as counter:
        if how == STORE:
            asyncio.run(_store(account, Path(database), counter, int(endpoints), int(reports)))
        else:
            asyncio.run({PAHO: _paho, LINK: _link}[how](account, counter, int(reports)))


if __name__ == "__main__":
    main()
