"""How long one recording of 1 MB takes to 200 endpoints, against bare subscribers of the same chunks, per broker.

Ours is the controller's distribution on its own MQTT link, and in two other processes 200 endpoints' downloads on theirs,
which check each chunk against the manifest and the whole against its SHA-256. The time runs from the first chunk
that leaves to the last endpoint that holds the verified recording. What precedes it is patience on purpose: wants are
spread over a second and gathered for a moment, so that one publication answers all; `from_announcement_s` has it in.
"""

import asyncio
import math
import random
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack, suppress
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import msgspec

from bench.children import child, orders, say
from bench.parties import Account, bare_client, broker, brokers
from broadcaster.controller.media import Media
from devices import topics
from devices.chunks import CHUNK
from devices.codec import decode
from devices.documents import Manifest
from devices.endpoint.downloads import Downloads
from devices.endpoint.media import MemoryMedia
from devices.links import Message
from devices.mqtt.broker import BrokerKind
from devices.mqtt.link import MqttLink
from devices.mqtt.packets import publish_packet
from devices.reports import Want
from devices.topics import ReportKind

GOAL_RATIO = 2.0
ENDPOINTS, SIZE, ROUNDS = 200, 1024 * 1024, 3
PROCESSES = 2  # of endpoints, and of bare subscribers
TO_ALL = f"{topics.MEDIA}/+/c/+"


def run(
    *,
    endpoints: int = ENDPOINTS,
    size: int = SIZE,
    rounds: int = ROUNDS,
    kinds: Sequence[BrokerKind] = brokers(),
) -> dict[str, object]:
    """Seconds over the first broker, facts of each; the worst ratio decides."""
    found = {kind: asyncio.run(_over(kind, endpoints, size, rounds)) for kind in kinds}
    first = found[kinds[0]]
    worst = max(each["ratio"] for each in found.values())
    return {
        "name": f"one recording of {size / 1024**2:.3g} MiB to {endpoints} endpoints",
        "value": first["value"],
        "unit": "s",
        "baseline": first["baseline"],
        "ratio": first["ratio"],
        "goal": GOAL_RATIO,
        "met": worst <= GOAL_RATIO,
        **{f"{kind}_{name}": value for kind, facts in found.items() for name, value in facts.items()},
    }


async def _over(kind: BrokerKind, endpoints: int, size: int, rounds: int) -> dict[str, float]:
    """Medians over the rounds, in which ours and the bare one take turns."""
    with TemporaryDirectory() as directory:
        async with broker(Path(directory), kind, *map(_horn, range(endpoints))) as controller:
            bare, ours = [], []
            for n in range(rounds):
                recording = random.Random(n).randbytes(size)
                bare.append(await _bare(controller, endpoints, recording))
                ours.append(await _ours(controller, endpoints, recording))
    sending_s, baseline_s = median(s for s, _ in ours), median(bare)
    return {
        "value": round(sending_s, 3),
        "baseline": round(baseline_s, 3),
        "ratio": round(sending_s / baseline_s, 2),
        "from_announcement_s": round(median(s for _, s in ours), 3),
    }


def _horn(number: int) -> str:
    return f"horn-{number}"


