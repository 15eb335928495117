"""Recordings on their way from the head: what goes out next, and who is to be asked about it.

To one tap: every block once, then again those that the tap says it lacks (selective repeat). To several: every block once, then
rounds of mixes, as many as the neediest lacks and two more; taps say only how many they lack.
"""

import math
from collections.abc import Iterable
from enum import StrEnum
from typing import Protocol

from devices.serial.bodies import REFUSED, UNKNOWN, Block, Gaps, Mix, Offer
from devices.serial.mixing import indices, mixed, named

SURPLUS = 2  # mixes beyond what the neediest lacks: all but one round in five ends all of it
_TRIES = 2  # questions to a tap that does not answer, before a round goes on without it
_OFFERED_AGAIN = (4, 32, 256)  # blocks after the begin: a tap that missed the offer would lose the blocks
_OFFERED_OFTEN = (1, 2, 3, 4, 8, 16, 32, 64, 128, 256)  # on a line that loses many frames:
MANY = 0.02  # so many


class Sending(Protocol):
    """One transfer at the head. `asked` is the sequence of the question that is answered."""

    offer: Offer
    urgent: bool
    offered: bool  # the offer has gone out

    @property
    def taps(self) -> frozenset[int]:
        """Who is to have it and has not."""

    def next_body(self, sequence: int, loss: float) -> Offer | Block | Mix | None:
        """What goes out now under this sequence, frames being lost with this chance; None: nothing, ask."""

    def to_ask(self) -> frozenset[int]:
        """Who must say what is missing before this goes on."""

    def question(self, tap: int) -> tuple[int, int]:
        """About which blocks the tap is asked; none if both are equal."""

    def answered(self, tap: int, missing: int, asked: int) -> bool:
        """So much is missing at a tap; whether it is through with it, by having or by refusing."""

    def unanswered(self, tap: int) -> None:
        """A tap did not answer."""

    def heard(self, gaps: Gaps, asked: int) -> None:
        """What a tap lacks."""

    def judged(self, tap: int) -> tuple[int, int]:
        """(blocks, lost): whose fate at the tap is known since it was judged last."""

    def returned(self, tap: int) -> None:
        """A tap has become present."""

    def gone(self, tap: int) -> None:
        """A tap is silent or no longer wanted; it is not waited for."""

    def lacking(self, tap: int) -> int:
        """Blocks that the tap is thought to lack."""

    def recut(self, offer: Offer) -> "Sending | None":
        """The same in the blocks of another offer; None where that would waste what was sent."""


class _Cuts:
    """The blocks of a recording."""

    def __init__(self, offer: Offer, content: bytes) -> None:
        self._offer = offer
        self.content = content
        self._numbers: list[int] = []

    def block(self, index: int) -> Block:
        start = index * self._offer.block
        content = self.content[start : start + self._offer.block]
        return Block(transfer=self._offer.transfer, number=index, content=content)

    def mix(self, seed: int) -> Mix:
        if not self._numbers:
            padded = (
                self.block(index).content.ljust(self._offer.block, b"\0")
                for index in range(self._offer.count)
            )
            self._numbers = [int.from_bytes(block, "big") for block in padded]
        value = mixed(self._numbers, named(seed, self._offer.count))
        return Mix(
            transfer=self._offer.transfer, number=seed, content=value.to_bytes(self._offer.block, "big")
        )


