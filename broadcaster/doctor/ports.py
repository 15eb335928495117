"""The broker and the ports that the controller listens on."""

import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

from broadcaster.api.running import find
from broadcaster.config import BrokerKind, Settings
from broadcaster.desk.errors import Unavailable
from broadcaster.doctor.finding import Finding, Level
from broadcaster.language import N_

_PATIENCE_S = 3.0
_DEFAULT_PORTS = {"mqtt": 1883, "mqtts": 8883}


@dataclass(frozen=True, slots=True, kw_only=True)
class PortFacts:
    """A port that the controller wants. While it runs it has the port itself."""

    host: str
    port: int
    free: bool
    controller_runs: bool

    @property
    def is_taken(self) -> bool:
        """By somebody else."""
        return not self.free and not self.controller_runs


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerFacts:
    """`mosquitto`: its program, where it is installed. `external`: the address of another's broker."""

    kind: BrokerKind
    mosquitto: str | None
    port: PortFacts
    external: str = ""
    external_answers: bool = False


def measure_api(settings: Settings) -> PortFacts:
    """The port of the API."""
    return _port(settings, settings.api.host, settings.api.port)


def measure_broker(settings: Settings) -> BrokerFacts:
    """The broker that would carry the messages."""
    from devices.mqtt.broker import find_mosquitto

    broker = settings.broker
    external = broker.url if broker.kind is BrokerKind.EXTERNAL else ""
    return BrokerFacts(
        kind=broker.kind,
        mosquitto=find_mosquitto(),
        port=_port(settings, broker.host, broker.port),
        external=external,
        external_answers=bool(external) and _answers(external),
    )


def judge_api(port: PortFacts) -> Finding:
    """Free, or ours."""
    facts = {"host": port.host, "port": port.port}
    if port.is_taken:
        says, do = N_("Port {port} of {host}, for the API, is taken."), N_("Set api.port to a free one.")
        return Finding(check="api", level=Level.FAIL, says=says, do=do, facts=facts)
    says = (
        N_("The controller runs.")
        if port.controller_runs
        else N_("Port {port} of {host} is free for the API.")
    )
    return Finding(check="api", level=Level.OK, says=says, facts=facts)


def judge_broker(broker: BrokerFacts) -> Finding:
    """There is one, and it can be reached."""
    facts = {
        "url": broker.external,
        "host": broker.port.host,
        "port": broker.port.port,
        "program": broker.mosquitto,
    }
    level, says, do = Level.OK, N_("Mosquitto carries the messages: {program}"), ""
    if broker.external and not broker.external_answers:
        level, says = Level.FAIL, N_("The broker at {url} takes no connection.")
        do = N_("Start it, or correct broker.url.")
    elif broker.external:
        says = N_("The broker at {url} takes connections.")
    elif broker.kind is BrokerKind.MOSQUITTO and not broker.mosquitto:
        level, says = Level.FAIL, N_("Mosquitto is asked for but not installed.")
        do = N_("Install it (sudo apt install mosquitto), or set broker.kind to auto.")
    elif broker.port.is_taken:
        level, says = Level.FAIL, N_("Port {port} of {host}, for the broker, is taken.")
        do = N_("Set broker.port to a free one; 0 takes any.")
    elif broker.kind is BrokerKind.EMBEDDED or not broker.mosquitto:
        says = N_("The embedded broker carries the messages; it is good for about 1,000 endpoints.")
    return Finding(check="broker", level=level, says=says, do=do, facts=facts)


def _port(settings: Settings, host: str, port: int) -> PortFacts:
    return PortFacts(
        host=host, port=port, free=_is_free(host, port), controller_runs=_controller_runs(settings)
    )


def _is_free(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.create_server((host, port), family=family).close()
    except OSError:
        return False
    return True


def _controller_runs(settings: Settings) -> bool:
    try:
        return find(settings.directory) is not None
    except Unavailable:
        return True  # it is starting


def _answers(url: str) -> bool:
    where = urlsplit(url)
    try:
        socket.create_connection(
            (where.hostname or "", where.port or _DEFAULT_PORTS.get(where.scheme, 1883)), _PATIENCE_S
        ).close()
    except OSError:
        return False
    return True
