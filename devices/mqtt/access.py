"""Who may read and write what: one table for every broker that the controller runs.

An endpoint's user name is its id. It writes only its own reports and reads only what is meant for it, so that
stolen credentials of one endpoint neither forge documents nor speak for another. A hub may what an endpoint may, for itself
and for each of its wards.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from devices import topics
from devices.topics import ReportKind

CONTROLLER = "controller"
HUB_PREFIX = "hub-"  # of programs that speak for the endpoints of serial lines
OWN = "{user}"  # stands for the user's own name in a pattern


class Access(StrEnum):
    """What a rule permits; the words are those of Mosquitto's ACL file."""

    READ = "read"
    WRITE = "write"


@dataclass(frozen=True, slots=True)
class Rule:
    """`access` to all topics that the filter `pattern` matches once OWN is replaced."""

    access: Access
    pattern: str


CONTROLLER_RULES = (Rule(Access.READ, "#"), Rule(Access.WRITE, "#"))
ENDPOINT_RULES = (
    *(Rule(Access.WRITE, topics.report(OWN, kind)) for kind in ReportKind),
    Rule(Access.READ, f"{topics.ROOT}/area/#"),
    Rule(Access.READ, f"{topics.ROOT}/endpoint/{OWN}/#"),
    Rule(Access.READ, topics.TIME),
    Rule(Access.READ, topics.manifest("+")),
    Rule(Access.READ, f"{topics.MEDIA}/+/c/#"),
    Rule(Access.READ, f"{topics.MEDIA}/to/{OWN}/#"),
)
OWN_RULES = tuple(rule for rule in ENDPOINT_RULES if OWN in rule.pattern)


def checked_user(user: str, *, hub: bool = False) -> str:
    """The name itself; raises ValueError for one that is no single topic level, or is a hub's although it is none."""
    if not user or not user.isprintable() or set(user) & set("/+#:% "):
        raise ValueError(f"{user!r} cannot be an account: a name is not empty and has no / + # : % or blank")
    if user.startswith(HUB_PREFIX) is not hub:
        raise ValueError(
            f"{user!r} cannot be an account: names that begin with {HUB_PREFIX} are those of hubs"
        )
    return user


def may_write(user: str, topic: str, wards: Sequence[str] = ()) -> bool:
    """Whether the user may publish to a topic; `wards` are the endpoints of a hub."""
    return any(covers(pattern, topic) for pattern in _patterns(user, wards, Access.WRITE))


def may_read(user: str, topic_filter: str, wards: Sequence[str] = ()) -> bool:
    """Whether one rule lets the user read everything that a filter, or a single topic, names."""
    return any(covers(pattern, topic_filter) for pattern in _patterns(user, wards, Access.READ))


def covers(pattern: str, topic_filter: str) -> bool:
    """Whether every topic that `topic_filter` matches is matched by `pattern` too (4.7 of MQTT 3.1.1)."""
    wide, narrow = pattern.split("/"), topic_filter.split("/")
    if wide[0] in ("+", "#") and narrow[0].startswith("$"):
        return False
    for depth, level in enumerate(wide):
        if level == "#":
            return True
        if depth == len(narrow):
            return False
        if level != narrow[depth] and (level != "+" or narrow[depth] == "#"):
            return False
    return len(wide) == len(narrow)


def mosquitto_acl(wards: Mapping[str, Sequence[str]] = {}) -> str:
    """The table as Mosquitto's ACL file, with the endpoints of each hub."""
    return "".join(
        [
            *(f"pattern {rule.access} {rule.pattern.replace(OWN, '%u')}\n" for rule in ENDPOINT_RULES),
            f"\nuser {CONTROLLER}\n",
            *(f"topic {rule.access} {rule.pattern}\n" for rule in CONTROLLER_RULES),
            *(
                f"\nuser {hub}\n"
                + "".join(
                    f"topic {r.access} {r.pattern.replace(OWN, ward)}\n"
                    for ward in wards[hub]
                    for r in OWN_RULES
                )
                for hub in sorted(wards)
            ),
        ]
    )


def _patterns(user: str, wards: Sequence[str], access: Access) -> Iterable[str]:
    rules = CONTROLLER_RULES if user == CONTROLLER else ENDPOINT_RULES
    yield from (rule.pattern.replace(OWN, user) for rule in rules if rule.access is access)
    own = [rule.pattern for rule in OWN_RULES if rule.access is access]
    yield from (pattern.replace(OWN, ward) for ward in wards for pattern in own)
