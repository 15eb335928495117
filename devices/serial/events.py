"""What the protocol of a serial line tells its owner, at either end."""

from dataclasses import dataclass

from devices.serial.bodies import Lane


@dataclass(frozen=True, slots=True)
class Present:
    """Head: a tap has joined, anew or again. Whatever it must know has to be sent to it now."""

    tap: int


@dataclass(frozen=True, slots=True)
class Silent:
    """Head: a tap has not answered for a while; it is asked on, ever more seldom."""

    tap: int


@dataclass(frozen=True, slots=True)
class Received:
    """Head: a message of a tap, whole, once and in order of its lane."""

    tap: int
    lane: Lane
    content: bytes


@dataclass(frozen=True, slots=True)
class Delivered:
    """Head: the message of this ticket has reached a tap."""

    tap: int
    ticket: int


@dataclass(frozen=True, slots=True)
class Held:
    """Head: a tap has all of a recording, verified."""

    tap: int
    sha256: bytes


@dataclass(frozen=True, slots=True)
class Refused:
    """Head: a tap has no room for a recording, or does not want it."""

    tap: int
    sha256: bytes


@dataclass(frozen=True, slots=True)
class Joined:
    """Tap: the head has welcomed it; messages of before may come again."""

    epoch: int


@dataclass(frozen=True, slots=True)
class Told:
    """Tap: a message for it, whole, once and in order of its stream; `address` is the tap, a group or everybody."""

    address: int
    content: bytes


@dataclass(frozen=True, slots=True)
class Here:
    """Tap: all of a recording has come, verified."""

    sha256: bytes
    size: int


HeadEvent = Present | Silent | Received | Delivered | Held | Refused
TapEvent = Joined | Told | Here
