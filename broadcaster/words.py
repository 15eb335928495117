"""Words: what people read where the code has a member of an enum. One word each, as the glossary has it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import Enum, IntEnum

from broadcaster.language import N_, _

WORDS: Mapping[str, Mapping[str, str]] = {
    "NoticeKind": {
        "open_letter": N_("open letter"),
        "proposal": N_("proposal"),
        "announcement": N_("announcement"),
        "relay": N_("relay"),
        "emergency": N_("emergency information"),
    },
    "NoticeState": {
        "draft": N_("draft"),
        "submitted": N_("submitted"),
        "approved": N_("approved"),
        "on_air": N_("on air"),
        "expired": N_("expired"),
        "withdrawn": N_("withdrawn"),
    },
    "NoticeEvent": {
        "submit": N_("submit"),
        "reject": N_("reject"),
        "approve": N_("approve"),
        "start": N_("begin"),
        "expire": N_("end in time"),
        "withdraw": N_("withdraw"),
    },
    "InterruptionPolicy": {
        "restart": N_("starts again"),
        "resume": N_("goes on where it stopped"),
        "join": N_("goes on as if not interrupted"),
        "drop": N_("ends"),
    },
    "BroadcastClass": {"emergency": N_("emergency"), "drill": N_("drill"), "daily": N_("daily")},
    "Severity": {
        "unknown": N_("no severity"),
        "red": N_("red (I)"),
        "orange": N_("orange (II)"),
        "yellow": N_("yellow (III)"),
        "blue": N_("blue (IV)"),
        "test": N_("test"),
    },
    "Level": {
        "national": N_("national"),
        "province": N_("province"),
        "prefecture": N_("prefecture"),
        "county": N_("county"),
        "town": N_("town"),
        "village": N_("village"),
        "endpoint": N_("endpoint"),
    },
    "AlertState": {
        "in_force": N_("in force"),
        "cancelled": N_("cancelled"),
        "expired": N_("expired"),
    },
    "Hearing": {
        "sounding": N_("sounding"),
        "heard": N_("heard"),
        "holds": N_("holds it, not sounded yet"),
        "silent": N_("silent"),
        "no_answer": N_("no answer"),
    },
    "Outcome": {
        "planned": N_("planned"),
        "held": N_("held"),
        "staged": N_("staged"),
        "sounding": N_("sounding"),
        "counted": N_("counted"),
        "made_up": N_("made up"),
        "partial": N_("partial"),
        "missed": N_("missed"),
        "withdrawn": N_("withdrawn"),
        "unknown": N_("unknown"),
    },
    "Step": {
        "targeted": N_("targeted"),
        "planned": N_("planned"),
        "held": N_("held"),
        "staged": N_("staged"),
        "sounded": N_("sounded"),
    },
    "Result": {
        "counted": N_("counted"),
        "partial": N_("partial"),
        "missed": N_("missed"),
        "withdrawn": N_("withdrawn"),
    },
    "MissedBecause": {
        "no_power": N_("no power"),
        "no_link": N_("no link"),
        "clock_unknown": N_("clock unknown"),
        "fault": N_("fault"),
        "interrupted": N_("interrupted"),
        "quiet_hours": N_("quiet hours"),
        "no_recording": N_("recording not there"),
        "no_room": N_("no room left in its windows"),
        "no_endpoint": N_("no endpoint"),
    },
    "AbsentBecause": {
        "quiet_hours": N_("quiet hours"),
        "too_long": N_("longer than its windows"),
        "minimum_gap": N_("minimum gap"),
        "no_room": N_("no room left in its windows"),
        "budget": N_("minutes budget used up"),
        "conflict": N_("another fixed time"),
        "day_begun": N_("the day had begun"),
        "outside_validity": N_("not valid then"),
        "no_endpoint": N_("no endpoint"),
    },
    "PlannedBecause": {
        "fixed_time": N_("fixed time"),
        "spread": N_("spread evenly"),
        "moved_aside": N_("moved aside for others"),
        "packed": N_("packed so that all fit"),
        "kept": N_("stood there before"),
    },
    "DayKind": {
        "workday": N_("workday"),
        "makeup_workday": N_("make-up workday"),
        "weekend": N_("weekend"),
        "holiday": N_("public holiday"),
    },
    "MarketCalendar": {"lunar": N_("lunar month"), "solar": N_("solar month")},
    "Weekday": {
        "mon": N_("Mon"),
        "tue": N_("Tue"),
        "wed": N_("Wed"),
        "thu": N_("Thu"),
        "fri": N_("Fri"),
        "sat": N_("Sat"),
        "sun": N_("Sun"),
    },
    "Presence": {"online": N_("online"), "offline": N_("offline")},
    "ClockQuality": {"none": N_("unknown"), "learned": N_("learned"), "synced": N_("synced")},
    "Arrival": {
        "there": N_("has arrived"),
        "in_time": N_("in time"),
        "late": N_("too late"),
        "unknown": N_("unknown"),
    },
    "Direction": {
        "auto": N_("by itself"),
        "driver": N_("by the kernel"),
        "rts": N_("by RTS"),
    },
    "Profile": {"speech": N_("speech"), "low_rate": N_("low rate"), "mp3": N_("MP3")},
    "Doubt": {
        "truncated": N_("the file breaks off early"),
        "damaged": N_("parts of the file could not be decoded"),
    },
    "Fate": {
        "kept_in_use": N_("kept: in use"),
        "kept_young": N_("kept: added within a day"),
        "discarded_unused": N_("unused"),
        "discarded_leftover": N_("left over from work that was cut off"),
    },
    "Law": {
        "counted_twice": N_("counted twice"),
        "outside_window": N_("sounded outside its window"),
        "quiet_hours": N_("sounded in quiet hours"),
        "two_at_once": N_("two sounds at once"),
        "proved_unheard": N_("proved, but not heard"),
        "heard_twice": N_("heard twice"),
        "no_outcome": N_("not exactly one outcome"),
        "alert_unheard": N_("an alert was not heard"),
        "forgery_obeyed": N_("obeyed a forged document"),
        "withdrawn_sounded": N_("sounded though withdrawn"),
        "after_lease": N_("sounded after its plan had expired"),
        "heard_unproved": N_("heard, but not proved"),
        "proof_lost": N_("a proof was lost"),
        "lagging": N_("an endpoint lacks a document"),
        "burst": N_("made up too close to another"),
    },
    "Role": {
        "editor": N_("editor"),
        "approver": N_("approver"),
        "operator": N_("operator"),
        "admin": N_("administrator"),
        "town_staff": N_("town staff"),
        "village_staff": N_("village staff"),
    },
    "Right": {
        "view": N_("view"),
        "import": N_("import"),
        "draft": N_("write"),
        "submit": N_("submit"),
        "approve": N_("approve"),
        "withdraw": N_("withdraw"),
        "send_alert": N_("send alerts"),
        "cancel_alert": N_("cancel alerts"),
        "repair": N_("repair"),
        "settle": N_("settle hours and days"),
        "register": N_("register"),
        "provision": N_("provision"),
        "admin": N_("admin"),
    },
    "Cause": {
        "switched_off": N_("suspected local switch-off"),
        "site_power_loss": N_("no mains at the site"),
        "site_power_fault": N_("supply fault at the site: breaker, fuse or wire"),
        "site_silent": N_("silent, cause undetermined"),
        "site_link": N_("network of one endpoint"),
        "endpoint_crash": N_("the endpoint's program stopped"),
        "grid_outage": N_("power cut"),
        "base_station": N_("base station"),
        "operator": N_("mobile network"),
        "area_dark": N_("an area is dark: power or network"),
        "serial_hub": N_("serial hub"),
        "serial_line_cut": N_("serial line cut or shorted"),
        "controller_blind": N_("the controller sees nothing"),
        "link_degraded": N_("link degraded"),
        "reboot_loop": N_("starts again and again"),
        "amplifier": N_("amplifier"),
        "speaker": N_("loudspeaker"),
        "low_battery": N_("battery low"),
        "charger": N_("charger or battery"),
        "overtemperature": N_("too hot"),
        "volume_tampered": N_("volume changed by hand"),
        "clock": N_("clock"),
        "stale_audio": N_("sounds old audio"),
        "stuck_playing": N_("does not stop sounding"),
        "unauthorised_audio": N_("sounds what nobody ordered"),
        "duplicate_identity": N_("two endpoints with one identity"),
        "field_strength": N_("field strength too low"),
        "no_monitoring": N_("no monitoring"),
        "misplaced": N_("supplied otherwise than the map has it"),
        "recurrent_switch_off": N_("switched off again and again: lockable isolator, notice"),
        "chronic": N_("fails again and again"),
    },
    "Owner": {
        "town": N_("town"),
        "station": N_("county station"),
        "power_company": N_("power company"),
        "operator": N_("network operator"),
    },
    "Priority": {
        "p1": N_("P1 at once"),
        "p2": N_("P2 soon"),
        "p3": N_("P3"),
        "p4": N_("P4 together with others"),
    },
    "Stage": {
        "held": N_("held"),
        "open": N_("open"),
        "recovering": N_("recovering"),
        "ended": N_("ended"),
        "merged": N_("merged"),
        "withdrawn": N_("withdrawn"),
    },
    "TicketState": {
        "candidate": N_("candidate"),
        "open": N_("open"),
        "assigned": N_("assigned"),
        "accepted": N_("accepted"),
        "on_site": N_("on site"),
        "waiting": N_("waiting"),
        "done_claimed": N_("said to be done"),
        "verifying": N_("verifying"),
        "disputed": N_("disputed"),
        "closed": N_("closed"),
        "self_recovered": N_("recovered by itself"),
        "merged": N_("merged"),
    },
    "TicketStep": {
        "assign": N_("assign"),
        "accept": N_("accept"),
        "hand_back": N_("hand back"),
        "arrive": N_("on site"),
        "wait": N_("wait"),
        "resume": N_("go on"),
        "done": N_("done"),
        "override": N_("close against the device"),
        "ripen": N_("opened"),
        "returned": N_("reports again"),
        "relapsed": N_("fails again"),
        "contradicted": N_("still fails"),
        "proven": N_("proven"),
        "merge": N_("merged"),
        "reopen": N_("opened again"),
        "note": N_("note"),
        "correct": N_("corrected"),
        "ask_help": N_("ask for help"),
        "answer": N_("answer"),
        "take_over": N_("take over"),
        "give_back": N_("give back"),
        "escalate": N_("escalated"),
        "flaps": N_("comes and goes"),
    },
    "WaitReason": {
        "power_company": N_("power company"),
        "operator": N_("network operator"),
        "weather": N_("weather unsafe"),
        "access_refused": N_("access refused"),
        "part_ordered": N_("part ordered"),
        "other": N_("another reason"),
    },
    "Answer": {
        "switched_off": N_("somebody switched it off"),
        "power": N_("they have power"),
        "no_power": N_("they have no power"),
    },
    "Part": {
        "crew": N_("crew"),
        "lead": N_("town lead"),
        "station": N_("county station"),
        "leader": N_("leader"),
        "power_company": N_("power company"),
        "operator": N_("network operator"),
    },
    "Unserved": {
        "no_skill": N_("no crew that goes out can do it"),
        "no_position": N_("nobody knows where it is"),
        "window_closed": N_("closed when the crew comes"),
        "too_late": N_("the day is over before"),
        "broadcasts": N_("its horn sounds too often for the work to fit between"),
        "day_off": N_("a day off: only what is urgent is driven to"),
        "no_round_near": N_("taken along when a round passes within ten minutes"),
        "crew_away": N_("the crew that can do it is away"),
    },
    "Kind": {
        "transformer": N_("transformer"),
        "feeder": N_("feeder"),
        "substation": N_("substation"),
        "village": N_("village"),
        "town": N_("town"),
        "cell": N_("cell"),
        "operator": N_("network operator"),
        "line": N_("line"),
        "hub": N_("hub"),
        "area": N_("area"),
    },
    "Skill": {"lift": N_("lift truck"), "electrician": N_("electrician"), "radio": N_("radio")},
}
_FACTS = {
    "state": "NoticeState",
    "ticket_state": "TicketState",
    "skill": "Skill",
    "why": "WaitReason",
    "answer": "Answer",
    "event": "NoticeEvent",
    "possible": "NoticeEvent",
    "right": "Right",
    "profile": "Profile",
}


def said(value: Enum) -> str:
    """The word of an enum's member in the language in use."""
    name = value.name.lower() if isinstance(value, IntEnum) else str(value.value)
    return word(type(value).__name__, name)


