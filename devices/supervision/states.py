"""States of an endpoint's life, the signs that change them, and the one table that says how.

The table is total: a pair that is not listed leaves the state as it is. Maintenance, flapping and unobserved are
overlays: they lie over a state and never change it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from devices.reports import Reset


class State(StrEnum):
    """What an endpoint's reports say of its life."""

    NEW = "new"  # never alarms before it is proven
    OK = "ok"
    DEGRADED = "degraded"  # alive, but its heartbeats get lost
    SUSPECT = "suspect"
    SILENT = "silent"
    MAINS_LOST_HELD = "mains_lost_held"  # last gasp; perhaps a dip
    MAINS_LOST = "mains_lost"
    ON_BATTERY = "on_battery"
    RETURNING = "returning"
    VERIFYING = "verifying"


class Sign(StrEnum):
    """What an endpoint did, or a deadline that it let pass."""

    HEARD = "heard"
    HEARD_ON_BATTERY = "heard_on_battery"
    GASPED = "gasped"
    MAINS_BACK = "mains_back"
    HOLD_ENDED = "hold_ended"  # 30 s after a last gasp
    SUSPICION = "suspicion"  # silent for 2 periods
    SILENCE = "silence"  # silent beyond the fleet's budget of false alarms
    PROVEN = "proven"  # enough good reports, long enough
    LOSSY = "lossy"
    CLEAN = "clean"


class Overlay(StrEnum):
    """What may lie over a state."""

    MAINTENANCE = "maintenance"
    FLAPPING = "flapping"
    UNOBSERVED = "unobserved"


_ALARMS = {
    Sign.GASPED: State.MAINS_LOST_HELD,
    Sign.HEARD_ON_BATTERY: State.ON_BATTERY,
}
_WELL = {**_ALARMS, Sign.SUSPICION: State.SUSPECT}
_BACK = {**_ALARMS, Sign.SILENCE: State.SILENT}  # not verified: no second suspicion, and no short cut to OK

TABLE: Mapping[State, Mapping[Sign, State]] = {
    State.NEW: {Sign.PROVEN: State.OK},
    State.OK: {**_WELL, Sign.LOSSY: State.DEGRADED},
    State.DEGRADED: {**_WELL, Sign.CLEAN: State.OK},
    State.SUSPECT: {**_ALARMS, Sign.HEARD: State.OK, Sign.SILENCE: State.SILENT},
    State.SILENT: {
        Sign.HEARD: State.RETURNING,
        Sign.HEARD_ON_BATTERY: State.ON_BATTERY,
        Sign.GASPED: State.MAINS_LOST,  # it had waited at a hub
        Sign.MAINS_BACK: State.RETURNING,
    },
    State.MAINS_LOST_HELD: {
        Sign.HEARD: State.OK,  # momentary
        Sign.MAINS_BACK: State.OK,
        Sign.HEARD_ON_BATTERY: State.ON_BATTERY,
        Sign.HOLD_ENDED: State.MAINS_LOST,
    },
    State.MAINS_LOST: {
        Sign.HEARD: State.RETURNING,
        Sign.MAINS_BACK: State.RETURNING,
        Sign.HEARD_ON_BATTERY: State.ON_BATTERY,
    },
    State.ON_BATTERY: {
        Sign.HEARD: State.RETURNING,
        Sign.MAINS_BACK: State.RETURNING,
        Sign.SILENCE: State.MAINS_LOST,  # the battery is empty
    },
    State.RETURNING: {**_BACK, Sign.HEARD: State.VERIFYING},
    State.VERIFYING: {**_BACK, Sign.PROVEN: State.OK},
}

ALIVE = frozenset({State.NEW, State.OK, State.DEGRADED, State.RETURNING, State.VERIFYING})
DOWN = frozenset({State.SILENT, State.MAINS_LOST, State.ON_BATTERY})


def after(state: State, sign: Sign) -> State:
    """The state that follows."""
    return TABLE[state].get(sign, state)


@dataclass(frozen=True, slots=True, kw_only=True)
class Flip:
    """A change of state, to be stored. Times are seconds of the supervision's own (monotonic) clock.

    `onset` is when it truly began: a last gasp less its age, the report that came, or the first heartbeat that did not
    come though nothing stood in its way; then the truth lies between `heard` (the last proof of life before it) and it.
    `up_s` and `reset` are what the endpoint said at its return: they settle afterwards what it was.
    """

    endpoint: str
    from_state: State
    to_state: State
    onset: float
    detected: float
    because: Sign
    heard: float = 0.0
    blind: bool = (
        False  # whether some of the time since `heard` was not observed: a last gasp may have been missed
    )
    up_s: int | None = None
    reset: Reset | None = None
    rebooted: bool | None = None  # since it was last heard before

    @property
    def is_momentary(self) -> bool:
        """Whether this ends a dip that is counted (MAIFI, IEEE 1366) and nothing else."""
        return self.from_state is State.MAINS_LOST_HELD and self.to_state is State.OK


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlaid:
    """An overlay of an endpoint began or ended."""

    endpoint: str
    overlay: Overlay
    on: bool
    at: float
