"""Children: the processes that a benchmark starts. None of them outlives it, not even one that is killed."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
END_WITHIN_S = 10.0
LONGEST_LINE = 16 * 1024 * 1024


class Child:
    """A process that hears and says lines of JSON."""

    def __init__(self, process: asyncio.subprocess.Process, name: str) -> None:
        self._process, self._name = process, name

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def tell(self, **members: object) -> None:
        """Say one line to it."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(members).encode() + b"\n")

    async def said(self, timeout_s: float = 120.0) -> dict[str, Any]:
        """Its next line. Raises RuntimeError where it ended, TimeoutError where it says nothing."""
        assert self._process.stdout is not None
        async with asyncio.timeout(timeout_s):
            line = await self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self._name} ended with {await self._process.wait()}")
        members: dict[str, Any] = json.loads(line)
        return members


@asynccontextmanager
async def child(module: str, *arguments: object, log: Path | None = None) -> AsyncIterator[Child]:
    """`python -m module arguments` while the block lasts; what it says on stderr goes to `log` where one is given."""
    own = (sys.executable, "-m", module, *map(str, arguments))
    with log.open("wb") if log else nullcontext() as errors:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "devices.mqtt.leash", str(os.getpid()), *own),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=errors,
            limit=LONGEST_LINE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(_paths())},
            start_new_session=True,
        )
    try:
        yield Child(process, module)
    finally:
        await _end(process)


async def until(true: Callable[[], bool], *, look_s: float, patience_s: float) -> None:
    """Wait until something is true that happens in other processes. Raises TimeoutError."""
    async with asyncio.timeout(patience_s):
        while not await asyncio.to_thread(true):  # noqa: ASYNC110 - no event comes from another process
            await asyncio.sleep(look_s)


async def _end(process: asyncio.subprocess.Process) -> None:
    with suppress(ProcessLookupError):
        process.terminate()
    try:
        async with asyncio.timeout(END_WITHIN_S):
            await process.wait()
    except (TimeoutError, asyncio.CancelledError):
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def _paths() -> list[str]:
    return [str(ROOT), *filter(None, (os.environ.get("PYTHONPATH"),))]


def say(**members: object) -> None:
    """What a child says to its parent."""
    print(json.dumps(members), flush=True)


async def orders() -> AsyncIterator[dict[str, Any]]:
    """What a child hears from its parent, line by line, until the parent is gone."""
    reader = asyncio.StreamReader(limit=LONGEST_LINE)
    protocol = asyncio.StreamReaderProtocol(reader)
    await asyncio.get_running_loop().connect_read_pipe(lambda: protocol, sys.stdin)
    while line := await reader.readline():
        yield json.loads(line)
