"""Whether a tap is there, as the head sees it: one table, and what the head keeps of each tap."""

import math
from dataclasses import dataclass, field
from enum import StrEnum
from math import inf

from devices.serial.bodies import Lane
from devices.serial.drops import Drops, either
from devices.serial.noise import CALMEST
from devices.serial.streams import Inflow

SILENT_S = 10.0  # of questions without an answer: the tap is absent
_MISSES, _CHANCE = 3, 1e-6  # at least so many, and so many that it would be so rare if the tap were there
_LUCKLESS = 0.01  # the chance of so many misses that more is suspected than drops
_FAMILIAR = (
    8  # answers, after which its calm is known: what is lost before is noise that was not reckoned with
)
_AGAIN_S, _LAST_AGAIN_S = 0.1, 2.0  # between questions that a present tap does not answer
_FIRST_AGAIN_S = 1.0  # to the second question to an absent tap; then twice as long each time


class Presence(StrEnum):
    """What the head knows of a tap."""

    ABSENT = "absent"  # never heard, or silent
    GREETED = "greeted"  # said hello; a welcome is on its way
    PRESENT = "present"  # obeys this epoch


class Sign(StrEnum):
    """What it learns."""

    HELLO = "hello"
    ANSWER = "answer"
    SILENCE = "silence"  # SILENT_S without an answer


PRESENCES: dict[Presence, dict[Sign, Presence]] = {
    Presence.ABSENT: {
        Sign.HELLO: Presence.GREETED,
        Sign.ANSWER: Presence.ABSENT,  # it is asked to introduce itself; groups have gone on without it
        Sign.SILENCE: Presence.ABSENT,
    },
    Presence.GREETED: {
        Sign.HELLO: Presence.GREETED,  # the welcome was lost
        Sign.ANSWER: Presence.PRESENT,
        Sign.SILENCE: Presence.ABSENT,
    },
    Presence.PRESENT: {
        Sign.HELLO: Presence.GREETED,  # it has rebooted
        Sign.ANSWER: Presence.PRESENT,
        Sign.SILENCE: Presence.ABSENT,
    },
}


@dataclass(slots=True)
class Member:
    """One tap of the line. `asks_at`: when it is asked next."""

    address: int
    groups: tuple[int, ...]
    presence: Presence = Presence.ABSENT
    asks_at: float = -inf
    heard_at: float = -inf
    misses: int = 0  # questions without an answer since it was last heard,
    absent_misses: int = 0  # and since it is absent
    answers: int = 0
    lost_answers: int = 0
    calm: int = CALMEST
    drops: Drops = field(default_factory=Drops)
    waiting: int = 0  # bytes that it would send
    nonce: int | None = None  # to be welcomed with
    inflows: dict[Lane, Inflow] = field(default_factory=lambda: {lane: Inflow() for lane in Lane})

    def heard(self, sign: Sign, now: float, foretold: float = 0.0) -> Presence:
        """It has given a sign; what it was before. `foretold`: the chance of a frame to be lost to noise."""
        if self.presence is Presence.PRESENT and self.answers >= _FAMILIAR:
            self.drops.asked(self.misses, foretold)
        before, self.presence = self.presence, PRESENCES[self.presence][sign]
        self.misses = self.absent_misses = 0
        self.heard_at = now
        self.answers += 1
        return before

    @property
    def unexplained(self) -> int:
        """Misses beyond those that drops explain: the tap may be slow, or away."""
        return max(0, self.misses - self._misses_by_chance(_LUCKLESS))

    def _misses_by_chance(self, chance: float) -> int:
        """Misses at least, of a tap that is there, that are rarer than `chance`."""
        unanswered = either(self.drops.share, self.drops.share)
        return math.ceil(math.log(chance) / math.log(unanswered)) if unanswered > chance else 0

    def missed(self, now: float, most_again_s: float) -> bool:
        """It has not answered; whether it is absent by that. It is asked again soon, then ever later."""
        self.misses += 1
        self.lost_answers += 1
        again_s = min(_LAST_AGAIN_S, _AGAIN_S * 2 ** max(0, min(self.unexplained, 10) - 1))
        if self.misses == 1:
            self.heard_at = max(self.heard_at, now - again_s)
        silent = (
            self.misses >= max(_MISSES, self._misses_by_chance(_CHANCE)) and now - self.heard_at > SILENT_S
        )
        newly = silent and self.presence is not Presence.ABSENT
        if newly:
            self.presence = PRESENCES[self.presence][Sign.SILENCE]
        if self.presence is Presence.ABSENT:
            again_s = min(most_again_s, _FIRST_AGAIN_S * 2 ** min(self.absent_misses, 10))
            self.absent_misses += 1
        self.asks_at = now + again_s
        return newly
