"""Evidence: sentences with facts that say why a cause is believed, in the language of who reads them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from broadcaster.language import _

Fact = str | int | float


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One sentence: an English msgid with {fields}, and what fills them. `weight` (nats) orders several."""

    message: str
    facts: Mapping[str, Fact] = field(default_factory=dict)
    weight: float = 0.0

    def text(self) -> str:
        """The sentence in the language in use."""
        return _(self.message).format_map(self.facts)


def strongest(statements: tuple[Statement, ...], most: int = 6) -> tuple[Statement, ...]:
    """The weightiest sentences, first the weightiest."""
    return tuple(sorted(statements, key=lambda each: -abs(each.weight))[:most])
