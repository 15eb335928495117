"""What the desk answers when it does not do what it was asked, by what the caller can do about it.

DeskError
├── NotFound      what was named does not exist: look at the list
├── Refused       the person may not do it: ask someone with the right
├── Conflict      not in this state: look at it again, then decide
├── Invalid       the input is wrong: correct it; `problems` say where
└── Unavailable   the house cannot do it now: try again, or ask the doctor

A message is an English msgid with {fields}, which `facts` fill. The API carries both unchanged, so that the
screen at its other end can say it in its own language.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

Fact = str | int | float | bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing wrong with an input. `where`: a parameter, a setting, or line and column of a file."""

    where: str
    message: str
    facts: Mapping[str, Fact] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.where}: {self.message.format_map(self.facts)}"


class DeskError(Exception):
    """`kind` names the class for machines; `message`, `facts` and `problems` tell people."""

    kind = "failed"

    def __init__(self, message: str, *problems: Problem, **facts: object) -> None:
        self.message = message
        self.problems = problems
        self.facts = {name: fact if isinstance(fact, Fact) else str(fact) for name, fact in facts.items()}
        super().__init__("\n".join([message.format_map(self.facts), *map(str, problems)]))


class NotFound(DeskError):
    """What was named does not exist."""

    kind = "not_found"


class Refused(DeskError):
    """The person may not do it."""

    kind = "refused"


class Conflict(DeskError):
    """The thing's present state does not allow it."""

    kind = "conflict"


class Invalid(DeskError):
    """The input is wrong."""

    kind = "invalid"


class Unavailable(DeskError):
    """The house cannot do it now."""

    kind = "unavailable"


KINDS: Mapping[str, type[DeskError]] = {
    error.kind: error for error in (NotFound, Refused, Conflict, Invalid, Unavailable)
}
