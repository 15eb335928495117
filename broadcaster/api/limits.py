"""How much a request may carry: counted while it arrives, so that nobody fills the memory or the disk."""

from contextlib import suppress

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from broadcaster.desk.errors import Invalid
from broadcaster.desk.problems import MEDIA_TYPE, to_json
from broadcaster.language import N_

ORDER_LIMIT_BYTES = 4 * 1024 * 1024  # the longest notice's text is far below


class _TooLarge(Exception):
    """The body is longer than its limit."""


class RequestLimits:
    """ASGI middleware: answers 413 to an order over 4 MiB and to an upload over `upload_limit_bytes`."""

    def __init__(self, app: ASGIApp, *, upload_limit_bytes: int) -> None:
        self._app, self._upload_limit_bytes = app, upload_limit_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        is_upload = dict(scope["headers"]).get(b"content-type", b"").startswith(b"multipart/form-data")
        limit_bytes = self._upload_limit_bytes if is_upload else ORDER_LIMIT_BYTES
        received_bytes = 0

        async def counted() -> Message:
            nonlocal received_bytes
            message = await receive()
            received_bytes += len(message.get("body", b""))
            if received_bytes > limit_bytes:
                raise _TooLarge
            return message

        async def unless_too_large(message: Message) -> None:
            if received_bytes <= limit_bytes:  # else it is what the framework makes of our exception
                await send(message)

        with suppress(_TooLarge):
            await self._app(scope, counted, unless_too_large)
        if received_bytes > limit_bytes:
            await _refusal(limit_bytes)(scope, receive, send)


def _refusal(limit_bytes: int) -> Response:
    error = Invalid(N_("The request is too large: at most {limit} bytes are taken."), limit=limit_bytes)
    content = to_json(error, status=413)
    return Response(content.model_dump_json(), content.status, media_type=MEDIA_TYPE)