class ToOne:
    """A recording for one tap."""

    def __init__(self, offer: Offer, content: bytes, tap: int, *, urgent: bool = False) -> None:
        self.offer = offer
        self.urgent = urgent
        self.offered = False
        self._cuts = _Cuts(offer, content)
        self._tap = tap
        self._there = True
        self._through = False
        self._lacks = self._fresh = (1 << offer.count) - 1
        self._again = 0
        self._sent = [-1] * offer.count
        self._offer_due = True  # before the next block
        self._offer_again = list(_OFFERED_OFTEN)  # until the tap shows that it knows of the offer
        self._blocks = 0
        self._judged = [0, 0]

    @property
    def taps(self) -> frozenset[int]:
        return frozenset() if self._through else frozenset({self._tap})

    def next_body(self, sequence: int, loss: float) -> Offer | Block | Mix | None:
        if self._through or not self._there:
            return None
        if not self._offer_due and loss > MANY and self._offer_again and self._blocks >= self._offer_again[0]:
            self._offer_again.pop(0)
            self._offer_due = True
        if self._offer_due:
            self._offer_due, self.offered = False, True
            return self.offer
        waiting = self._again or self._fresh
        if not waiting:
            return None
        bit = waiting & -waiting
        self._again &= ~bit
        self._fresh &= ~bit
        index = bit.bit_length() - 1
        self._sent[index] = sequence
        self._blocks += 1
        return self._cuts.block(index)

    def to_ask(self) -> frozenset[int]:
        idle = not (self._again or self._fresh or self._through) and self._there
        return frozenset({self._tap}) if idle else frozenset()

    def question(self, tap: int) -> tuple[int, int]:
        if not self._lacks:
            return 0, 0
        since = (self._lacks & -self._lacks).bit_length() - 1
        return since, max(since + 1, self._until())

    def answered(self, tap: int, missing: int, asked: int) -> bool:
        if missing == UNKNOWN:
            self._offer_due = True
            self._send_again((1 << self.offer.count) - 1, asked)
        elif missing in (0, REFUSED):
            self._judge(self._lacks if missing == 0 else 0, 0, asked)
            self._through = True
        return self._through

    def judged(self, tap: int) -> tuple[int, int]:
        blocks, lost = self._judged
        self._judged = [0, 0]
        return blocks, lost

    def unanswered(self, tap: int) -> None:
        """The next question will do."""

    def heard(self, gaps: Gaps, asked: int) -> None:
        if gaps.until > self.offer.count:
            return
        self._offer_again.clear()
        lacks = sum((1 << length) - 1 << first for first, length in gaps.runs)
        within = (1 << gaps.until) - (1 << gaps.since)
        held = within & ~lacks
        self._judge(held & self._lacks, lacks, asked)
        self._lacks = self._lacks & ~held | lacks
        self._fresh &= ~held
        self._again &= ~held
        self._send_again(lacks, asked)

    def returned(self, tap: int) -> None:
        self._there = True
        self._offer_due = True

    def gone(self, tap: int) -> None:
        self._there = False

    def lacking(self, tap: int) -> int:
        return 0 if self._through else self._lacks.bit_count()

    def recut(self, offer: Offer) -> Sending:
        recut = ToOne(offer, self._cuts.content, self._tap, urgent=self.urgent)
        lacks, old = 0, self.offer.block
        for index in range(offer.count):
            first, last = index * offer.block // old, (index * offer.block + offer.length(index) - 1) // old
            if self._lacks >> first & (1 << last - first + 1) - 1:
                lacks |= 1 << index
        recut._lacks = recut._fresh = lacks
        recut._there = self._there
        return recut

    def _until(self) -> int:
        """All at first; then as far as blocks were sent."""
        return self._fresh.bit_length() if self._blocks < 2 else (~self._fresh & self._all).bit_length()

    @property
    def _all(self) -> int:
        return (1 << self.offer.count) - 1

    def _judge(self, arrived: int, lost: int, asked: int) -> None:
        """Of what was sent before the question, so much arrived and was lost; a block counts each time it is sent."""
        for mask, is_lost in ((arrived, 0), (lost & ~self._again & ~self._fresh, 1)):
            for index in indices(mask):
                if 0 <= self._sent[index] < asked:
                    self._judged[0] += 1
                    self._judged[1] += is_lost

    def _send_again(self, lacks: int, asked: int) -> None:
        for index in indices(lacks & ~self._fresh & ~self._again):
            if self._sent[index] < asked:
                self._again |= 1 << index


class Phase(StrEnum):
    """What a recording for several taps is at."""

    FILL = "fill"  # every block once
    COUNT = "count"  # everybody says how many blocks it lacks
    MEND = "mend"  # so many mixes
    REST = "rest"  # nobody who is there lacks anything


class Turn(StrEnum):
    """What moves it on."""

    ALL_SENT = "all_sent"
    RESUMED = "resumed"  # a tap holds blocks that were not sent yet
    MANY_LACK = "many_lack"  # somebody lacks more than half
    FEW_LACK = "few_lack"
    NOBODY_LACKS = "nobody_lacks"
    RETURNED = "returned"  # a tap is there (again)


PHASES: dict[Phase, dict[Turn, Phase]] = {
    Phase.FILL: {Turn.ALL_SENT: Phase.COUNT, Turn.RESUMED: Phase.COUNT},
    Phase.COUNT: {
        Turn.MANY_LACK: Phase.FILL,
        Turn.FEW_LACK: Phase.MEND,
        Turn.NOBODY_LACKS: Phase.REST,
    },
    Phase.MEND: {Turn.ALL_SENT: Phase.COUNT},
    Phase.REST: {Turn.RETURNED: Phase.COUNT},
}


