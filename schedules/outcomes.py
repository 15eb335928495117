"""Outcomes: what may become of a slot at one endpoint, one word each. `ledger.py` settles which it is."""

from enum import StrEnum


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


PENDING = frozenset({Outcome.PLANNED, Outcome.HELD, Outcome.STAGED, Outcome.SOUNDING})
HEARD = frozenset({Outcome.COUNTED, Outcome.MADE_UP})
