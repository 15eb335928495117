"""A slow line: a proxy on loopback that delays what goes either way, holds answers back, loses one, or is cut."""

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager

DELAY_S = 0.02  # each way; what a test asserts must hold for any


class SlowLine:
    """Between a terminal and the controller's port. Its switches may be thrown from any thread."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._flows = asyncio.Event()
        self._flows.set()
        self._writers: set[asyncio.StreamWriter] = set()
        self.is_cut = False
        self.loses_answers = False
        self.requests = 0
        self.url = ""

    def hold(self) -> None:
        """From now on answers wait."""
        self._loop.call_soon_threadsafe(self._flows.clear)

    def release(self) -> None:
        """Answers come."""
        self._loop.call_soon_threadsafe(self._flows.set)

    def cut(self) -> None:
        """Every connection breaks, and none is made."""
        self.is_cut = True
        self._loop.call_soon_threadsafe(lambda: [writer.close() for writer in self._writers])

    def mend(self) -> None:
        """As before."""
        self.is_cut = self.loses_answers = False

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.CancelledError):  # the end
            await self._joined(reader, writer)

    async def _joined(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.is_cut:
            writer.close()
            return
        there, onward = await asyncio.open_connection("127.0.0.1", self._port)
        self._writers |= {writer, onward}
        try:
            async with asyncio.TaskGroup() as ways:
                ways.create_task(self._there(reader, onward))
                ways.create_task(self._back(there, writer))
        except* OSError:
            pass
        finally:
            for end in (writer, onward):
                end.close()
                self._writers.discard(end)

    async def _there(self, reader: asyncio.StreamReader, onward: asyncio.StreamWriter) -> None:
        while sent := await reader.read(65_536):
            self.requests += sent.startswith((b"GET ", b"POST ", b"PUT "))
            await asyncio.sleep(DELAY_S)
            onward.write(sent)
        onward.close()

    async def _back(self, there: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while answer := await there.read(65_536):
            await asyncio.sleep(DELAY_S)
            await self._flows.wait()
            if self.loses_answers:
                break
            writer.write(answer)
        writer.close()

    def end(self) -> None:
        """Nobody is served any more."""
        self._loop.call_soon_threadsafe(self._serving.cancel)

    async def serve(self, ready: threading.Event) -> None:
        """Until the end."""
        self._loop, self._serving = asyncio.get_running_loop(), asyncio.current_task()
        async with await asyncio.start_server(self._meet, "127.0.0.1", 0) as server:
            self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
            ready.set()
            await asyncio.Event().wait()


@contextmanager
def slow_line(to: str) -> Iterator[SlowLine]:
    """A line to a controller's URL while the block lasts."""
    line, ready = SlowLine(int(to.rpartition(":")[2])), threading.Event()
    thread = threading.Thread(target=_run, args=(line, ready))
    thread.start()
    ready.wait()
    try:
        yield line
    finally:
        line.end()
        thread.join()


def _run(line: SlowLine, ready: threading.Event) -> None:
    with contextlib.suppress(asyncio.CancelledError):
        asyncio.run(line.serve(ready))
