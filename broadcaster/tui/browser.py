"""The terminal in a browser: textual-serve behind a login with the user and token of the API.

Listens on loopback alone; from elsewhere one comes through SSH or a proxy of one's own. Each page gets a program of its own,
which visits the controller with the token of whoever signed in, handed over in its environment and never on a command line.
"""

import asyncio
import html
import secrets
import shlex
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from aiohttp import web
from textual_serve.app_service import AppService
from textual_serve.server import Server

from broadcaster.desk.county import CountyDesk
from broadcaster.desk.errors import DeskError
from broadcaster.desk.remote import RemoteDoor
from broadcaster.language import _
from broadcaster.tui.telling import told

COOKIE = "broadcaster"
STAYS = timedelta(hours=12)
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_TRIES_A_MINUTE = 20
_ENDS_WITHIN_S = 10.0
_PAGES = Path(__file__).parent
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Guest:
    """Somebody who signed in."""

    user: str
    token: str
    until: datetime


class StationService(AppService):
    """One program for one page, with the rights of whoever signed in."""

    visits: dict[str, str]  # variables of its environment

    def _build_environment(self, width: int = 80, height: int = 24) -> dict[str, str]:
        return super()._build_environment(width, height) | self.visits

    async def stop(self) -> None:
        """Ends the program, one that does not end by itself too."""
        await super().stop()
        if (process := self._process) is None or process.returncode is not None:
            return
        self.stdin.close()
        try:
            async with asyncio.timeout(_ENDS_WITHIN_S):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()


class BrowserServer(Server):
    """Serves the terminal that visits the controller at `controller`; `arguments` are what stands before `tui`."""

    def __init__(self, controller: str, arguments: Sequence[str], *, clock: Callable[[], datetime]) -> None:
        command = shlex.join([sys.executable, "-m", "broadcaster", *arguments, "tui"])
        super().__init__(command, title="broadcaster")
        self._controller, self._clock = controller, clock
        self._guests: dict[str, Guest] = {}
        self._tries: list[datetime] = []

    def app(self) -> web.Application:
        """The login, and behind it the page, its files and its line."""
        app = web.Application(middlewares=[self._guard])
        app.add_routes(
            [
                web.get("/login", self._ask),
                web.post("/login", self._sign_in),
                web.post("/logout", self._sign_out),
                web.get("/", self._page),
                web.get("/ws", self.handle_websocket, name="websocket"),
                web.get("/download/{key}", self.handle_download, name="download"),
                web.static("/static", self.statics_path),
            ]
        )
        return app

    @web.middleware
    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Nothing but the login without one; and nothing under a name that is not this machine's."""
        if urlsplit(f"//{request.host}").hostname not in _LOOPBACK:
            raise web.HTTPForbidden(text="loopback only")
        if request.path != "/login" and self._guest(request) is None:
            if request.path == "/":
                raise web.HTTPSeeOther("/login")
            raise web.HTTPUnauthorized
        answer = await handler(request)
        if not answer.prepared:
            answer.headers["Cache-Control"] = "no-store"
            answer.headers["X-Frame-Options"] = "DENY"
        return answer

    def _guest(self, request: web.Request) -> Guest | None:
        guest = self._guests.get(request.cookies.get(COOKIE, ""))
        return guest if guest is not None and guest.until > self._clock() else None

    async def _ask(self, request: web.Request) -> web.Response:
        return self._form("")

    async def _sign_in(self, request: web.Request) -> web.Response:
        given, now = await request.post(), self._clock()
        user, token = str(given.get("user", "")).strip(), str(given.get("token", "")).strip()
        self._tries = [at for at in self._tries if now - at < timedelta(minutes=1)]
        if len(self._tries) >= _TRIES_A_MINUTE:
            return self._form(_("Too many tries: wait a minute."), status=429)
        try:
            await asyncio.to_thread(self._admitted, user, token)
        except DeskError as error:
            self._tries.append(now)
            return self._form(told(error), status=403)
        self._guests = {key: guest for key, guest in self._guests.items() if guest.until > now}
        key = secrets.token_urlsafe(32)
        self._guests[key] = Guest(user=user, token=token, until=now + STAYS)
        answer = web.Response(status=303, headers={"Location": "/"})
        answer.set_cookie(COOKIE, key, httponly=True, samesite="Strict", max_age=int(STAYS.total_seconds()))
        return answer

    def _admitted(self, user: str, token: str) -> None:
        """Refused unless the controller knows the token as this user's."""
        door = RemoteDoor(self._controller, token, act_as=user)
        CountyDesk(door).alerts.list(in_force=True)

    async def _sign_out(self, request: web.Request) -> web.Response:
        self._guests.pop(request.cookies.get(COOKIE, ""), None)
        return web.Response(status=303, headers={"Location": "/login"})

    def _form(self, said: str, *, status: int = 200) -> web.Response:
        words = {
            "said": said,
            "user": _("User"),
            "token": _("Token"),
            "enter": _("Sign in"),
            "title": _("The station's terminal"),
        }
        text = (_PAGES / "login.html").read_text(encoding="utf-8")
        for name, word in words.items():
            text = text.replace(f"{{{name}}}", html.escape(word))
        return web.Response(text=text, content_type="text/html", status=status)

    async def _page(self, request: web.Request) -> web.Response:
        line = html.escape(f"ws://{request.host}/ws")
        text = (_PAGES / "page.html").read_text(encoding="utf-8")
        words = {
            "line": line,
            "over": html.escape(_("The terminal was closed. Reload the page to open it again.")),
        }
        for name, word in words.items():
            text = text.replace(f"{{{name}}}", word)
        return web.Response(text=text, content_type="text/html")

    async def handle_websocket(self, request: web.Request) -> web.WebSocketResponse:
        """The line between a page and its program, which ends with it."""
        guest = self._guest(request)
        origin = request.headers.get("Origin")
        if guest is None or (origin is not None and urlsplit(origin).netloc != request.host):
            raise web.HTTPForbidden
        line = web.WebSocketResponse(heartbeat=15)
        await line.prepare(request)
        service = StationService(
            self.command,
            write_bytes=line.send_bytes,
            write_str=line.send_str,
            close=line.close,  # type: ignore[arg-type]
            download_manager=self.download_manager,
        )
        service.visits = {
            "BROADCASTER_CONTROLLER": self._controller,
            "BROADCASTER_TOKEN": guest.token,
            "BROADCASTER_AS": guest.user,
        }
        await service.start(_cells(request, "width", 80), _cells(request, "height", 24))
        try:
            await self._process_messages(line, service)
        finally:
            await service.stop()
        return line


def _cells(request: web.Request, name: str, otherwise: int) -> int:
    value = request.query.get(name, "")
    return min(500, max(20, int(value))) if value.isdecimal() else otherwise


def serve(controller: str, arguments: Sequence[str], *, port: int, clock: Callable[[], datetime]) -> None:
    """Until it is stopped."""
    server = BrowserServer(controller, arguments, clock=clock)
    print(_("The terminal is at {url}").format(url=f"http://127.0.0.1:{port}/"))
    web.run_app(server.app(), host="127.0.0.1", port=port, print=lambda *_: None, access_log=None)
