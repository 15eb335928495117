"""The sample county's village on a serial line: real ports, hub and taps over a cable of pseudo-terminals.

Where there are no pseudo-terminals its loudspeakers are reached through the broker, as all others are.
"""

import io
import logging
import re
from dataclasses import dataclass
from pathlib import Path

from broadcaster.desk.county import CountyDesk
from broadcaster.desk.endpoints import SERIAL_PORT, EndpointView
from broadcaster.desk.files import Upload
from broadcaster.desk.lines import LineDraft
from broadcaster.house import CountyHouse
from broadcaster.registry.line import on_line
from broadcaster.registry.sample import LINE, endpoints
from devices.errors import BadProvision
from devices.provisioning import Provision
from devices.serial.cable import Cable

log = logging.getLogger(__name__)

TAPS, BAUD, TURN_MS = 2, 115_200, 5


def lay(house: CountyHouse) -> "Wired":
    """The cable, plugged in on the running loop; where there can be none, that is said."""
    hub, cable = house.settings.lines.hub, Cable(house.settings.directory.resolve() / "line", TAPS + 1)
    if not hub:
        return Wired()
    try:
        cable.plug()
    except OSError as error:
        log.warning(
            "there are no pseudo-terminals: the sample's village on a serial line is reached through the broker",
            extra={"why": str(error)},
        )
        return Wired()
    return Wired(hub=hub, ends=cable.ends)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wired:
    """How the village is wired at this start: the ends of its cable, the first of them at `hub`. Without ends it is not."""

    hub: str = ""
    ends: tuple[Path, ...] = ()

    def listed(self, owner: CountyDesk) -> bytes:
        """The sample's endpoints for an empty registry; the line is there before them."""
        if self.ends:
            draft = LineDraft(hub=self.hub, port=self._port(0), baud=BAUD, half_duplex=True, turn_ms=TURN_MS)
            owner.lines.set(line=LINE, draft=draft)
        return endpoints(wired=bool(self.ends))

    def settle(self, owner: CountyDesk) -> None:
        """The line of an earlier start is as its cable lies now; without one its endpoints go to the broker."""
        known = next((line for line in owner.lines.list() if line.name == LINE), None)
        if known is None:
            return
        if not self.ends:
            listed = re.sub(rf"\bserial:{LINE}:\d+", "mqtt", owner.endpoints.export().content.decode())
            owner.endpoints.take_in(file=Upload("endpoints.csv", io.BytesIO(listed.encode())))
            owner.lines.remove(line=LINE)
        elif known.port != self._port(0):
            draft = {name: getattr(known, name) for name in LineDraft.__dataclass_fields__}
            owner.lines.set(line=LINE, draft=LineDraft(**{**draft, "port": self._port(0)}))

    def port_of(self, endpoint: EndpointView) -> str | None:
        """Its own serial port; None: it has none."""
        on = on_line(endpoint.link)
        if on is None:
            return None
        return self._port(on.address) if on.line == LINE and on.address < len(self.ends) else SERIAL_PORT

    def _port(self, number: int) -> str:
        return str(self.ends[number])


def fits(path: Path, port: str | None, baud: int | None) -> bool:
    """Whether a provisioning file is there, whole, and of an endpoint at this port of a line of this speed."""
    try:
        line = Provision.load(path).line
    except BadProvision:
        return False
    return (line.port, line.baud) == (port, baud) if line else port is None
