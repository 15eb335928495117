"""How to reach a broker and how to behave there: plain values, cheap to import."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

from devices.links import Message

PORTS: Mapping[str, int] = {"mqtt": 1883, "mqtts": 8883}


@dataclass(frozen=True, slots=True, kw_only=True)
class Backoff:
    """The wait before the next attempt: `floor_s` plus a random part of a window that doubles up to `cap_s`.

    This "full jitter" spreads a county that comes back from one power cut evenly over the window (Brooker,
    "Exponential Backoff And Jitter", 2015).
    """

    floor_s: float = 0.0
    first_s: float = 1.0
    cap_s: float = 60.0

    def delay_s(self, failures: int, chance: float) -> float:
        """The wait after `failures` failures in a row; `chance` is drawn from [0, 1)."""
        doublings = min(failures, 32)
        return self.floor_s + chance * min(self.cap_s, self.first_s * 2.0**doublings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """One client's way to a broker. `tls_ca` (a PEM file) replaces the system's authorities and implies TLS.

    `max_inflight` QoS 1 messages are on their way at once and up to `max_queued` more wait here. A payload
    over `max_payload` bytes is refused here, because a broker would answer it by cutting the connection.
    """

    host: str
    port: int
    client_id: str
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    tls: bool = False
    tls_ca: Path | None = None
    keepalive_s: int = 30
    will: Message | None = None
    max_inflight: int = 64
    max_queued: int = 5000
    max_payload: int = 256 * 1024 - 512
    connect_timeout_s: float = 10.0
    retry: Backoff = Backoff()
    retry_refused: Backoff = Backoff(floor_s=30.0, first_s=30.0, cap_s=300.0)

    def __post_init__(self) -> None:
        if not self.host:
            raise ValueError("host is empty: give the name or address of the broker")
        if not self.client_id:
            raise ValueError("client_id is empty: give each client of a broker a name of its own")
        if not 0 < self.port < 65536:
            raise ValueError(f"port {self.port} of broker {self.host} is not between 1 and 65535")
        if self.keepalive_s < 1:
            raise ValueError(
                f"keepalive_s is {self.keepalive_s}: a dead connection would never be noticed; try 30"
            )


def connection_to(url: str, *, client_id: str, tls_ca: Path | None = None) -> Connection:
    """What `mqtt[s]://[user[:password]@]host[:port]` connects to; raises ValueError for another form."""
    parts = urlsplit(url)
    if (
        parts.scheme not in PORTS
        or not parts.hostname
        or parts.path.strip("/")
        or parts.query
        or parts.fragment
    ):
        raise ValueError("the broker's address must look like mqtts://user:password@host:port")
    return Connection(
        host=parts.hostname,
        port=parts.port or PORTS[parts.scheme],
        client_id=client_id,
        username=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        tls=parts.scheme == "mqtts",
        tls_ca=tls_ca,
    )
