"""Findings: what the doctor says about one thing, and what to do."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Level(StrEnum):
    """How bad it is."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """`says` and `do` are English msgids that `facts` fill; `do` is empty where nothing is to be done."""

    check: str
    level: Level
    says: str
    do: str = ""
    facts: Mapping[str, object] = field(default_factory=dict)
