"""What a hub is given: its account at the broker, whom it trusts, its lines and the endpoints on them."""

from dataclasses import dataclass
from typing import Annotated

from msgspec import Meta

from devices.mqtt.access import HUB_PREFIX
from devices.provisioning import ProvisionFile
from devices.serial.frames import FIRST_GROUP
from devices.serial.pacing import Line
from devices.serial.wiring import Direction, Wiring
from devices.signing import PublicKey
from schedules.places import Place, covers, place


@dataclass(frozen=True, slots=True, kw_only=True)
class TapProvision:
    """An endpoint on a line. `areas`: those whose documents it obeys; `position`: its place along the cable, from the hub."""

    endpoint: Annotated[str, Meta(min_length=1, max_length=64)]
    address: Annotated[int, Meta(ge=1, lt=FIRST_GROUP)]
    areas: Annotated[tuple[Place, ...], Meta(min_length=1)]  # narrowest first
    position: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HubLine:
    """One line of a hub."""

    name: Annotated[str, Meta(min_length=1, max_length=32)]
    port: Annotated[str, Meta(min_length=1)]
    baud: Annotated[int, Meta(ge=1_200, le=921_600)]
    half_duplex: bool = False
    turn_ms: Annotated[int, Meta(ge=0, le=1_000)] = 0
    direction: Direction = Direction.AUTO
    taps: tuple[TapProvision, ...] = ()

    def __post_init__(self) -> None:
        for what, names in (
            ("addresses", [tap.address for tap in self.taps]),
            ("endpoints", [tap.endpoint for tap in self.taps]),
        ):
            if len(set(names)) != len(names):
                raise ValueError(f"line {self.name}: expected each of the {what} once, got {sorted(names)}")

    @property
    def wiring(self) -> Wiring:
        """For the port."""
        line = Line(baud=self.baud, half_duplex=self.half_duplex, turn_s=self.turn_ms / 1_000)
        return Wiring(port=self.port, line=line, direction=self.direction)


@dataclass(frozen=True, slots=True, kw_only=True)
class HubProvision(ProvisionFile):
    """Who a hub is; `password` is its secret. Its id is its MQTT user name and begins with `hub-`."""

    hub: str
    host: Annotated[str, Meta(min_length=1)]
    port: Annotated[int, Meta(ge=1, le=65_535)] = 1883
    tls: bool = False
    ca: str | None = None  # PEM; None trusts the system's authorities
    password: str
    keys: tuple[PublicKey, ...]
    lines: tuple[HubLine, ...] = ()

    def __post_init__(self) -> None:
        if not self.hub.startswith(HUB_PREFIX) or len(self.hub) > 64 or "/" in self.hub:
            raise ValueError(f"hub: expected a name that begins with {HUB_PREFIX}, got {self.hub!r}")
        if not self.keys:
            raise ValueError("keys: expected at least one public key to trust, got none")
        for tap in self.taps:
            narrowest = place(tap.areas[0])
            for area in tap.areas:
                if not covers(place(area), narrowest):
                    raise ValueError(f"{tap.endpoint}: area {area} does not hold {narrowest}")
        names = [tap.endpoint for tap in self.taps]
        if len(set(names)) != len(names) or len({line.name for line in self.lines}) != len(self.lines):
            raise ValueError("expected each endpoint and each line once")

    @property
    def taps(self) -> tuple[TapProvision, ...]:
        """The endpoints of all lines."""
        return tuple(tap for line in self.lines for tap in line.taps)
