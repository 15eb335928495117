"""The HTTP API: every question and order of the desk under /api/v1, made from their marks."""

import inspect
import logging
from collections.abc import Callable, Iterator
from typing import Annotated, Any
from urllib.parse import quote, unquote

from fastapi import (
    APIRouter,
    Body,
    Depends,
    FastAPI,
    File,
    Form,
    Header,
    Path,
    Query,
    Request,
    Response,
    UploadFile,
)
from fastapi.exceptions import RequestValidationError
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import ConfigDict, create_model
from starlette.exceptions import HTTPException
from starlette.middleware.trustedhost import TrustedHostMiddleware

from broadcaster.api.admission import Admit
from broadcaster.api.limits import RequestLimits
from broadcaster.api.once import OnceDoor, Orders
from broadcaster.api.segments import WholeSegments, whole
from broadcaster.api.works import Progress, Works
from broadcaster.desk.door import Desk, Door, Entry, entries
from broadcaster.desk.errors import DeskError, Invalid, NotFound, Refused
from broadcaster.desk.files import Download, Upload
from broadcaster.desk.house import HouseDoor
from broadcaster.desk.problems import MEDIA_TYPE, NOT_SERVED, ProblemJson, problems_of, to_json
from broadcaster.desk.remote import ACT_AS, KEY, PREFIX, WORK
from broadcaster.language import N_

log = logging.getLogger(__name__)

_PROBLEM = {"model": ProblemJson, "description": "A problem (application/problem+json); `kind` says which"}


def create_app(
    desk: type[Desk], admit: Admit, *, upload_limit_mb: int = 512, allowed_hosts: tuple[str, ...] = ()
) -> FastAPI:
    """The API of `desk`, with OpenAPI. Strangers are answered nothing but /health; there is no CORS."""
    app = FastAPI(
        title="Village broadcast controller",
        version="1",
        openapi_url=f"{PREFIX}/openapi.json",
        docs_url=None,  # the viewers load their scripts from the internet
        redoc_url=None,
    )
    app.add_middleware(WholeSegments)
    app.add_middleware(RequestLimits, upload_limit_bytes=upload_limit_mb * 1024 * 1024)
    if allowed_hosts:
        app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(allowed_hosts))
    app.add_exception_handler(DeskError, _desk_error)
    app.add_exception_handler(RequestValidationError, _unusable)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(Exception, _fault)
    app.add_api_route(f"{PREFIX}/health", _health, methods=["GET"], tags=["health"])
    app.include_router(_router(desk, admit))
    return app


async def _health() -> dict[str, str]:
    """The controller answers."""
    return {"status": "ok"}


def _router(desk: type[Desk], admit: Admit) -> APIRouter:
    bearer, orders = HTTPBearer(auto_error=False), Orders()

    def door(
        credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)],
        act_as: Annotated[str | None, Header(alias=ACT_AS)] = None,
        key: Annotated[str | None, Header(alias=KEY, max_length=200)] = None,
    ) -> Door:
        found = admit(credentials.credentials, act_as and unquote(act_as)) if credentials else None
        if found is None:
            raise HTTPException(401, headers={"WWW-Authenticate": "Bearer"})
        if credentials and key:
            return OnceDoor(found, orders, token=f"{credentials.credentials} {act_as}", key=key)
        return found

    works = Works()

    def share(work: str, _door: Annotated[Door, Depends(door)]) -> Progress:
        """How much is done of the work that a call named in its `Work` header."""
        found = works.share(work)
        if found is None:
            raise NotFound(N_("No work {work} is being done."), work=work)
        return Progress(share=found)

    router = APIRouter(prefix=PREFIX)
    router.add_api_route("/works/{work}", share, methods=["GET"], tags=["works"])
    for entry in entries(desk):
        router.add_api_route(
            entry.path,
            _endpoint(entry, door, works),
            methods=[entry.verb],
            operation_id=entry.name,
            tags=[entry.name.partition(".")[0]],
            summary=entry.contract,
            description=inspect.getdoc(entry.answer),
            response_model=None if entry.hints["return"] is Download else entry.hints["return"],
            responses={422: _PROBLEM, "default": _PROBLEM},
            openapi_extra={"x-right": str(entry.right)},
        )
    return router


