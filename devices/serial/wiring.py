"""How an end of a line is wired: which port, how fast, and who turns the transceiver."""

from dataclasses import dataclass
from enum import StrEnum

from devices.serial.pacing import Line


class Direction(StrEnum):
    """Who turns a half-duplex transceiver from hearing to speaking."""

    AUTO = "auto"  # itself
    DRIVER = "driver"  # the kernel
    RTS = "rts"  # this program


@dataclass(frozen=True, slots=True, kw_only=True)
class Wiring:
    """`port`: a device such as /dev/ttyUSB0, or `socket://host:port`, `rfc2217://host:port`."""

    port: str
    line: Line
    direction: Direction = Direction.AUTO

    def __post_init__(self) -> None:
        if not self.port:
            raise ValueError("port: expected a device such as /dev/ttyUSB0, got nothing")
