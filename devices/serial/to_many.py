"""A recording for several taps: every block once, then rounds of mixes, as many as the neediest lacks and two more.

Taps say only how many they lack.
"""

import math
from collections.abc import Iterable
from enum import StrEnum

from devices.serial.bodies import REFUSED, UNKNOWN, Block, Gaps, Mix, Offer
from devices.serial.drops import MANY
from devices.serial.sending import OFFERED_OFTEN, Cuts, Sending

SURPLUS = 2  # mixes beyond what the neediest lacks: all but one round in five ends all of it
_TRIES = 2  # questions to a tap that does not answer, though drops do not explain it, before a round goes on without it
_OFFERED_AGAIN = (4, 32, 256)  # blocks after the begin, on a line that drops few frames


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
        self._cuts = Cuts(offer, content)
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
                self._offer_in = list(OFFERED_OFTEN)
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
