"""Segments of a path: a slash inside one, sent as %2F, does not split it; a place such as village/endpoint is one segment."""

from typing import Any
from urllib.parse import unquote

from starlette.types import ASGIApp, Receive, Scope, Send

_SLASH = "\x1f"  # stands for a slash while the path is taken apart; no name has it


class WholeSegments:
    """Has the path taken apart before its segments are unquoted (RFC 3986, section 2.4); the framework does it after."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        raw: bytes = scope.get("raw_path") or b""
        if scope["type"] == "http" and b"%2f" in raw.lower():
            segments = raw.decode("ascii", errors="replace").split("/")
            scope["path"] = "/".join(unquote(segment).replace("/", _SLASH) for segment in segments)
        await self._app(scope, receive, send)


def whole(value: Any) -> Any:
    """A path parameter as it was sent."""
    return value.replace(_SLASH, "/") if isinstance(value, str) else value
