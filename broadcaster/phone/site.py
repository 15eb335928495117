"""The site that phones visit: pages, their style and script, and the one place that takes deeds.

A link with a token opens it once; from then on a cookie holds the token, which the script cannot read and other sites cannot
use. Deeds come as JSON, which no form of another site can send.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Body, Cookie, Header, Query
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse, RedirectResponse
from pydantic import BaseModel, ConfigDict
from starlette.responses import Response

from broadcaster.api.admission import Admit
from broadcaster.desk.county import CountyDesk
from broadcaster.desk.deeds import Deed
from broadcaster.desk.errors import Conflict, DeskError, Invalid, NotFound, Refused, Unavailable
from broadcaster.language import N_, _, speaking
from broadcaster.phone import pages
from broadcaster.words import facts_said

COOKIE = "phone"
COOKIE_S = 31 * 86_400  # the token ends before
HERE = Path(__file__).parent
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
_STATUS: dict[type[DeskError], int] = {
    NotFound: 404,
    Refused: 403,
    Conflict: 409,
    Invalid: 422,
    Unavailable: 503,
}
Token = Annotated[str, Cookie(alias=COOKIE)]
Languages = Annotated[str, Header(alias="Accept-Language")]


class Sent(BaseModel):
    """A deed as a phone sends it."""

    model_config = ConfigDict(extra="forbid")

    key: str
    ticket: int
    deed: Deed
    comment: str = ""
    why: str = "other"
    photo: str = ""
    name: str = "photo.jpg"
    waited_s: float = 0.0


def language_of(accepted: str) -> str:
    """Of a phone: Chinese unless English stands before it."""
    codes = [part.partition(";")[0].strip().lower() for part in accepted.split(",")]
    known = [code for code in codes if code.startswith(("zh", "en"))]
    return "en" if known and known[0].startswith("en") else "zh_CN"


def site(
    admit: Admit,
    zone: ZoneInfo,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    *,
    secure: bool = False,
) -> APIRouter:
    """Everything below /phone. `secure`: phones come by TLS, and their cookie travels by nothing else."""
    router = APIRouter(prefix="/phone", include_in_schema=False)

    def page(token: str, accepted: str, of: Callable[[CountyDesk], str]) -> Response:
        door = admit(token, None) if token else None
        with speaking(language_of(accepted)):
            if door is None:
                return HTMLResponse(pages.strangers_page(), 401, HEADERS)
            try:
                return HTMLResponse(of(CountyDesk(door)), headers=HEADERS)
            except DeskError as error:
                message = _(error.message).format_map(facts_said(error.facts))
                return HTMLResponse(pages.missing_page(message, ""), _status(error), HEADERS)

    @router.get("")
    def tickets(
        k: Annotated[str, Query()] = "", phone: Token = "", accept_language: Languages = ""
    ) -> Response:
        if k:
            return _enter(k, secure=secure) if admit(k, None) else page("", accept_language, _nothing)
        return page(
            phone,
            accept_language,
            lambda desk: pages.tickets_page(desk.deeds.mine(), desk.deeds.me(), zone, clock(), _roster(desk)),
        )

    @router.get("/tickets/{ticket}")
    def ticket(ticket: int, phone: Token = "", accept_language: Languages = "") -> Response:
        return page(
            phone,
            accept_language,
            lambda desk: pages.ticket_page(desk.tickets.show(ticket=ticket), desk.deeds.me(), zone, clock()),
        )

    @router.post("/deeds")
    def deeds(sent: Annotated[Sent, Body()], phone: Token = "", accept_language: Languages = "") -> Response:
        door = admit(phone, None) if phone else None
        with speaking(language_of(accept_language)):
            if door is None:
                return JSONResponse({"why": _(N_("Your link has ended."))}, 401, HEADERS)
            try:
                given: dict[str, Any] = sent.model_dump()
                receipt = CountyDesk(door).deeds.do(**given)
            except DeskError as error:
                why = _(error.message).format_map(facts_said(error.facts))
                return JSONResponse({"why": why}, _status(error), HEADERS)
            return JSONResponse(
                {"repeated": receipt.repeated, "state": receipt.ticket.state}, headers=HEADERS
            )

    @router.get("/phone.css")
    def style() -> Response:
        return FileResponse(HERE / "phone.css", media_type="text/css", headers=_kept())

    @router.get("/phone.js")
    def script() -> Response:
        return FileResponse(HERE / "phone.js", media_type="text/javascript", headers=_kept())

    return router


def _enter(token: str, *, secure: bool) -> Response:
    """The link's token goes into a cookie and out of the address."""
    answer = RedirectResponse("/phone", 303, HEADERS)
    answer.set_cookie(
        COOKIE, token, max_age=COOKIE_S, path="/phone", secure=secure, httponly=True, samesite="lax"
    )
    return answer


def _roster(desk: CountyDesk) -> pages.Roster:
    crews = desk.crews
    phones = {each.name: each.phone for each in crews.contacts() if each.phone}
    return pages.Roster(duties=crews.duties(), leaves=crews.leaves(), phones=phones)


def _nothing(_desk: CountyDesk) -> str:
    return ""


def _status(error: DeskError) -> int:
    return _STATUS.get(type(error), 500)


def _kept() -> dict[str, str]:
    return {**HEADERS, "Cache-Control": "max-age=3600"}
