"""A recording on its way from the head: what both ways of sending one promise, and the blocks and mixes that it is cut into."""

from typing import Protocol

from devices.serial.bodies import Block, Gaps, Mix, Offer
from devices.serial.mixing import mixed, named

# Blocks after the begin, on a line that drops MANY frames: a tap that missed the offer loses the blocks.
OFFERED_OFTEN = (1, 2, 3, 4, 8, 16, 32, 64, 128, 256)


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


class Cuts:
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
