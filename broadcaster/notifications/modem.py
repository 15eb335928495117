"""A GSM modem on a serial port: texts go out part by part, each acknowledged by the network before the next."""

import time
from collections.abc import Callable
from contextlib import closing
from typing import Protocol

import serial

from broadcaster.notifications.pdu import submit

ANSWER_S, SENDING_S = 5.0, 60.0
_SUBSTITUTE = b"\x1a"


class ModemFault(Exception):
    """It does not answer, or refuses; what it said stands in the message."""


class Port(Protocol):
    """A serial port, opened; reads give up after a moment and return b""."""

    def write(self, written: bytes, /) -> int | None: ...
    def read(self, size: int = 1, /) -> bytes: ...
    def close(self) -> None: ...


def open_port(name: str, baud: int = 115_200) -> Port:
    """The port of a modem. OSError where there is none."""
    port: Port = serial.serial_for_url(name, baudrate=baud, timeout=0.2)
    return port


def send(
    port: Port, number: str, text: str, reference: int, clock: Callable[[], float] = time.monotonic
) -> int:
    """Sends a text and returns the number of its parts. ModemFault where a part is not accepted."""
    talk = _Talk(port, clock)
    for command in ("ATE0", "AT+CMGF=0"):
        talk.ask(command, "OK", ANSWER_S)
    parts = submit(number, text, reference)
    for part in parts:
        talk.ask(f"AT+CMGS={part.length}", "> ", ANSWER_S)
        talk.write(part.hex.encode() + _SUBSTITUTE)
        talk.await_(("+CMGS:", "OK"), SENDING_S)
    return len(parts)


def deliver(name: str, number: str, text: str, reference: int) -> None:
    """Opens the modem's port, sends, and closes it."""
    with closing(open_port(name)) as port:
        send(port, number, text, reference)


class _Talk:
    def __init__(self, port: Port, clock: Callable[[], float]) -> None:
        self._port, self._clock = port, clock

    def ask(self, command: str, expected: str, within_s: float) -> None:
        self.write(command.encode() + b"\r")
        self.await_((expected,), within_s)

    def write(self, written: bytes) -> None:
        self._port.write(written)

    def await_(self, expected: tuple[str, ...], within_s: float) -> None:
        """Reads until all of `expected` came, in whatever lines."""
        until, heard = self._clock() + within_s, ""
        while not all(each in heard for each in expected):
            if "ERROR" in heard and heard.endswith("\n"):
                raise ModemFault(f"the modem refuses: {heard.strip()}")
            if self._clock() > until:
                raise ModemFault(f"the modem does not answer, expected {expected}, got {heard.strip()!r}")
            heard += self._port.read(1).decode("ascii", "replace")