def _shares(number: int) -> list[tuple[int, int]]:
    """[first, last) of each process."""
    edges = [number * n // PROCESSES for n in range(PROCESSES + 1)]
    return list(pairwise(edges))


async def _bare(controller: Account, number: int, recording: bytes) -> float:
    """Seconds from the first chunk to the last subscriber that has counted all."""
    name, pieces = sha256(recording).hexdigest(), _pieces(recording)
    packets = [publish_packet(Message(topics.chunk(name, n), piece), n + 1) for n, piece in enumerate(pieces)]
    async with AsyncExitStack() as stack:
        all_bare = [
            await stack.enter_async_context(child("bench.parties", "subscribers", *arguments))
            for first, last in _shares(number)
            for arguments in [(*controller.of(_horn(0)).words, TO_ALL, first, last, len(pieces))]
        ]
        for each in all_bare:
            await each.said()
        publisher = await bare_client(controller, "bare-publisher")
        begun_s = time.monotonic()
        publisher.transport.writelines(packets)
        done_s = [float((await each.said())["done_s"]) for each in all_bare]
        publisher.transport.close()
    return max(done_s) - begun_s


async def _ours(controller: Account, number: int, recording: bytes) -> tuple[float, float]:
    """(seconds from the first chunk, seconds from the announcement) to the last endpoint that has verified all."""
    async with AsyncExitStack() as stack:
        endpoints = [
            await stack.enter_async_context(child("bench.fanout", *controller.words, first, last))
            for first, last in _shares(number)
        ]
        for each in endpoints:
            await each.said()
        sender = _Sender(controller, recording)
        sending = asyncio.create_task(sender.run())
        await sender.up.wait()
        begun_s = time.monotonic()
        for each in endpoints:
            each.tell(sha256=sender.name, manifest=msgspec.to_builtins(sender.manifest))
        done_s = max([float((await each.said())["done_s"]) for each in endpoints])
        sending.cancel()
        with suppress(asyncio.CancelledError):
            await sending
    return done_s - sender.first_s, done_s - begun_s


def _pieces(recording: bytes) -> list[bytes]:
    return [recording[at : at + CHUNK] for at in range(0, len(recording), CHUNK)]


class _Sender:
    """The controller's distribution in real time: what `broadcaster.live` does with wants, and nothing else."""

    def __init__(self, account: Account, recording: bytes) -> None:
        self.name = sha256(recording).hexdigest()
        self.up = asyncio.Event()
        self.first_s = math.nan
        self._recording = recording
        self._media = Media(self)
        self.manifest = self._media.manifest(self.name, size=len(recording), codec="opus", duration_ms=60_000)
        self._media.announce([self.name])
        self._stirred = asyncio.Event()
        self._link = MqttLink(account.connection, self._take, self.up.set)
        self._link.subscribe(topics.report("+", ReportKind.WANT))

    def read(self, sha256: str, offset: int, size: int) -> bytes:
        """The shelf that the recording lies on."""
        return self._recording[offset : offset + size]

    async def run(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._link.run())
            tasks.create_task(self._attend())

    def _take(self, message: Message) -> None:
        want = decode(ReportKind.WANT, message.payload)
        assert isinstance(want, Want)
        found = topics.parse_report(message.topic)
        self._media.want(found[0] if found else "", want, time.monotonic())
        self._stirred.set()

    async def _attend(self) -> None:
        while True:
            self._stirred.clear()
            now_s = time.monotonic()
            if self._media.serve(self._link, now_s) and math.isnan(self.first_s):
                self.first_s = now_s
            await _until(self._media.next_deadline, self._stirred)


class _Horn:
    """An endpoint as far as recordings go."""

    def __init__(self, account: Account, on_up: Callable[[], None]) -> None:
        self._link = MqttLink(account.connection, self._receive, on_up)
        self.downloads = Downloads(
            media=MemoryMedia(),
            link=self._link,
            endpoint=account.user,
            chance=random.Random(account.user),
            say=lambda kind, about, detail: None,
        )
        self.stirred = asyncio.Event()
        self.on_whole: Callable[[], None] = lambda: None

    async def run(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._link.run())
            tasks.create_task(self._attend())

    def fetch(self, recording: str, manifest: Manifest) -> None:
        """A plan names the recording, and its manifest is there."""
        now_s = time.monotonic()
        self.downloads.connected(now_s)
        self.downloads.need({recording: 0.0}, now_s)
        self.downloads.take_manifest(recording, manifest, now_s)
        self.stirred.set()

    def _receive(self, message: Message) -> None:
        chunk = topics.parse_chunk(message.topic)
        if chunk and self.downloads.take_chunk(chunk.sha256, chunk.number, message.payload, time.monotonic()):
            self.on_whole()

    async def _attend(self) -> None:
        while True:
            self.stirred.clear()
            self.downloads.ask(time.monotonic())
            await _until(self.downloads.next_s, self.stirred)


async def _until(deadline_s: float | None, stirred: asyncio.Event) -> None:
    wait_s = 60.0 if deadline_s is None else min(60.0, max(0.0, deadline_s - time.monotonic()))
    with suppress(TimeoutError):
        async with asyncio.timeout(wait_s):
            await stirred.wait()


async def _endpoints(account: Account, numbers: range) -> None:
    """The program of the endpoints: says when all are connected, and when all have the recording that it is told."""
    up, whole = asyncio.Semaphore(0), asyncio.Semaphore(0)
    horns = [_Horn(account.of(_horn(n)), up.release) for n in numbers]
    async with asyncio.TaskGroup() as tasks:
        for horn in horns:
            horn.on_whole = whole.release
            tasks.create_task(horn.run())
        await _all(up, len(horns))
        say(ready=len(horns))
        async for order in orders():
            manifest = msgspec.convert(order["manifest"], Manifest)
            for horn in horns:
                horn.fetch(order["sha256"], manifest)
            await _all(whole, len(horns))
            say(done_s=time.monotonic())


async def _all(of: asyncio.Semaphore, number: int) -> None:
    for _ in range(number):
        await of.acquire()


if __name__ == "__main__":
    host, port, user, password, first, last = sys.argv[1:]
    asyncio.run(_endpoints(Account(host, int(port), user, password), range(int(first), int(last))))
