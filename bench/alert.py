"""How long an alert takes from the order at the desk to the first sample at each of 200 endpoints, and its end to silence.

Everything is real but the loudspeakers: `broadcaster run` in a process of its own, ordered over its HTTP API; its
private broker; and two fleets of endpoint programs in processes of their own, whose outputs are silent and note the instant of
each first sample. Their homes lie in memory, as each board has a flash of its own. An alert is over when the controller
proves it: every endpoint has said that it holds the end and is silent. The baseline is one message of the size of an
alert's document to as many bare subscribers.
"""

import asyncio
import random
import socket
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from io import BytesIO
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory

from bench.children import Child, child, say, until
from bench.parties import bare_client, broker, brokers
from broadcaster.api.running import Running, find
from broadcaster.config import load
from broadcaster.desk.alerts import AlertView
from broadcaster.desk.county import CountyDesk
from broadcaster.desk.errors import Unavailable
from broadcaster.desk.files import Upload
from broadcaster.desk.house import OWNER, HouseDoor
from broadcaster.desk.notices import NoticeDraft
from broadcaster.desk.remote import RemoteDoor
from broadcaster.house import CountyHouse
from devices.endpoint.fleet import run_fleet
from devices.endpoint.output import Output, Progress, SilentOutput, Sound
from devices.endpoint.outputs import Changed
from devices.endpoint.program import PROVISION, until_signal
from devices.links import Message
from devices.mqtt.broker import BrokerKind
from devices.mqtt.packets import publish_packet
from devices.presence import Presence
from devices.topics import DocumentKind, area_document
from schedules.notices import NoticeKind
from schedules.places import Place
from schedules.precedence import Severity

GOAL_S, GOAL_SILENCE_S = 1.0, 2.0
ENDPOINTS, ALERTS = 200, 10
VILLAGES = 10
COUNTY = Place("341523000000")
DOCUMENT_BYTES = 400
LOOK_S = 0.05
PATIENCE_S = 120.0
REST_S = 2.0  # between two alerts; half of it while one sounds


def run(
    *,
    endpoints: int = ENDPOINTS,
    alerts: int = ALERTS,
    rest_s: float = REST_S,
    kinds: Sequence[BrokerKind] = brokers(),
) -> dict[str, object]:
    """The 99th percentile over all endpoints and alerts, for each broker; the first of them is judged."""
    found = {kind: asyncio.run(_over(kind, endpoints, alerts, rest_s)) for kind in kinds}
    first = found[kinds[0]]
    return {
        "name": f"from the order to the first sample at {endpoints} endpoints, p99 of {alerts} alerts",
        "value": first["sounds_p99_s"],
        "unit": "s",
        "baseline": first["bare_s"],
        "ratio": round(first["sounds_p99_s"] / first["bare_s"], 1),
        "goal": GOAL_S,
        "met": first["sounds_p99_s"] <= GOAL_S and first["silence_p99_s"] <= GOAL_SILENCE_S,
        "silence_goal_s": GOAL_SILENCE_S,
        **{f"{kind}_{name}": value for kind, facts in found.items() for name, value in facts.items()},
    }


async def _over(kind: BrokerKind, endpoints: int, alerts: int, rest_s: float) -> dict[str, float]:
    with TemporaryDirectory() as name, TemporaryDirectory(dir=_memory()) as in_memory:
        directory = Path(name)
        bare_s = await _bare(directory / "bare", kind, endpoints)
        county = directory / "county"
        settings = (f"broker.kind={kind}", f"broker.port={_free_port()}", "api.port=0")
        homes = Path(in_memory)
        notice = await asyncio.to_thread(_fill, county, homes, settings, endpoints)
        options = [word for each in settings for word in ("--set", each)]
        async with (
            child("broadcaster", "--county", county, *options, "run", log=directory / "log"),
            child("bench.alert", homes / "0", log=directory / "log of fleet 0") as even,
            child("bench.alert", homes / "1", log=directory / "log of fleet 1") as odd,
        ):
            timed = await _Rounds(county, (even, odd), endpoints, rest_s).run(notice, alerts)
    return {
        "bare_s": round(bare_s, 4),
        **_percentiles("sounds", timed.sounding_s),
        **_percentiles("silent_there", timed.silent_s),
        **_percentiles("silence", timed.proven_s),
    }


