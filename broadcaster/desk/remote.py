"""The outer side of the door: a desk in another process, asked over the HTTP API."""

import hashlib
import json
import re
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from threading import Event, Thread
from typing import Any, TypeVar, cast
from urllib.parse import quote, unquote
from uuid import uuid4

import httpx
from pydantic import ValidationError

from broadcaster.desk.door import Entry
from broadcaster.desk.errors import Unavailable
from broadcaster.desk.files import Download, Upload
from broadcaster.desk.problems import NOT_SERVED, from_json
from broadcaster.language import N_

R = TypeVar("R")
PREFIX = "/api/v1"
WORK = "Work"  # header: the name by which long work is asked about while it is done
ACT_AS = "Act-As"  # header: whom the keeper of the house's own token acts for
KEY = "Idempotency-Key"  # header: under which an order is done once, as the draft of the same name has it
_LOOK_S = 0.5  # from one question about long work to the next
_PATIENCE = httpx.Timeout(5, read=600, write=60)  # preparing an hour's recording takes its time


class RemoteDoor:
    """Carries calls to the controller at `url`. `token` says who calls; proxies are never used.

    An order that got no answer keeps its key: when the same order is given again, a controller that did it
    says so and does it no second time. A file that is handed in needs none: it is kept under its digest, and a list is
    compared with what is there, so that the same file twice is one.

    `found` says before each call where the controller answers and with which token, for one that may be started again
    under others while a screen stands before it; None: nobody knows, and it is asked where it was.
    """

    def __init__(
        self,
        url: str,
        token: str,
        *,
        act_as: str | None = None,
        client: httpx.Client | None = None,
        report: Callable[[float], None] | None = None,
        found: Callable[[], tuple[str, str] | None] = lambda: None,
    ) -> None:
        self._act_as, self._found = {ACT_AS: quote(act_as)} if act_as else {}, found
        self._stand_before(url, token)
        certified = not self._url.startswith("http:")  # reading the certificates takes a tenth of a second
        self._client = client or httpx.Client(timeout=_PATIENCE, trust_env=False, verify=certified)
        self._report = report  # is told how much of long work the controller has done
        self._unanswered: dict[str, str] = {}  # an order, told by its digest → its key

    def _stand_before(self, url: str, token: str) -> None:
        self._url = url.rstrip("/")
        self._headers = {"Authorization": f"Bearer {token}"} | self._act_as

    def carry(self, entry: Entry[..., R], arguments: Mapping[str, object]) -> R:
        """The controller's answer, its refusal as the DeskError that it was there, or Unavailable."""
        if where := self._found():
            self._stand_before(*where)
        checked = entry.checked(arguments)
        values = entry.plain(checked, with_secrets=True)
        told = json.dumps([entry.name, values], sort_keys=True).encode()
        order = hashlib.sha256(told).hexdigest() if entry.is_order and not entry.uploads else ""
        key = self._unanswered.setdefault(order, secrets.token_urlsafe(16)) if order else ""
        response = self._send(entry, checked, values, {KEY: key} if key else {})
        self._unanswered.pop(order, None)
        if response.is_error:
            refusal = from_json(response.content)
            raise self._other_version() if refusal.message == NOT_SERVED else refusal
        if entry.hints["return"] is Download:
            return cast(R, _download(response))
        try:
            return entry.answer_type.validate_json(response.content)
        except ValidationError as error:
            raise self._other_version() from error

    def _other_version(self) -> Unavailable:
        return Unavailable(
            N_("The controller at {url} is of another version than this program: start it again."),
            url=self._url,
        )

    def _send(
        self,
        entry: Entry[..., Any],
        checked: dict[str, Any],
        values: dict[str, Any],
        under_key: dict[str, str],
    ) -> httpx.Response:
        in_path = {name: quote(str(values.pop(name)), safe="") for name in entry.path_parameters}
        url = self._url + PREFIX + entry.path.format(**in_path)
        content = _content(entry, checked, values)
        try:
            with self._followed(entry) as named:
                return self._client.request(
                    entry.verb, url, headers=self._headers | named | under_key, **content
                )
        except httpx.HTTPError as error:
            message = N_("The controller at {url} does not answer ({error}). Is it running?")
            raise Unavailable(message, url=self._url, error=error) from error

    @contextmanager
    def _followed(self, entry: Entry[..., Any]) -> Iterator[dict[str, str]]:
        """The headers that name long work, whose progress is asked for and reported until the block ends."""
        if entry.work is None or self._report is None:
            yield {}
            return
        name, over = uuid4().hex, Event()
        asking = Thread(target=self._ask_on, args=(name, self._report, over), name="progress", daemon=True)
        asking.start()
        try:
            yield {WORK: name}
        finally:
            over.set()
            asking.join()

    def _ask_on(self, name: str, report: Callable[[float], None], over: Event) -> None:
        while not over.wait(_LOOK_S):
            try:
                answer = self._client.get(
                    f"{self._url}{PREFIX}/works/{name}", headers=self._headers, timeout=5
                )
            except httpx.HTTPError:
                continue  # the work itself tells what is wrong
            if answer.is_success:
                report(float(answer.json()["share"]))


def _content(entry: Entry[..., Any], checked: dict[str, Any], values: dict[str, Any]) -> dict[str, Any]:
    """Where the values go: files and their fields, the query of a question, or a JSON body."""
    given = {name: value for name, value in values.items() if value is not None}
    if entry.uploads:
        uploads: dict[str, Upload] = {name: checked[name] for name in entry.uploads if name in given}
        return {
            "files": {name: (upload.name, upload.file) for name, upload in uploads.items()},
            "data": {name: value for name, value in given.items() if name not in uploads},
        }
    return {"params": given} if entry.verb in ("GET", "DELETE") else {"json": given}


def _download(response: httpx.Response) -> Download:
    named = re.search(r"filename\*=UTF-8''(\S+)", response.headers.get("Content-Disposition", ""))
    return Download(
        name=unquote(named[1]) if named else "download",
        media_type=response.headers["Content-Type"],
        content=response.content,
    )
