"""The HTTP server inside the controller's own event loop."""

import asyncio
import contextlib
import socket
from collections.abc import Generator

import uvicorn
from starlette.types import ASGIApp

from broadcaster.desk.errors import Unavailable
from broadcaster.language import N_


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes a free one. Unavailable says why it cannot be had."""
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        message = N_("The API cannot listen on {host} port {port}: {reason}. Set api.port to a free one.")
        reason = str(error.strerror).partition(" (while")[0]
        raise Unavailable(message, host=host, port=port, reason=reason) from error


async def serve(app: ASGIApp, listener: socket.socket) -> None:
    """Answers until it is cancelled; requests that are being answered get a few seconds to end."""
    config = uvicorn.Config(
        app,
        http="h11",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=3,
    )
    server = _Server(config)
    try:
        await server.serve([listener])
    except asyncio.CancelledError:
        await server.shutdown([listener])
        raise


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Signals are the controller's."""
        yield