def _percentiles(name: str, seconds: list[float]) -> dict[str, float]:
    """With few values the 99th is the greatest."""
    p99 = quantiles(seconds, n=100, method="inclusive")[-1] if len(seconds) >= 100 else max(seconds)
    return {f"{name}_p50_s": round(median(seconds), 3), f"{name}_p99_s": round(p99, 3)}


async def _bare(directory: Path, kind: BrokerKind, number: int) -> float:
    topic = area_document(COUNTY, DocumentKind.ALERTS)
    packet = publish_packet(Message(topic, random.Random(1).randbytes(DOCUMENT_BYTES)), 1)
    taken: list[float] = []
    async with (
        broker(directory, kind, "horn") as account,
        child("bench.parties", "subscribers", *account.of("horn").words, topic, 0, number, 1) as all_bare,
    ):
        await all_bare.said()
        publisher = await bare_client(account, "bare-publisher")
        for _ in range(10):
            begun_s = time.monotonic()
            publisher.transport.write(packet)
            taken.append((await all_bare.said())["done_s"] - begun_s)
        publisher.transport.close()
    return max(taken)


def _memory() -> Path | None:
    """Where files cost no disk: on one disk the flash of 200 boards would be written one after the other."""
    shared = Path("/dev/shm")
    return shared if shared.is_dir() else None


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


def _fill(county: Path, homes: Path, settings: tuple[str, ...], endpoints: int) -> str:
    """A county with an emergency that is saved, and provisioned endpoints; the emergency's id."""
    options = dict(each.split("=") for each in settings)
    house = CountyHouse(load(county, options=options))
    desk = CountyDesk(HouseDoor(house, OWNER, clock=lambda: datetime.now(UTC)))
    desk.areas.take_in(file=_list("areas.csv", "code,name", _areas()))
    desk.endpoints.take_in(file=_list("endpoints.csv", "id,village,name", _endpoints(endpoints)))
    for number, view in enumerate(desk.endpoints.list()):
        home = homes / str(number % 2) / view.id
        home.mkdir(parents=True)
        (home / PROVISION).write_bytes(desk.endpoints.provision(endpoint=view.id).content)
    draft = NoticeDraft(
        kind=NoticeKind.EMERGENCY,
        title="紧急转移",
        text="请立即转移到安全地带。",
        targets=(COUNTY,),
        speak=True,
        severity=Severity.RED,
    )
    notice = desk.notices.draft(draft=draft).id
    house.engine.dispose()
    return notice


def _list(name: str, head: str, lines: Iterator[str]) -> Upload:
    return Upload(name, BytesIO("\n".join((head, *lines)).encode()))


def _areas() -> Iterator[str]:
    yield f"{COUNTY},County"
    yield f"{COUNTY[:6]}001000,Town"
    yield from (f"{_village(n)},Village {n}" for n in range(VILLAGES))


def _endpoints(number: int) -> Iterator[str]:
    yield from (f"horn-{n:03d},{_village(n % VILLAGES)},Horn {n}" for n in range(number))


def _village(number: int) -> str:
    return f"{COUNTY[:6]}001{number + 1:03d}"


@dataclass(frozen=True, slots=True)
class _Timed:
    """Seconds from the order: to each endpoint's first sample, from the end to its silence, to the proof of that."""

    sounding_s: list[float]
    silent_s: list[float]
    proven_s: list[float]


