"""The broker that the controller runs for itself: a child process, watched and started again when it dies.

Mosquitto where it is installed, with a configuration of our own; else the embedded one (amqtt), good to about
1,000 endpoints. Both obey the same accounts and access table, and keep their port as long as the directory
lives. Neither outlives the controller, not even a controller that is killed.

`on_restart` is called when a new child has taken over: what was retained may be gone, so the controller
publishes its documents again. A broker of somebody else needs nothing from here, only a `Connection`.
"""

import asyncio
import logging
import os
import shutil
import signal
import socket
import sys
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from enum import StrEnum
from pathlib import Path

from devices.mqtt import access
from devices.mqtt.accounts import Accounts
from devices.mqtt.connection import Backoff
from devices.mqtt.kept import keep
from devices.mqtt.wards import WARDS, load_wards

log = logging.getLogger(__name__)

READY_WITHIN_S = 15.0
PORT_WITHIN_S = 5.0  # for the system to bury a child whose controller was killed
STOP_WITHIN_S = 5.0
POLL_S = 0.02
RESTART = Backoff(first_s=0.1, cap_s=30.0)
STEADY_S = 60.0  # after so long a run the next death counts as the first
PACKAGES = Path(__file__).resolve().parents[2]

MOSQUITTO_CONF = """\
listener {port} {host}
allow_anonymous false
password_file {directory}/passwords
acl_file {directory}/acl
persistence true
persistence_location {directory}/
autosave_interval 60
max_queued_messages 5000
max_inflight_messages 100
max_packet_size 262144
persistent_client_expiration 2d
set_tcp_nodelay true
sys_interval 0
log_dest stderr
log_type error
connection_messages false
"""


class BrokerKind(StrEnum):
    """Which program is the broker; `auto` takes Mosquitto where it is installed."""

    AUTO = "auto"
    EMBEDDED = "embedded"
    MOSQUITTO = "mosquitto"


class BrokerError(Exception):
    """The broker cannot run; the message says what to try."""