def word(kind: str, value: str) -> str:
    """The word of a member that came as text; what has none is said as it is."""
    return _(WORDS.get(kind, {}).get(value, value))


def root_said(root: str) -> str:
    """What has failed: a node with the word for what it is ("feeder 10 kV-3"), or an endpoint."""
    kind, colon, name = root.partition(":")
    return f"{word('Kind', kind)} {name}" if colon and kind in WORDS["Kind"] else root


def away_said(crew: str, until: str, instead: str) -> str:
    """That a crew is away, and who is told in its stead; without `instead` the county's station."""
    sentence = N_("{crew} is away until {until}: {instead} is told in its stead.")
    if not instead:
        sentence = N_("{crew} is away until {until}: the county station is told in its stead.")
    return _(sentence).format(crew=crew, until=until, instead=instead)


def lateness(due: datetime, now: datetime) -> str:
    """By how much it is late, in the largest unit that fits."""
    minutes = max(0, int((now - due) / timedelta(minutes=1)))
    if minutes < 120:
        return _("{n} min late").format(n=minutes)
    if minutes < 48 * 60:
        return _("{n} h late").format(n=minutes // 60)
    return _("{n} days late").format(n=minutes // (24 * 60))


def facts_said(facts: Mapping[str, object]) -> dict[str, object]:
    """The facts of a message, with words for the members of enums, or lists of them, among them."""
    return {name: _words(_FACTS[name], str(fact)) if name in _FACTS else fact for name, fact in facts.items()}


def _words(kind: str, values: str) -> str:
    return ", ".join(word(kind, value) for value in values.split(", "))
