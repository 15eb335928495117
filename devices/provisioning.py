"""Provisioning (终端开通): what an endpoint is given once, before it can take part."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Self
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta

from devices.errors import BadProvision
from devices.serial.frames import FIRST_GROUP
from devices.serial.pacing import Line
from devices.serial.wiring import Direction, Wiring
from devices.signing import PublicKey
from schedules.places import Place, covers, endpoint_place, place

PROOF_KEY = 32  # bytes


class ProvisionFile:
    """What a provision is as a file of JSON, which holds secrets."""

    __slots__ = ()

    def to_json(self) -> str:
        """As a file for whoever is provisioned."""
        return msgspec.json.format(msgspec.json.encode(self)).decode() + "\n"

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """Read and validated. Raises BadProvision."""
        try:
            return msgspec.json.decode(text, type=cls)
        except (ValueError, RecursionError) as problem:
            raise BadProvision(f"provisioning file: {problem}; ask the station for a new one") from None

    def save(self, path: Path) -> None:
        """Write the file so that only its owner can read it, replacing it as a whole."""
        part = path.with_name(f"{path.name}.part")
        part.unlink(missing_ok=True)
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(self.to_json())
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a saved file. Raises BadProvision, also if there is none."""
        try:
            return cls.from_json(path.read_bytes())
        except OSError as problem:
            raise BadProvision(f"provisioning file {path}: {problem.strerror}") from problem
        except BadProvision as problem:
            raise BadProvision(f"{path}: {problem}") from None


@dataclass(frozen=True, slots=True, kw_only=True)
class LineProvision:
    """The serial line of an endpoint: its port, its address there, and how the line is run."""

    port: Annotated[str, Meta(min_length=1)]
    address: Annotated[int, Meta(ge=1, lt=FIRST_GROUP)]
    baud: Annotated[int, Meta(ge=1_200, le=921_600)]
    half_duplex: bool = False
    turn_ms: Annotated[int, Meta(ge=0, le=1_000)] = 0
    direction: Direction = Direction.AUTO

    @property
    def wiring(self) -> Wiring:
        """For the link."""
        line = Line(baud=self.baud, half_duplex=self.half_duplex, turn_s=self.turn_ms / 1_000)
        return Wiring(port=self.port, line=line, direction=self.direction)


@dataclass(frozen=True, slots=True, kw_only=True)
class Provision(ProvisionFile):
    """Who an endpoint is, where it connects, whom it trusts; `password` and `proof_key` are its secrets.

    With a `line` it connects to no broker.
    """

    endpoint: str
    village: Place
    areas: tuple[Place, ...]  # the areas whose documents it obeys, narrowest first: village, town, county
    line: LineProvision | None = None
    host: str = ""
    port: Annotated[int, Meta(ge=1, le=65_535)] = 1883
    tls: bool = False
    ca: str | None = None  # PEM; None trusts the system's authorities
    username: str = ""
    password: str = ""
    proof_key: bytes
    keys: tuple[PublicKey, ...]
    zone: str = "Asia/Shanghai"  # IANA
    site: str = ""  # the site's name, for people

    def __post_init__(self) -> None:
        endpoint_place(place(self.village), self.endpoint)
        for area in self.areas:
            if not covers(place(area), self.village):
                raise ValueError(f"area {area} does not hold the village {self.village}")
        if not self.line and not (self.host and self.username and self.password):
            raise ValueError("expected host, username and password of a broker, or a line; got neither whole")
        if len(self.proof_key) != PROOF_KEY:
            raise ValueError(f"proof_key: expected {PROOF_KEY} bytes, got {len(self.proof_key)}")
        if not self.keys:
            raise ValueError("keys: expected at least one public key to trust, got none")
        try:
            ZoneInfo(self.zone)
        except (KeyError, OSError, ValueError):  # not found, a directory, and not a name at all
            raise ValueError(
                f"zone: expected an IANA time zone such as Asia/Shanghai, got {self.zone!r}"
            ) from None
