"""Settings: built-in values, over them `county.toml`, then BROADCASTER_TABLE__KEY variables, then options."""

import difflib
import os
import tomllib
from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, NamedTuple
from zoneinfo import ZoneInfo

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
)

from broadcaster.desk.errors import Invalid, Problem
from broadcaster.language import N_
from broadcaster.misfits import sentence_of

FILE = "county.toml"
PREFIX = "BROADCASTER_"
_NOT_SETTINGS = frozenset(PREFIX + name for name in ("VENV", "COUNTY", "AS", "CONTROLLER", "TOKEN"))
_SECRET = frozenset({"broker.password", "database.url", "notify.channels", "notify.sms_token"})

Words = Annotated[
    tuple[str, ...], BeforeValidator(lambda given: given.split() if isinstance(given, str) else given)
]
Port = Annotated[int, Field(ge=0, le=65535)]  # 0: any free one


class BrokerKind(StrEnum):
    """Which MQTT broker carries the messages."""

    AUTO = "auto"  # a Mosquitto that is installed, else the embedded one
    MOSQUITTO = "mosquitto"
    EMBEDDED = "embedded"
    EXTERNAL = "external"  # somebody else's, at `url`


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class County(_Table):
    """Where people and rules meet."""

    language: Literal["en", "zh_CN"] | None = None  # None: as the environment says
    zone: str = "Asia/Shanghai"

    @field_validator("zone")
    @classmethod
    def _is_a_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (KeyError, OSError, ValueError):
            raise ValueError("expected a time zone such as Asia/Shanghai") from None
        return name


class Database(_Table):
    """Where everything is kept."""

    url: str = ""  # empty: county.db in the data directory


class Broker(_Table):
    """The MQTT broker between the controller and its endpoints."""

    kind: BrokerKind = BrokerKind.AUTO
    host: str = "127.0.0.1"
    port: Port = 0  # kept once it is chosen
    url: str = ""  # of an external broker: mqtt://host:port or mqtts://host:port
    user: str = ""
    password: SecretStr = SecretStr("")


class Api(_Table):
    """The HTTP API and the pages."""

    host: str = "127.0.0.1"
    port: Port = 8420
    public_url: str = ""  # under which phones reach it, such as https://station.example; empty: host and port
    allowed_hosts: Words = ()  # host names that a request may carry; empty: any
    upload_limit_mb: Annotated[int, Field(ge=1)] = 512


class Speech(_Table):
    """Who turns text into sound."""

    command: Words = ()  # a station's own voice; empty: the built-in one


class Terminal(_Table):
    """The station's screens."""

    player: Words = ()  # a program that plays a file at the operator's machine; empty: one that is installed


class Egress(_Table):
    """How fast audio leaves, so that orders overtake it on a thin line."""

    kbit_s: Annotated[int, Field(ge=8)] = 20_000


class Plan(_Table):
    """How far ahead endpoints are told what to play."""

    days: Annotated[int, Field(ge=1, le=31)] = 3
    lease_days: Annotated[int, Field(ge=1, le=31)] = 7


class Lines(_Table):
    """Serial lines at this computer's own ports."""

    hub: str = "hub-station"  # the lines of this hub are run in the controller's process; empty: none


class Heartbeat(_Table):
    """How often endpoints say that they live."""

    every_s: Annotated[int, Field(ge=5, le=3600)] = 30


class Notify(_Table):
    """How people are told. A channel is a group robot's address, an http(s) address that takes JSON, or an Apprise URL."""

    channels: dict[str, str] = {}
    sms_modem: str = ""  # the serial port of a GSM modem
    sms_gateway: str = ""  # or the address of a gateway that takes {"id", "phone", "text"}
    sms_token: SecretStr = SecretStr("")


class Settings(_Table):
    """All settings of one county. `directory` holds its database, recordings, keys and `county.toml`."""

    directory: Path
    county: County = County()
    database: Database = Database()
    broker: Broker = Broker()
    api: Api = Api()
    speech: Speech = Speech()
    terminal: Terminal = Terminal()
    egress: Egress = Egress()
    plan: Plan = Plan()
    heartbeat: Heartbeat = Heartbeat()
    lines: Lines = Lines()
    notify: Notify = Notify()

    @property
    def database_url(self) -> str:
        """The database's own address, or the one in the data directory."""
        return self.database.url or f"sqlite:///{self.directory / 'county.db'}"

    @property
    def zone(self) -> ZoneInfo:
        """The county's wall clock."""
        return ZoneInfo(self.county.zone)


class _Given(NamedTuple):
    value: object
    origin: str  # as the person who wrote it finds it


def load(
    directory: Path, *, options: Mapping[str, object] | None = None, environ: Mapping[str, str] = os.environ
) -> Settings:
    """The settings in force; `options` by `table.key`. Invalid names each wrong key and its origin."""
    given = dict(_from_file(directory / FILE)) | dict(_from_environment(environ))
    given |= {key: _Given(value, f"--set {key}") for key, value in (options or {}).items()}
    unknown = [_unknown(key, origin) for key, (_, origin) in given.items() if key not in _keys()]
    if unknown:
        raise Invalid(N_("The settings have keys that do not exist."), *unknown)
    tables: dict[str, dict[str, object]] = {}
    for key, (value, _) in given.items():
        table, _, name = key.partition(".")
        tables.setdefault(table, {})[name] = value
    try:
        return Settings.model_validate({"directory": directory.absolute(), **tables})
    except ValidationError as error:
        raise Invalid(N_("The settings have values that cannot be used."), *_wrong(error, given)) from None


@cache
def _keys() -> tuple[str, ...]:
    defaults = {name: field.default for name, field in Settings.model_fields.items()}
    tables = {name: table for name, table in defaults.items() if isinstance(table, _Table)}
    return tuple(f"{name}.{key}" for name, table in tables.items() for key in type(table).model_fields)


def _from_file(path: Path) -> Iterator[tuple[str, _Given]]:
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        problem = Problem(where=str(path), message=N_("not TOML: {error}"), facts={"error": str(error)})
        raise Invalid(N_("The settings cannot be read."), problem) from None
    for table, content in tables.items():
        for name, value in content.items() if isinstance(content, dict) else [("", content)]:
            key = f"{table}.{name}" if name else table
            yield key, _Given(value, f"{path}, {key}")


def _from_environment(environ: Mapping[str, str]) -> Iterator[tuple[str, _Given]]:
    for variable, value in environ.items():
        if variable.startswith(PREFIX) and variable not in _NOT_SETTINGS:
            key = variable.removeprefix(PREFIX).lower().replace("__", ".", 1)
            yield key, _Given(value, variable)


def _unknown(key: str, origin: str) -> Problem:
    near = difflib.get_close_matches(key, _keys(), n=1, cutoff=0.5)
    if near:
        return Problem(
            where=origin, message=N_("no such setting; did you mean {near}?"), facts={"near": near[0]}
        )
    return Problem(
        where=origin, message=N_("no such setting; there are {known}"), facts={"known": ", ".join(_keys())}
    )


def _wrong(error: ValidationError, given: Mapping[str, _Given]) -> Iterator[Problem]:
    for found in error.errors(include_url=False):
        key = ".".join(map(str, found["loc"][:2]))
        got = "…" if key in _SECRET else repr(given[key].value)
        message, facts = sentence_of(found)
        yield Problem(where=given[key].origin, message=message, facts=facts | {"got": got})