class Broker:
    """One broker in one directory. `port` 0: one is chosen at the first start and kept in the directory.

    Accounts are in `passwords`, the endpoints of hubs in `hubs`; call `reload` after saving either.
    """

    def __init__(
        self,
        directory: Path,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        kind: BrokerKind = BrokerKind.AUTO,
        on_restart: Callable[[], None] = lambda: None,
    ) -> None:
        self._directory = directory.resolve()
        self._host = host
        self._wanted_port = port
        self._port = port
        self._mosquitto = find_mosquitto() if kind is not BrokerKind.EMBEDDED else None
        if kind is BrokerKind.MOSQUITTO and self._mosquitto is None:
            raise BrokerError(
                "Mosquitto is not installed; install it (apt install mosquitto) or use the embedded broker"
            )
        self.kind = BrokerKind.MOSQUITTO if self._mosquitto else BrokerKind.EMBEDDED
        self.on_restart = on_restart
        self._child: _Child | None = None
        self._keeper: asyncio.Task[None] | None = None

    @property
    def address(self) -> tuple[str, int]:
        """(host, port) where it listens; known once started."""
        return self._host, self._port

    @property
    def passwords(self) -> Path:
        """The accounts' file."""
        return self._directory / "passwords"

    @property
    def pid(self) -> int | None:
        """The child's process id while one runs."""
        return self._child.pid if self._child else None

    async def start(self) -> None:
        """Start, and return once it takes connections; raises BrokerError."""
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not self.passwords.exists():
            Accounts(self.passwords).save()
        self._port = await self._choose_port()
        keep(self._directory / "port", f"{self._port}\n")
        self._configure()
        self._child = await self._launch()
        self._keeper = asyncio.create_task(self._keep_alive(), name="broker")

    async def stop(self) -> None:
        """Stop it; its clients see their connections end."""
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.wait([self._keeper])
            self._keeper = None
        if self._child is not None:
            await self._child.stop()
            self._child = None

    def reload(self) -> None:
        """Have it read the accounts again; who lost theirs is disconnected."""
        self._write_access()
        if self._child is not None:
            self._child.signal(signal.SIGHUP)

    async def _choose_port(self) -> int:
        kept = self._directory / "port"
        text = kept.read_text().strip() if kept.exists() else ""
        wanted = self._wanted_port or (int(text) if text.isdecimal() else 0)
        patience = asyncio.get_running_loop().time() + PORT_WITHIN_S
        while (port := _free_port(self._host, wanted)) is None:
            if asyncio.get_running_loop().time() > patience:
                if self._wanted_port:
                    raise BrokerError(
                        f"port {wanted} of {self._host} is in use; end who has it or take another"
                    )
                wanted = 0
            await asyncio.sleep(POLL_S)
        return port

    def _configure(self) -> None:
        if self.kind is BrokerKind.MOSQUITTO:
            conf = MOSQUITTO_CONF.format(directory=self._directory, host=self._host, port=self._port)
            if os.geteuid() == 0:
                conf += "user root\n"  # or it becomes a user who may not read these files
            keep(self._directory / "mosquitto.conf", conf)
            self._write_access()

    def _write_access(self) -> None:
        if self.kind is BrokerKind.MOSQUITTO:
            wards = load_wards(self._directory / WARDS)
            keep(self._directory / "acl", access.mosquitto_acl(wards))

    def _command(self) -> list[str]:
        if self._mosquitto is not None:
            return [self._mosquitto, "-c", str(self._directory / "mosquitto.conf")]
        return [
            sys.executable,
            "-m",
            "devices.mqtt.embedded",
            self._host,
            str(self._port),
            str(self.passwords),
        ]

    async def _launch(self) -> "_Child":
        child = await _Child.spawn(self._command())
        try:
            async with asyncio.timeout(READY_WITHIN_S):
                while not await self._answers():
                    if child.ended:
                        raise BrokerError(f"the broker ({self.kind}) does not start: {child.last_words}")
                    await asyncio.sleep(POLL_S)
        except TimeoutError:
            await child.stop()
            raise BrokerError(
                f"the broker ({self.kind}) took no connection in {READY_WITHIN_S:g} s"
            ) from None
        except BaseException:
            await child.stop()
            raise
        return child

    async def _answers(self) -> bool:
        try:
            _, writer = await asyncio.open_connection(self._host, self._port)
        except OSError:
            return False
        writer.close()
        return True

    async def _keep_alive(self) -> None:
        failures = 0
        loop = asyncio.get_running_loop()
        while self._child is not None:
            began = loop.time()
            await self._child.wait()
            failures = 0 if loop.time() - began > STEADY_S else failures
            log.error(
                "the broker ended and is started again", extra={"kind": self.kind, "failures": failures}
            )
            while not await self._restarted(failures):
                failures += 1
            failures += 1

    async def _restarted(self, failures: int) -> bool:
        await asyncio.sleep(RESTART.delay_s(failures, 1.0))
        try:
            self._child = await self._launch()
        except (BrokerError, OSError) as error:
            log.error("the broker cannot be started again", extra={"reason": str(error)})
            return False
        try:
            self.on_restart()
        except Exception:
            log.exception("a callback of the broker failed")
        return True


class _Child:
    """A running broker process whose lines go to our log."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._lines: deque[str] = deque(maxlen=5)
        self._listener = asyncio.create_task(self._listen(), name="broker's log")

    @classmethod
    async def spawn(cls, command: list[str]) -> "_Child":
        """Start the command in a session of its own (Ctrl-C is for us), tied to our life."""
        path = os.pathsep.join(filter(None, (str(PACKAGES), os.environ.get("PYTHONPATH"))))
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "devices.mqtt.leash", str(os.getpid()), *command),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": path},
            start_new_session=True,
        )
        return cls(process)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def ended(self) -> bool:
        return self._process.returncode is not None and self._listener.done()

    @property
    def last_words(self) -> str:
        return " | ".join(self._lines) or f"it ended with {self._process.returncode}"

    def signal(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            self._process.send_signal(number)

    async def wait(self) -> None:
        await self._process.wait()
        await self._listener

    async def stop(self) -> None:
        self.signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(STOP_WITHIN_S):
                await self._process.wait()
        except TimeoutError:
            self.signal(signal.SIGKILL)
        await self.wait()

    async def _listen(self) -> None:
        assert self._process.stderr is not None
        while part := await self._process.stderr.read(4096):
            for line in part.decode("utf-8", "replace").splitlines():
                self._lines.append(line)
                level = logging.INFO if "Warning" in line else logging.WARNING  # such as of being run by root
                log.log(level, "the broker says: %s", line)


def find_mosquitto() -> str | None:
    """Mosquitto's program; Debian puts it where only root looks."""
    return shutil.which(
        "mosquitto", path=os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"))
    )


def _free_port(host: str, port: int) -> int | None:
    """The port if nobody listens on it, any free one for 0, None where it is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return None
        return int(probe.getsockname()[1])