def _endpoint(entry: Entry[..., Any], door: Callable[..., Door], works: Works) -> Callable[..., Response]:
    """What the framework calls; from the signature it reads what a request carries."""

    def endpoint(door: Door, under_way_as: str | None = None, **given: Any) -> Response:
        given |= {name: whole(given[name]) for name in entry.path_parameters}
        body = given.pop("body", None)
        given |= {name: getattr(body, name) for name in type(body).model_fields} if body else {}
        files = {name: given[name] for name in entry.uploads if given[name]}
        given |= {name: Upload(file.filename or name, file.file) for name, file in files.items()}
        try:
            with works.under_way(under_way_as) as report:
                behind = door.behind if isinstance(door, OnceDoor) else door
                if report is not None and isinstance(behind, HouseDoor):
                    behind.report = report
                return _response(entry, door.carry(entry, given))
        except DeskError:
            raise
        except Exception:  # answered here: the framework would cut the connection under the answer
            log.exception("a call at the desk failed", extra={"call": entry.name})
            return _problem(DeskError(N_("The controller failed at this; its log says why.")))

    at_door = _keyword("door", Annotated[Door, Depends(door)])
    named = (
        [_keyword("under_way_as", Annotated[str | None, Header(alias=WORK, max_length=64)], None)]
        if entry.work
        else []
    )
    endpoint.__signature__ = inspect.Signature([at_door, *named, *_parameters(entry)])  # type: ignore[attr-defined]
    return endpoint


def _parameters(entry: Entry[..., Any]) -> Iterator[inspect.Parameter]:
    in_body: dict[str, Any] = {}
    for name, parameter in entry.parameters.items():
        hint, default = entry.hints[name], parameter.default
        if name in entry.path_parameters:
            place: Any = Path()
        elif name in entry.uploads:
            hint, place = UploadFile if hint is Upload else UploadFile | None, File()
        elif entry.uploads:
            place = Form()
        elif entry.verb in ("GET", "DELETE"):
            place = Query()
        else:
            in_body[name] = (hint, ... if default is parameter.empty else default)
            continue
        yield parameter.replace(kind=parameter.KEYWORD_ONLY, annotation=Annotated[hint, place])
    if in_body:
        title = "".join(word.title() for word in entry.name.split("."))
        model: Any = create_model(title, __config__=ConfigDict(extra="forbid"), **in_body)
        all_optional = not any(field.is_required() for field in model.model_fields.values())
        yield _keyword("body", Annotated[model, Body()], model() if all_optional else inspect.Parameter.empty)


def _keyword(name: str, annotation: Any, default: Any = inspect.Parameter.empty) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=annotation, default=default)


def _response(entry: Entry[..., Any], answer: Any) -> Response:
    if isinstance(answer, Download):
        named = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(answer.name)}"}
        return Response(answer.content, media_type=answer.media_type, headers=named)
    return Response(entry.answer_type.dump_json(answer), media_type="application/json")


def _problem(error: DeskError, status: int | None = None, headers: Any = None) -> Response:
    content = to_json(error, status=status)
    return Response(content.model_dump_json(), content.status, headers=headers, media_type=MEDIA_TYPE)


async def _desk_error(_request: Request, error: Exception) -> Response:
    assert isinstance(error, DeskError)
    return _problem(error)


async def _unusable(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    return _problem(Invalid(N_("The input cannot be used."), *problems_of(error.errors(), skip=1)))


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    said: DeskError
    match error.status_code:
        case 401:
            said = Refused(
                N_(
                    "The token is missing, unknown, expired or withdrawn. A new one: broadcaster token issue USER NAME"
                )
            )
        case 404 | 405:
            said = NotFound(NOT_SERVED, method=request.method, path=request.url.path)
        case _:
            said = Invalid(N_("The request cannot be read: {reason}"), reason=error.detail)
    return _problem(said, error.status_code, error.headers)


async def _fault(_request: Request, _error: Exception) -> Response:
    """What went wrong is in the log; strangers learn nothing from it."""
    return _problem(DeskError(N_("The controller failed at this; its log says why.")))
