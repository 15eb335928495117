"""A recording for one tap: every block once, then again those that the tap says it lacks (selective repeat)."""

from devices.serial.bodies import REFUSED, UNKNOWN, Block, Gaps, Mix, Offer
from devices.serial.drops import MANY
from devices.serial.mixing import indices
from devices.serial.sending import OFFERED_OFTEN, Cuts, Sending


class ToOne:
    """A recording for one tap."""

    def __init__(self, offer: Offer, content: bytes, tap: int, *, urgent: bool = False) -> None:
        self.offer = offer
        self.urgent = urgent
        self.offered = False
        self._cuts = Cuts(offer, content)
        self._tap = tap
        self._there = True
        self._through = False
        self._lacks = self._fresh = (1 << offer.count) - 1
        self._again = 0
        self._sent = [-1] * offer.count
        self._offer_due = True  # before the next block
        self._offer_again = list(OFFERED_OFTEN)  # until the tap shows that it knows of the offer
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
