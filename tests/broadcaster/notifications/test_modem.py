"""A modem on a pty, played by a thread that answers as the standard says."""

import os
import pty
import threading
import tty
from collections.abc import Iterator

import pytest

from broadcaster.notifications import modem
from broadcaster.notifications.modem import ModemFault, deliver


class FakeModem:
    """Answers AT commands; `sent` are the PDUs that it took."""

    def __init__(self, refuses: bool = False) -> None:
        self.refuses, self.sent = refuses, list[str]()
        self._fd, slave = pty.openpty()
        tty.setraw(slave)
        self.name = os.ttyname(slave)
        self._slave = slave
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        os.close(self._slave)
        os.close(self._fd)

    def _serve(self) -> None:
        heard, takes = b"", False
        while True:
            try:
                heard += os.read(self._fd, 64)
            except OSError:
                return
            end = b"\x1a" if takes else b"\r"
            while end in heard:
                line, _, heard = heard.partition(end)
                takes = self._answer(line.decode(), takes)
                end = b"\x1a" if takes else b"\r"

    def _answer(self, line: str, takes: bool) -> bool:
        if takes:
            self.sent.append(line)
            answer = (
                "\r\n+CMS ERROR: 38\r\n" if self.refuses else f"\r\n+CMGS: {len(self.sent)}\r\n\r\nOK\r\n"
            )
        else:
            answer = "\r\n> " if line.startswith("AT+CMGS=") else "\r\nOK\r\n"
        os.write(self._fd, answer.encode())
        return line.startswith("AT+CMGS=") and not takes


@pytest.fixture
def fake() -> Iterator[FakeModem]:
    played = FakeModem()
    yield played
    played.close()


def test_a_long_text_goes_out_part_by_part(fake: FakeModem) -> None:
    deliver(fake.name, "13800000000", "线路中断，请速往抢修。" * 10, reference=7)
    assert len(fake.sent) == 2
    assert all("050003070" in part for part in fake.sent)


def test_what_the_network_refuses_is_a_fault(fake: FakeModem) -> None:
    fake.refuses = True
    with pytest.raises(ModemFault, match="CMS ERROR: 38"):
        deliver(fake.name, "13800000000", "x", reference=7)


def test_a_modem_that_says_nothing_is_a_fault() -> None:
    class Mute:
        def write(self, written: bytes, /) -> int:
            return len(written)

        def read(self, size: int = 1, /) -> bytes:
            return b""

        def close(self) -> None: ...

    passing = iter(range(100))
    with pytest.raises(ModemFault, match="does not answer"):
        modem.send(Mute(), "13800000000", "x", 7, clock=lambda: float(next(passing)))
