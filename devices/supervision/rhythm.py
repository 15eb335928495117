"""Rhythm: period, jitter and loss of one endpoint's heartbeats, learned; and how long a silence they allow.

Jitter is the 95th percentile of lateness, followed step by step (Robbins and Monro 1951) instead of kept in a list.
Losses are counted in two windows that forget: an hour and a week. They come in runs, so the chance of a miss after a
miss is counted too; as one line alone seldom shows it, the whole fleet's is where it begins.

From these and from how many false alarms a day the whole fleet may raise, follows after how
many missed heartbeats an endpoint may be called silent.
"""

from dataclasses import dataclass
from functools import lru_cache
from math import ceil, log, sqrt

FALSE_ALARMS_PER_DAY = 1.0  # of the whole fleet
FEWEST_MISSES, MOST_MISSES = 3, 12
SLACK_S = 10.0
JITTER_FLOOR_S = 2.0
HOUR_S, WEEK_S, DAY_S = 3_600.0, 604_800.0, 86_400.0
_PRIOR = 100.0  # expected heartbeats with one miss: what is assumed of a line before it is known
_RUN_PRIOR = 20.0
_LATE = 0.95
_WORST = 0.95  # chance of a miss: of a line that loses everything no number of misses would be rare
_LOSSY_FROM = 30.0  # heartbeats expected within the hour before a line is judged
_LOSSY, _CLEAN = 0.10, 0.05
_SURE = 1.645  # standard deviations of a one-sided 95 %


@dataclass(slots=True)
class Runs:
    """How the losses of all lines together come in runs."""

    missed: float = 20.0
    again: float = 4.0  # of which followed another one

    def came(self, missed: int) -> None:
        """A run of misses ended."""
        self.missed += missed
        self.again += missed - 1

    @property
    def share(self) -> float:
        """The chance of a miss after a miss."""
        return self.again / self.missed


@dataclass(slots=True)
class Rhythm:
    """Mutable, one per endpoint; small, for there are 100,000 of them."""

    period: float = 60.0
    jitter: float = JITTER_FLOOR_S
    missed_hour: float = 0.0
    expected_hour: float = 0.0
    missed_week: float = 0.0
    expected_week: float = 0.0
    runs_week: float = 0.0  # of misses in a row

    def came(self, late_s: float, missed: int) -> None:
        """A heartbeat came, `late_s` after its time, and `missed` before it did not."""
        expected, jitter = 1.0 + missed, self.jitter
        since_s = expected * self.period
        keep = 1.0 - since_s / HOUR_S if since_s < HOUR_S else 0.0
        self.missed_hour = self.missed_hour * keep + missed
        self.expected_hour = self.expected_hour * keep + expected
        keep = 1.0 - since_s / WEEK_S if since_s < WEEK_S else 0.0
        self.missed_week = self.missed_week * keep + missed
        self.expected_week = self.expected_week * keep + expected
        self.runs_week *= keep
        if missed:
            self.runs_week += 1.0
        elif late_s > jitter or jitter > JITTER_FLOOR_S:  # else it is as small as it gets
            jitter += jitter / 8 * (_LATE if late_s > jitter else _LATE - 1.0)
            self.jitter = min(max(jitter, JITTER_FLOOR_S), self.period)

    def found(self) -> None:
        """One that was counted as missed had only been overtaken."""
        self.missed_hour = max(0.0, self.missed_hour - 1.0)
        self.missed_week = max(0.0, self.missed_week - 1.0)

    @property
    def loss(self) -> float:
        """The share of heartbeats that get lost, the worse of both windows."""
        return max(
            (self.missed_hour + 1.0) / (self.expected_hour + _PRIOR),
            (self.missed_week + 1.0) / (self.expected_week + _PRIOR),
        )

    def loss_after_loss(self, fleet: Runs) -> float:
        """The chance of a miss after a miss."""
        again = self.missed_week - self.runs_week + fleet.share * _RUN_PRIOR
        return min(_WORST, again / (self.missed_week + _RUN_PRIOR))

    @property
    def is_lossy(self) -> bool:
        """Whether the last hour's loss is above a tenth, and thrice the week's, with 95 % confidence."""
        if self.expected_hour < _LOSSY_FROM:
            return False
        share = (self.missed_hour + 0.5) / (self.expected_hour + 1.0)
        surely = share - _SURE * sqrt(share * (1 - share) / self.expected_hour)
        before = (self.missed_week - self.missed_hour) / max(1.0, self.expected_week - self.expected_hour)
        return surely > max(_LOSSY, 3 * max(0.0, before))

    @property
    def is_clean(self) -> bool:
        """Whether a lossy line may be called well again."""
        return self.missed_hour < _CLEAN * max(1.0, self.expected_hour)

    @property
    def suspect_after(self) -> float:
        """Observable silence, s, that is enough for a group and too little for one."""
        return 2 * self.period + self.jitter + SLACK_S

    def silent_after(self, endpoints: int, fleet: Runs, failed_probes: int = 0) -> float:
        """Observable silence, s, beyond which the fleet's budget of false alarms allows to call it silent."""
        loss, again = round(self.loss, 4), round(self.loss_after_loss(fleet), 3)
        misses = misses_allowed(loss, min(_WORST, max(loss, again)), self.period, endpoints)
        return max(FEWEST_MISSES, misses - failed_probes) * self.period + self.jitter + SLACK_S


@lru_cache(maxsize=4_096)
def misses_allowed(
    loss: float, loss_after_loss: float, period: float, endpoints: int, per_day: float = FALSE_ALARMS_PER_DAY
) -> int:
    """Missed heartbeats in a row that are rarer than `per_day` in a fleet: k of loss · after^(k−1) ≤ budget."""
    budget = log(min(0.5, per_day * period / (DAY_S * max(1, endpoints))))
    misses = 1 + ceil((budget - log(loss)) / log(loss_after_loss))
    return min(max(misses, FEWEST_MISSES), MOST_MISSES)
