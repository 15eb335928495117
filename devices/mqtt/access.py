"""Who may read and write what: one table for every broker that the controller runs.

An endpoint's user name is its id. It writes only its own reports and reads only what is meant for it, so that
stolen credentials of one endpoint neither forge documents nor speak for another.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from devices import topics
from devices.topics import ReportKind

CONTROLLER = "controller"
HUB_PREFIX = "hub-"  # reserved for programs that will speak for the endpoints of serial lines
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


def checked_user(user: str) -> str:
    """The name itself; raises ValueError for one that is no single topic level or is reserved."""
    if not user or not user.isprintable() or set(user) & set("/+#:% "):
        raise ValueError(f"{user!r} cannot be an account: a name is not empty and has no / + # : % or blank")
    if user.startswith(HUB_PREFIX):
        raise ValueError(f"{user!r} cannot be an account: names that begin with {HUB_PREFIX} are reserved")
    return user


def may_write(user: str, topic: str) -> bool:
    """Whether the user may publish to a topic."""
    return any(covers(pattern, topic) for pattern in _patterns(user, Access.WRITE))


def may_read(user: str, topic_filter: str) -> bool:
    """Whether one rule lets the user read everything that a filter, or a single topic, names."""
    return any(covers(pattern, topic_filter) for pattern in _patterns(user, Access.READ))


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


def mosquitto_acl() -> str:
    """The table as Mosquitto's ACL file."""
    return "".join(
        [
            *(f"pattern {rule.access} {rule.pattern.replace(OWN, '%u')}\n" for rule in ENDPOINT_RULES),
            f"\nuser {CONTROLLER}\n",
            *(f"topic {rule.access} {rule.pattern}\n" for rule in CONTROLLER_RULES),
        ]
    )


def _patterns(user: str, access: Access) -> Iterable[str]:
    rules = CONTROLLER_RULES if user == CONTROLLER else ENDPOINT_RULES
    return (rule.pattern.replace(OWN, user) for rule in rules if rule.access is access)
