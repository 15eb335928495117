"""The ledger (播出台账): one outcome for each slot at each endpoint, proved by as-played records.

Records may arrive late, doubled and in any order: the same set gives the same ledger.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from schedules.records import AsPlayed, MissedBecause
from schedules.slots import Slot


class Outcome(StrEnum):
    """Where a slot stands at one endpoint."""

    PLANNED = "planned"
    HELD = "held"
    STAGED = "staged"
    SOUNDING = "sounding"
    COUNTED = "counted"
    MADE_UP = "made_up"
    PARTIAL = "partial"
    MISSED = "missed"
    WITHDRAWN = "withdrawn"
    UNKNOWN = "unknown"


BRD_STATE_CODE: dict[Outcome, int] = {}
"""The field's BrdStateCode (0 not handled, 1 waiting, 2 on air, 3 success, 4 failed, 5 cancelled)."""

PENDING = frozenset({Outcome.PLANNED, Outcome.HELD, Outcome.STAGED, Outcome.SOUNDING})
HEARD = frozenset({Outcome.COUNTED, Outcome.MADE_UP})


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """A verified as-played record with whose it is; (endpoint, chain, seq) names it for ever."""

    endpoint: str
    chain: str
    record: AsPlayed


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What is known of a slot at an endpoint besides its records."""

    held: bool = False  # the endpoint holds the plan with its cue
    staged: bool = False  # the endpoint verified the recording
    sounding: bool = False  # the last heartbeat names it
    withdrawn: datetime | None = None  # when its notice was withdrawn


class Violation(StrEnum):
    """What must never happen; shown to the operator, never hidden in a sum."""

    COUNTED_TWICE = "counted_twice"
    OUTSIDE_WINDOW = "outside_window"  # sounded outside [earliest, latest) by its own trusted clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """A slot's one outcome at an endpoint, with the reason and the attempt that decides it."""

    outcome: Outcome
    because: MissedBecause | None = None
    started: datetime | None = None
    heard_ms: int = 0
    violations: frozenset[Violation] = frozenset()


def merge(proofs: Iterable[Proof]) -> dict[tuple[str, str], tuple[AsPlayed, ...]]:
    """(slot or alert id, endpoint) → its records, each once, in the order of their chains; any order of arrival will do."""
    raise NotImplementedError


def settle(slot: Slot, records: Sequence[AsPlayed], now: datetime, standing: Standing = Standing()) -> Settled:
    """The outcome of `slot` at one endpoint from its merged `records`.

    Counted wins over withdrawn over partial over missed. A record whose clock is of quality NONE proves no time, so it
    proves no play of a slot. No record after `latest` is UNKNOWN, never success.
    """
    raise NotImplementedError
