"""Causes: the fault catalogue, and who mends what, after which hold, with or without a lift truck, within which time."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from broadcaster.language import N_


class Cause(StrEnum):
    """What can be wrong, as a class."""

    SWITCHED_OFF = "switched_off"  # suspected, by somebody at the site
    SITE_POWER_LOSS = "site_power_loss"
    SITE_POWER_FAULT = "site_power_fault"
    SITE_SILENT = "site_silent"  # undetermined until it returns
    SITE_LINK = "site_link"
    ENDPOINT_CRASH = "endpoint_crash"
    GRID_OUTAGE = "grid_outage"
    BASE_STATION = "base_station"
    OPERATOR = "operator"
    AREA_DARK = "area_dark"  # power or network
    SERIAL_HUB = "serial_hub"
    SERIAL_LINE_CUT = "serial_line_cut"
    CONTROLLER_BLIND = "controller_blind"
    LINK_DEGRADED = "link_degraded"
    REBOOT_LOOP = "reboot_loop"
    AMPLIFIER = "amplifier"
    SPEAKER = "speaker"
    LOW_BATTERY = "low_battery"
    CHARGER = "charger"
    OVERTEMPERATURE = "overtemperature"
    VOLUME_TAMPERED = "volume_tampered"
    CLOCK = "clock"
    STALE_AUDIO = "stale_audio"
    STUCK_PLAYING = "stuck_playing"
    UNAUTHORISED_AUDIO = "unauthorised_audio"
    DUPLICATE_IDENTITY = "duplicate_identity"
    FIELD_STRENGTH = "field_strength"
    NO_MONITORING = "no_monitoring"
    MISPLACED = "misplaced"
    RECURRENT_SWITCH_OFF = "recurrent_switch_off"
    CHRONIC = "chronic"


class Owner(StrEnum):
    """Who mends it."""

    TOWN = "town"
    STATION = "station"
    POWER_COMPANY = "power_company"
    OPERATOR = "operator"


class Priority(StrEnum):
    """P1 goes on around the clock; the others within working time."""

    P1 = "p1"
    P2 = "p2"
    P3 = "p3"
    P4 = "p4"  # batched


@dataclass(frozen=True, slots=True, kw_only=True)
class Handling:
    """What becomes of a cause by default; all of it may be set otherwise."""

    title: str  # msgid
    owner: Owner
    hold_s: float
    service_h: float  # time to mend
    truck: bool = False
    priority: Priority = Priority.P3
    rests_at_night: bool = False  # found at night it waits for the morning: whoever could look is asleep


EMERGENCY_HOLD_S = 60.0  # while an emergency waits to be sent
MINUTE_S = 60.0

HANDLING: Mapping[Cause, Handling] = {
    Cause.SWITCHED_OFF: Handling(
        title=N_("suspected local switch-off"),
        owner=Owner.TOWN,
        hold_s=15 * MINUTE_S,
        service_h=24,
        rests_at_night=True,
    ),
    Cause.SITE_POWER_LOSS: Handling(
        title=N_("no mains at the site"),
        owner=Owner.TOWN,
        hold_s=15 * MINUTE_S,
        service_h=24,
        rests_at_night=True,
    ),
    Cause.SITE_POWER_FAULT: Handling(
        title=N_("supply fault at the site: breaker, fuse or wire"),
        owner=Owner.TOWN,
        hold_s=15 * MINUTE_S,
        service_h=24,
        truck=True,
    ),
    Cause.SITE_SILENT: Handling(
        title=N_("silent, cause undetermined"), owner=Owner.TOWN, hold_s=15 * MINUTE_S, service_h=24
    ),
    Cause.SITE_LINK: Handling(
        title=N_("network of one endpoint"), owner=Owner.STATION, hold_s=15 * MINUTE_S, service_h=24
    ),
    Cause.ENDPOINT_CRASH: Handling(
        title=N_("the endpoint's program stopped"), owner=Owner.STATION, hold_s=15 * MINUTE_S, service_h=48
    ),
    Cause.GRID_OUTAGE: Handling(
        title=N_("power cut"),
        owner=Owner.POWER_COMPANY,
        hold_s=5 * MINUTE_S,
        service_h=8,
        priority=Priority.P2,
    ),
    Cause.BASE_STATION: Handling(
        title=N_("base station"), owner=Owner.OPERATOR, hold_s=5 * MINUTE_S, service_h=8, priority=Priority.P2
    ),
    Cause.OPERATOR: Handling(
        title=N_("mobile network"),
        owner=Owner.OPERATOR,
        hold_s=5 * MINUTE_S,
        service_h=4,
        priority=Priority.P1,
    ),
    Cause.AREA_DARK: Handling(
        title=N_("an area is dark: power or network"),
        owner=Owner.STATION,
        hold_s=5 * MINUTE_S,
        service_h=8,
        priority=Priority.P2,
    ),
    Cause.SERIAL_HUB: Handling(
        title=N_("serial hub"), owner=Owner.TOWN, hold_s=10 * MINUTE_S, service_h=12, priority=Priority.P2
    ),
    Cause.SERIAL_LINE_CUT: Handling(
        title=N_("serial line cut or shorted"),
        owner=Owner.TOWN,
        hold_s=10 * MINUTE_S,
        service_h=24,
        truck=True,
        priority=Priority.P2,
    ),
    Cause.CONTROLLER_BLIND: Handling(
        title=N_("the controller sees nothing"),
        owner=Owner.STATION,
        hold_s=MINUTE_S,
        service_h=1,
        priority=Priority.P1,
    ),
    Cause.LINK_DEGRADED: Handling(
        title=N_("link degraded"), owner=Owner.STATION, hold_s=0, service_h=168, priority=Priority.P4
    ),
    Cause.REBOOT_LOOP: Handling(
        title=N_("starts again and again"), owner=Owner.TOWN, hold_s=10 * MINUTE_S, service_h=48
    ),
    Cause.AMPLIFIER: Handling(title=N_("amplifier"), owner=Owner.TOWN, hold_s=0, service_h=48, truck=True),
    Cause.SPEAKER: Handling(title=N_("loudspeaker"), owner=Owner.TOWN, hold_s=0, service_h=48, truck=True),
    Cause.LOW_BATTERY: Handling(
        title=N_("battery low"), owner=Owner.TOWN, hold_s=10 * MINUTE_S, service_h=168, priority=Priority.P4
    ),
    Cause.CHARGER: Handling(
        title=N_("charger or battery"), owner=Owner.TOWN, hold_s=10 * MINUTE_S, service_h=72, truck=True
    ),
    Cause.OVERTEMPERATURE: Handling(
        title=N_("too hot"), owner=Owner.TOWN, hold_s=10 * MINUTE_S, service_h=72, truck=True
    ),
    Cause.VOLUME_TAMPERED: Handling(
        title=N_("volume changed by hand"), owner=Owner.TOWN, hold_s=0, service_h=72
    ),
    Cause.CLOCK: Handling(
        title=N_("clock"), owner=Owner.STATION, hold_s=0, service_h=336, priority=Priority.P4
    ),
    Cause.STALE_AUDIO: Handling(title=N_("sounds old audio"), owner=Owner.STATION, hold_s=0, service_h=24),
    Cause.STUCK_PLAYING: Handling(
        title=N_("does not stop sounding"), owner=Owner.STATION, hold_s=0, service_h=1, priority=Priority.P1
    ),
    Cause.UNAUTHORISED_AUDIO: Handling(
        title=N_("sounds what nobody ordered"),
        owner=Owner.STATION,
        hold_s=0,
        service_h=1,
        priority=Priority.P1,
    ),
    Cause.DUPLICATE_IDENTITY: Handling(
        title=N_("two endpoints with one identity"), owner=Owner.STATION, hold_s=0, service_h=24
    ),
    Cause.FIELD_STRENGTH: Handling(
        title=N_("field strength too low"), owner=Owner.STATION, hold_s=0, service_h=72
    ),
    Cause.NO_MONITORING: Handling(
        title=N_("no monitoring"), owner=Owner.STATION, hold_s=86_400, service_h=336, priority=Priority.P4
    ),
    Cause.MISPLACED: Handling(
        title=N_("supplied otherwise than the map has it"),
        owner=Owner.STATION,
        hold_s=0,
        service_h=720,
        priority=Priority.P4,
    ),
    Cause.RECURRENT_SWITCH_OFF: Handling(
        title=N_("switched off again and again: lockable isolator, notice"),
        owner=Owner.TOWN,
        hold_s=0,
        service_h=720,
        priority=Priority.P4,
    ),
    Cause.CHRONIC: Handling(
        title=N_("fails again and again"), owner=Owner.STATION, hold_s=0, service_h=720, priority=Priority.P4
    ),
}

POWER = frozenset(
    {Cause.SWITCHED_OFF, Cause.SITE_POWER_LOSS, Cause.SITE_POWER_FAULT, Cause.GRID_OUTAGE, Cause.AREA_DARK}
)
"""Causes that take the mains from an endpoint."""

LIFE = POWER | {
    Cause.SITE_SILENT,
    Cause.SITE_LINK,
    Cause.ENDPOINT_CRASH,
    Cause.BASE_STATION,
    Cause.OPERATOR,
    Cause.SERIAL_HUB,
    Cause.SERIAL_LINE_CUT,
}
"""Causes that take an endpoint away; each affected endpoint belongs to exactly one open incident of them."""


def hold_of(cause: Cause, *, emergency: bool) -> float:
    """Seconds before an incident of this cause becomes a ticket; what is batched anyhow no emergency makes urgent."""
    handling = HANDLING[cause]
    is_short = emergency and handling.priority is not Priority.P4
    return min(handling.hold_s, EMERGENCY_HOLD_S) if is_short else handling.hold_s