class _Rounds:
    """One alert after the other, ordered over the API."""

    def __init__(self, county: Path, fleets: tuple[Child, ...], endpoints: int, rest_s: float) -> None:
        self._county, self._fleets, self._endpoints = county, fleets, endpoints
        self._rest_s = rest_s

    async def run(self, notice: str, alerts: int) -> _Timed:
        desk = await self._desk()
        await until(lambda: _online(desk) >= self._endpoints, look_s=0.5, patience_s=PATIENCE_S)
        timed = _Timed([], [], [])
        for _ in range(alerts):
            await asyncio.sleep(self._rest_s)  # nothing of the last one is under way
            await self._one(desk, notice, timed)
        return timed

    async def _desk(self) -> CountyDesk:
        await until(lambda: _running(self._county) is not None, look_s=0.2, patience_s=PATIENCE_S)
        running = _running(self._county)
        assert running is not None
        return CountyDesk(RemoteDoor(running.url, running.token))

    async def _one(self, desk: CountyDesk, notice: str, timed: _Timed) -> None:
        preview = await asyncio.to_thread(desk.alerts.preview, notice=notice)
        begun_s = time.monotonic()
        sending = asyncio.to_thread(desk.alerts.send, notice=notice, confirmation=preview.confirmation)
        sent, sounding = await asyncio.gather(sending, self._all("sounds"))
        timed.sounding_s.extend(at_s - begun_s for at_s in sounding)
        await asyncio.sleep(self._rest_s / 2)
        begun_s = time.monotonic()
        _, silent = await asyncio.gather(self._end(desk, sent), self._all("silent"))
        timed.silent_s.extend(at_s - begun_s for at_s in silent)
        timed.proven_s.append(self._proven_s - begun_s)

    async def _all(self, what: str) -> list[float]:
        """When each endpoint did so first."""
        first: dict[str, float] = {}
        async with asyncio.TaskGroup() as tasks:
            for number, fleet in enumerate(self._fleets):
                mine = len(range(number, self._endpoints, len(self._fleets)))
                tasks.create_task(_listen(fleet, what, mine, first))
        return list(first.values())

    async def _end(self, desk: CountyDesk, alert: AlertView) -> None:
        await asyncio.to_thread(desk.alerts.cancel, alert=alert.id)
        proved = partial(_proved, desk, alert.id)
        await until(proved, look_s=LOOK_S, patience_s=PATIENCE_S)
        self._proven_s = time.monotonic()


async def _listen(fleet: Child, what: str, number: int, first: dict[str, float]) -> None:
    heard: set[str] = set()
    while len(heard) < number:
        said = await fleet.said(PATIENCE_S)
        if said["what"] == what:
            heard.add(said["endpoint"])
            first.setdefault(said["endpoint"], said["at_s"])


def _running(county: Path) -> Running | None:
    with suppress(Unavailable):  # while it starts
        return find(county)
    return None


def _proved(desk: CountyDesk, alert: str) -> bool:
    return desk.alerts.show(alert=alert).proved


def _online(desk: CountyDesk) -> int:
    return sum(view.presence is Presence.ONLINE for view in desk.endpoints.list())


class _NotingOutput(SilentOutput):
    """Says the instants of the first sample and of silence."""

    def __init__(self, endpoint: str) -> None:
        super().__init__()
        self._endpoint = endpoint

    def start(self, sound: Sound, at_s: float, now_s: float) -> None:
        super().start(sound, at_s, now_s)
        say(what="sounds", endpoint=self._endpoint, at_s=max(at_s, time.monotonic()))

    def stop(self, now_s: float) -> Progress:
        if self.sound is not None:
            say(what="silent", endpoint=self._endpoint, at_s=time.monotonic())
        return super().stop(now_s)


def _output(directory: Path, changed: Changed) -> Output:
    return _NotingOutput(directory.name)


if __name__ == "__main__":
    asyncio.run(until_signal(run_fleet(Path(sys.argv[1]), _output)))
