"""Lines (串口线路): which hub has them, how they run, and which endpoints are on them; and what a hub is given."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from broadcaster.registry.provisioning import Surroundings
from broadcaster.storage.tables import EndpointRow, LineRow
from devices.hub.provision import HubLine, HubProvision, TapProvision
from devices.serial.pacing import Line
from schedules.places import Place, chain_of

SERIAL = "serial:"


@dataclass(frozen=True, slots=True)
class OnLine:
    """Where on which line an endpoint is."""

    line: str
    address: int


def on_line(link: str) -> OnLine | None:
    """The line and address that a link names; None: the broker."""
    if not link.startswith(SERIAL):
        return None
    name, _, address = link.removeprefix(SERIAL).rpartition(":")
    return OnLine(name, int(address)) if name and address.isdecimal() else None


def pacing_of(row: LineRow) -> Line:
    """The clock of a line."""
    return Line(baud=row.baud, half_duplex=row.half_duplex, turn_s=row.turn_ms / 1_000)


def endpoints_of(session: Session, line: str) -> list[tuple[int, EndpointRow]]:
    """(address, endpoint) of those on a line that are in use, by address."""
    rows = session.exec(
        select(EndpointRow).where(
            col(EndpointRow.link).startswith(f"{SERIAL}{line}:"), col(EndpointRow.enabled).is_(True)
        )
    )
    found = ((on_line(row.link), row) for row in rows)
    return sorted(
        ((on.address, row) for on, row in found if on is not None and on.line == line),
        key=lambda each: (each[0], each[1].id),
    )


def hubs(session: Session) -> frozenset[str]:
    """All hubs that have lines."""
    return frozenset(session.exec(select(LineRow.hub).distinct()))


def hub_lines(session: Session, hub: str) -> tuple[HubLine, ...]:
    """The lines of a hub with the endpoints on them. ValueError: two endpoints have one address."""
    rows = session.exec(select(LineRow).where(LineRow.hub == hub).order_by(col(LineRow.name)))
    return tuple(
        HubLine(
            name=row.name,
            port=row.port,
            baud=row.baud,
            half_duplex=row.half_duplex,
            turn_ms=row.turn_ms,
            direction=row.direction,
            taps=tuple(_tap(*each) for each in endpoints_of(session, row.name)),
        )
        for row in rows
    )


def provision_hub(
    session: Session,
    hub: str,
    surroundings: Surroundings,
    *,
    set_account: Callable[[str, str], None],
    set_wards: Callable[[str, Sequence[str]], None],
) -> HubProvision:
    """A new password for a hub, and its lines as they are now. LookupError for one without lines; ValueError."""
    lines = hub_lines(session, hub)
    if not lines:
        raise LookupError(f"there is no hub {hub!r}")
    made = HubProvision(
        hub=hub,
        host=surroundings.host,
        port=surroundings.port,
        tls=surroundings.tls,
        ca=surroundings.ca,
        password=secrets.token_urlsafe(24),
        keys=surroundings.keys,
        lines=lines,
    )
    set_wards(hub, [tap.endpoint for tap in made.taps])
    set_account(hub, made.password)
    return made


def _tap(address: int, row: EndpointRow) -> TapProvision:
    return TapProvision(
        endpoint=row.id, address=address, areas=chain_of(Place(row.village)), position=address
    )
