"""Editing: what somebody writes before it is handed in, with undo, and the texts of its rule as a loop rule. Pure."""

import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, time, timedelta
from typing import Generic, TypeVar

from broadcaster.desk.errors import Invalid
from broadcaster.language import N_
from broadcaster.registry.cells import BadCell, hours
from schedules.notices import NoticeKind
from schedules.rules import DaySelection, LoopRule, Weekday

T = TypeVar("T")
_MOST_STEPS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleText:
    """A loop rule as it is typed."""

    plays: str = "6"
    when: str = "7:00-11:30 14:30-18:30"
    gap: str = "60"  # minutes
    days: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What is being written: a notice (`asset` or `text`), or a playlist (`items`). `id` is None for a new one."""

    id: str | None = None
    title: str = ""
    kind: NoticeKind = NoticeKind.OPEN_LETTER
    text: str = ""
    asset: str | None = None
    asset_title: str = ""
    duration_ms: int = 0
    items: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    rule: RuleText = field(default_factory=RuleText)
    valid_days: str = "30"
    series: str = ""
    key: str = ""  # under which a new one is handed in, also by a terminal that is begun again

    def to_json(self) -> str:
        """As it lies on the disk."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=1)

    @classmethod
    def from_json(cls, text: str) -> "Sheet":
        """What lay on the disk; ValueError, KeyError or TypeError for what is none."""
        told = json.loads(text)
        told["kind"] = NoticeKind(told["kind"])
        told["rule"] = RuleText(**told["rule"])
        told["items"], told["targets"] = tuple(told["items"]), tuple(told["targets"])
        return cls(**told)


class History(Generic[T]):
    """One value with what it was before: undo and redo."""

    def __init__(self, now: T) -> None:
        self._past: list[T] = []
        self.now = now
        self._future: list[T] = []
        self._last = ""

    def change(self, to: T, *, what: str = "") -> None:
        """Another value; what was undone is forgotten. Several changes in a row to the same `what` are one step."""
        if to == self.now:
            return
        if not what or what != self._last:
            self._past = [*self._past[1 - _MOST_STEPS :], self.now]
        self.now, self._future, self._last = to, [], what

    def undo(self) -> bool:
        """Back by one change; False where there is none."""
        if not self._past:
            return False
        self._future.append(self.now)
        self.now, self._last = self._past.pop(), ""
        return True

    def redo(self) -> bool:
        """Forward again."""
        if not self._future:
            return False
        self._past.append(self.now)
        self.now, self._last = self._future.pop(), ""
        return True


def moved(items: tuple[str, ...], at: int, to: int) -> tuple[str, ...]:
    """The item at `at` taken to `to`, inside the list."""
    rest = [*items[:at], *items[at + 1 :]]
    to = min(max(0, to), len(rest))
    return (*rest[:to], items[at], *rest[to:])


def with_item(sheet: Sheet, item: str, at: int | None = None) -> Sheet:
    """The playlist with one more item, at its end or where it is wanted."""
    at = len(sheet.items) if at is None else at
    return replace(sheet, items=(*sheet.items[:at], item, *sheet.items[at:]))


def without_item(sheet: Sheet, at: int) -> Sheet:
    """The playlist without the item at a place."""
    return replace(sheet, items=(*sheet.items[:at], *sheet.items[at + 1 :]))


def rule_of(text: RuleText) -> LoopRule:
    """The loop rule; Invalid says what cannot be read. Times of day alone are fixed times, spans are windows."""
    try:
        times = list(_fixed_times(text.when))
        if times:
            return LoopRule(fixed_times=tuple(times), days=_days(text.days))
        return LoopRule(
            plays=_number(text.plays),
            windows=hours(text.when),
            minimum_gap_s=_number(text.gap) * 60,
            days=_days(text.days),
        )
    except (BadCell, ValueError):
        raise Invalid(
            N_(
                "The rule cannot be read: expected 1 to 288 plays in hours such as 7:00-11:30 14:30-18:30, "
                "or fixed times such as 6:30 12:00, and days such as 1-5 or 6,7."
            )
        ) from None


def rule_text(rule: LoopRule | None) -> RuleText:
    """A loop rule as somebody would type it."""
    if rule is None:
        return RuleText()
    spans = [f"{window.start:%H:%M}-{window.end:%H:%M}" for window in rule.windows]
    times = [f"{at:%H:%M}" for at in rule.fixed_times]
    numbers = [
        str(list(Weekday).index(day) + 1) for day in sorted(rule.days.weekdays, key=list(Weekday).index)
    ]
    return RuleText(
        plays=str(rule.ordered),
        when=" ".join(spans or times),
        gap=str(rule.minimum_gap_s // 60),
        days={True: "w", False: "h", None: ",".join(numbers)}[rule.days.workdays],
    )


def valid_until(sheet: Sheet, now: datetime) -> datetime:
    """When it ends; Invalid where its days cannot be read."""
    try:
        return now + timedelta(days=max(1, _number(sheet.valid_days)))
    except ValueError:
        raise Invalid(N_("Valid for how many days? Expected a number such as 30.")) from None


def _fixed_times(text: str) -> Iterator[time]:
    words = text.replace("：", ":").replace("，", " ").replace(",", " ").split()
    if words and all(re.fullmatch(r"\d{1,2}:\d{2}", word) for word in words):
        yield from (time.fromisoformat(word.zfill(5)) for word in words)


def _number(text: str) -> int:
    if not re.fullmatch(r"\d{1,4}", text.strip()):
        raise ValueError(f"expected a number, got {text!r}")
    return int(text)


def _days(text: str) -> DaySelection:
    """Nothing: every day; w: working days; h: days off; 1-5 or 6,7: days of the week, Monday is 1."""
    plain = text.strip().casefold()
    if plain in ("w", "h"):
        return DaySelection(workdays=plain == "w")
    chosen: set[Weekday] = set()
    for part in filter(None, re.split(r"[,，\s]+", plain)):
        found = re.fullmatch(r"([1-7])(?:-([1-7]))?", part)
        if found is None:
            raise ValueError(f"expected days such as 1-5, got {text!r}")
        first, last = int(found[1]), int(found[2] or found[1])
        chosen |= {list(Weekday)[number - 1] for number in range(first, last + 1)}
    return DaySelection(weekdays=frozenset(chosen))