class ToMany:
    """A recording for several taps of one address."""

    def __init__(self, offer: Offer, content: bytes, taps: Iterable[int], *, urgent: bool = False) -> None:
        self.offer = offer
        self.urgent = urgent
        self.offered = False
        self._cuts = _Cuts(offer, content)
        self._lacking: dict[int, int] = dict.fromkeys(taps, offer.count)
        self._absent: set[int] = set()
        self._phase = Phase.FILL
        self._owed = offer.count  # blocks or mixes of this phase
        self._tries: dict[int, int] = {}  # in COUNT: whose answer is waited for, and how often it was asked
        self._counts: dict[int, int] = {}  # in COUNT: what was answered
        self._counted_once = False
        self._since = 0  # sequence of the last block or mix
        self._seed = 0
        self._loss = 0.0
        self._offer_in: list[int] = [0, *_OFFERED_AGAIN]
        self._filled = 0
        self._resumed = False  # somebody held blocks before
        self._judged: dict[int, tuple[int, int]] = {}  # tap → (blocks, lost)

    @property
    def phase(self) -> Phase:
        """What it is at."""
        return self._phase

    @property
    def taps(self) -> frozenset[int]:
        return frozenset(self._lacking)

    def next_body(self, sequence: int, loss: float) -> Offer | Block | Mix | None:
        self._loss = loss
        if self._phase in (Phase.COUNT, Phase.REST) or not self._lacking.keys() - self._absent:
            return None
        if self._offer_in and self._filled >= self._offer_in[0]:
            self._offer_in.pop(0)
            if not self.offered and loss > MANY:
                self._offer_in = list(_OFFERED_OFTEN)
            self.offered = True
            return self.offer
        if not self._owed:
            self._turn(Turn.ALL_SENT)
            return None
        self._owed -= 1
        self._since = sequence
        if self._phase is Phase.FILL:
            self._filled += 1
            return self._cuts.block(self.offer.count - 1 - self._owed)
        self._seed = self._seed + 1 & 0xFFFF
        return self._cuts.mix(self._seed)

    def to_ask(self) -> frozenset[int]:
        return frozenset(self._tries) if self._phase is Phase.COUNT else frozenset()

    def question(self, tap: int) -> tuple[int, int]:
        return 0, 0

    def answered(self, tap: int, missing: int, asked: int) -> bool:
        if tap not in self._lacking:
            return False
        through = missing in (0, REFUSED)
        if through:
            del self._lacking[tap]
        elif missing == UNKNOWN:
            self._lacking[tap] = self.offer.count
            self._offer_in = [0, *self._offer_in]
        else:
            self._lacking[tap] = missing
        if self._phase is Phase.FILL and missing < self._owed and not self._counted_once:
            self._resumed = True
            self._turn(Turn.RESUMED)
        elif self._phase is Phase.REST and not through:
            self._turn(Turn.RETURNED)
        elif self._phase is Phase.COUNT and asked > self._since:
            if self._tries.pop(tap, None) is not None and self._tells_losses(missing):
                self._judged.setdefault(tap, (self._filled, missing))
            self._counts[tap] = self._lacking.get(tap, 0)
            self._weigh()
        return through

    def _tells_losses(self, missing: int) -> bool:
        """Whether that much is missing of the blocks alone, each of which was sent once."""
        return not (self._resumed or self._seed) and missing <= self._filled == self.offer.count

    def unanswered(self, tap: int) -> None:
        if self._phase is Phase.COUNT and tap in self._tries:
            self._tries[tap] += 1
            if self._tries[tap] >= _TRIES:
                del self._tries[tap]
                self._weigh()

    def heard(self, gaps: Gaps, asked: int) -> None:
        """Taps of a group are not asked for them."""

    def judged(self, tap: int) -> tuple[int, int]:
        """Known of the first count only: mixes are sent until they suffice."""
        found = self._judged.get(tap)
        if found is not None:
            self._judged[tap] = (0, 0)
        return found or (0, 0)

    def returned(self, tap: int) -> None:
        self._absent.discard(tap)
        if tap not in self._lacking:
            return
        if self._filled:
            self._offer_in = [0, *self._offer_in]
        if self._phase is Phase.REST:
            self._turn(Turn.RETURNED)

    def gone(self, tap: int) -> None:
        self._absent.add(tap)
        if self._tries.pop(tap, None) is not None:
            self._weigh()

    def lacking(self, tap: int) -> int:
        return self._lacking.get(tap, 0)

    def recut(self, offer: Offer) -> "Sending | None":
        if self._phase is not Phase.FILL:
            return None
        recut = ToMany(offer, self._cuts.content, self._lacking, urgent=self.urgent)
        begun = (self.offer.count - self._owed) * self.offer.block // offer.block
        recut._owed = offer.count - begun
        recut._absent = self._absent
        return recut

    def _weigh(self) -> None:
        """Everybody has counted: what follows."""
        if self._tries:
            return
        if not self._counts and self._lacking.keys() - self._absent:
            self._tries = dict.fromkeys(self._lacking.keys() - self._absent, 0)
            return
        neediest = max(self._counts.values(), default=0)
        if not neediest:
            self._turn(Turn.NOBODY_LACKS)
        elif 2 * neediest > self.offer.count and self._filled < 2 * self.offer.count:
            self._turn(Turn.MANY_LACK)
            self._owed = self.offer.count
        else:
            self._turn(Turn.FEW_LACK)
            self._owed = math.ceil((neediest + SURPLUS) / max(0.1, 1 - self._loss))

    def _turn(self, turn: Turn) -> None:
        self._phase = PHASES[self._phase][turn]
        if self._phase is Phase.COUNT:
            self._counted_once = True
            self._counts.clear()
            self._tries = dict.fromkeys(self._lacking.keys() - self._absent, 0)
            self._weigh()
