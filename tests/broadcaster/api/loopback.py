"""An app behind the real server on a free loopback port."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from starlette.types import ASGIApp

from broadcaster.api.server import listen, serve


@contextmanager
def served(app: ASGIApp) -> Iterator[str]:
    """The URL under which `app` answers until the block ends."""
    listener = listen("127.0.0.1", 0)
    loop = asyncio.new_event_loop()
    serving = loop.create_task(serve(app, listener))
    thread = threading.Thread(target=_run, args=(loop, serving))
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        loop.call_soon_threadsafe(serving.cancel)
        thread.join()


def _run(loop: asyncio.AbstractEventLoop, serving: asyncio.Task[None]) -> None:
    loop.run_until_complete(asyncio.wait([serving]))
    loop.close()
