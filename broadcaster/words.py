"""Words: what people read where the code has a member of an enum. One word each, as the glossary has it."""

from collections.abc import Mapping
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
        "settle": N_("settle hours and days"),
        "register": N_("register"),
        "provision": N_("provision"),
        "admin": N_("admin"),
    },
}
_FACTS = {
    "state": "NoticeState",
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


def facts_said(facts: Mapping[str, object]) -> dict[str, object]:
    """The facts of a message, with words for the members of enums, or lists of them, among them."""
    return {name: _words(_FACTS[name], str(fact)) if name in _FACTS else fact for name, fact in facts.items()}


def _words(kind: str, values: str) -> str:
    return ", ".join(word(kind, value) for value in values.split(", "))
