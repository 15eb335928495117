"""The recordings that a head has on their way: whose turn it is, in which blocks they go, and whom to ask meanwhile."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import inf

from devices.serial.bodies import BLOCK_SIZES, MOST_BLOCKS, Block, Gaps, Mix, Offer
from devices.serial.drops import Drops, either, steady_block, usual
from devices.serial.noise import best_guard, best_shape, loss, new_block
from devices.serial.pacing import Line
from devices.serial.sending import Sending
from devices.serial.to_many import ToMany
from devices.serial.to_one import ToOne

CUT = 3  # bytes of a block or a mix before its content
_SAMPLE_FIRST_S, _SAMPLE_LAST_S = 0.25, 4.0  # between questions while blocks are sent, at least,
_FIRST_AIRTIMES, _LAST_AIRTIMES = 40, 250  # and so many times as long as a question takes
_QUESTION = 32  # bytes


@dataclass(slots=True)
class _Shipment:
    sending: Sending
    address: int
    content: bytes
    largest: int  # block
    samples_every_s: float
    turn: int = 0  # whom to ask next
    samples_at: float = -inf


class Transfers:
    """`calm_of` is how calm the line is to several taps together, `drops_at` what is counted of one."""

    def __init__(
        self, line: Line, calm_of: Callable[[Iterable[int]], int], drops_at: Callable[[int], Drops]
    ) -> None:
        self._line = line
        self._calm_of = calm_of
        self._drops_at = drops_at
        question_s = line.airtime_s(_QUESTION)
        self._sample_first_s = max(_SAMPLE_FIRST_S, _FIRST_AIRTIMES * question_s)
        self._sample_last_s = max(_SAMPLE_LAST_S, _LAST_AIRTIMES * question_s)
        self._shipments: dict[int, _Shipment] = {}
        self._number = 0

    def offer(
        self,
        sha256: bytes,
        content: bytes,
        taps: frozenset[int],
        there: frozenset[int],
        address: int,
        *,
        urgent: bool,
    ) -> None:
        """A recording for these taps, of which some are `there`."""
        largest = min(self._line.largest_block, steady_block(len(content), self._drops(taps)))
        block = best_shape(self._calm_of(taps), largest, _smallest(len(content))).block
        offer = Offer(transfer=self._new_number(), block=block, size=len(content), sha256=sha256)
        if taps == {address}:
            sending: Sending = ToOne(offer, content, address, urgent=urgent)
        else:
            sending = ToMany(offer, content, taps, urgent=urgent)
        for tap in taps - there:
            sending.gone(tap)
        self._shipments[offer.transfer] = _Shipment(sending, address, content, largest, self._sample_first_s)

    def withdraw(self, sha256: bytes) -> None:
        """A recording is no longer sent."""
        for number in [n for n, each in self._shipments.items() if each.sending.offer.sha256 == sha256]:
            del self._shipments[number]

    def lacking(self, sha256: bytes) -> dict[int, int]:
        """Bytes that each tap lacks of a recording, of those that lack any."""
        return {
            tap: min(offer.size, sending.lacking(tap) * offer.block)
            for sending in self._in_order()
            if (offer := sending.offer).sha256 == sha256
            for tap in sending.taps
        }

    @property
    def busy(self) -> bool:
        """Whether anything is on its way."""
        return bool(self._shipments)

    def next_body(self, sequence: int) -> tuple[int, Offer | Block | Mix, int] | None:
        """What goes out now, to whom, and how calm the line is to those who lack it."""
        for sending in self._in_order():
            calm = self._calm_of(sending.taps)
            body = sending.next_body(sequence, either(_loss(calm, sending.offer), self._drops(sending.taps)))
            if body is not None:
                return self._shipments[sending.offer.transfer].address, body, calm
        return None

    def to_ask(self) -> dict[int, int]:
        """Who must answer for anything to go on, and about which transfer."""
        asks: dict[int, int] = {}
        for sending in self._in_order():
            for tap in sending.to_ask():
                asks.setdefault(tap, sending.offer.transfer)
        return asks

    def wants_gaps(self, tap: int) -> bool:
        """Whether the tap is to say which blocks it lacks: more than a roll can ask."""
        return any(isinstance(sending, ToOne) and tap in sending.taps for sending in self._in_order())

    def sample(self, there: frozenset[int], now: float) -> int | None:
        """Whom to ask now though nothing waits for the answer: to hear early of gaps and of noise."""
        for sending in self._in_order():
            shipment, taps = self._shipments[sending.offer.transfer], sorted(sending.taps & there)
            if taps and now >= shipment.samples_at:
                shipment.turn += 1
                shipment.samples_at = now + shipment.samples_every_s
                return taps[shipment.turn % len(taps)]
        return None

    def next_sample(self, there: frozenset[int]) -> float:
        """When somebody is to be asked again."""
        shipments = (each for each in self._shipments.values() if each.sending.taps & there)
        return min((shipment.samples_at for shipment in shipments), default=inf)

    def question(self, tap: int, now: float) -> tuple[int, int, int]:
        """(transfer, since, until): what a tap is asked about; transfer 0: nothing."""
        begun = [each for each in self._in_order() if tap in each.taps and each.offered]
        sending = next((each for each in begun if tap in each.to_ask()), begun[0] if begun else None)
        if sending is None:
            return 0, 0, 0
        shipment = self._shipments[sending.offer.transfer]
        shipment.samples_at = now + shipment.samples_every_s
        shipment.samples_every_s = min(self._sample_last_s, 2 * shipment.samples_every_s)
        return sending.offer.transfer, *sending.question(tap)

    def answered(self, transfer: int, tap: int, missing: int, asked: int) -> bytes | None:
        """What a tap says it lacks; the name of the recording if it is through with it."""
        shipment = self._shipments.get(transfer)
        if shipment is None or tap not in shipment.sending.taps:
            return None
        through = shipment.sending.answered(tap, missing, asked)
        self._count(shipment.sending, tap)
        if not shipment.sending.taps:
            del self._shipments[transfer]
        elif not through:
            self._cut_anew(transfer)
        return shipment.sending.offer.sha256 if through else None

    def heard(self, gaps: Gaps, asked: int) -> None:
        """Which blocks a tap lacks."""
        if shipment := self._shipments.get(gaps.transfer):
            shipment.sending.heard(gaps, asked)
            for tap in shipment.sending.taps:
                self._count(shipment.sending, tap)

    def unanswered(self, transfer: int, tap: int) -> None:
        """A tap did not say what it lacks."""
        if shipment := self._shipments.get(transfer):
            shipment.sending.unanswered(tap)

    def returned(self, tap: int) -> None:
        """A tap is there (again)."""
        for sending in self._in_order():
            if tap in sending.taps:
                sending.returned(tap)

    def gone(self, tap: int) -> None:
        """A tap is away; nothing waits for it."""
        for sending in self._in_order():
            if tap in sending.taps:
                sending.gone(tap)

    def _count(self, sending: Sending, tap: int) -> None:
        """What has become of blocks at a tap."""
        blocks, lost = sending.judged(tap)
        if blocks:
            self._drops_at(tap).sent(blocks, lost, _loss(self._calm_of([tap]), sending.offer))

    def _drops(self, taps: Iterable[int]) -> float:
        return usual(self._drops_at(tap).share for tap in taps)

    def _in_order(self) -> list[Sending]:
        sendings = [shipment.sending for shipment in self._shipments.values()]
        return sorted(sendings, key=lambda sending: not sending.urgent)

    def _new_number(self) -> int:
        while (number := self._number % 0xFF + 1) in self._shipments:
            self._number = number
        self._number = number
        return number

    def _cut_anew(self, transfer: int) -> None:
        """Go on in other blocks, where the line has become so much calmer or noisier that it is worth it."""
        shipment = self._shipments[transfer]
        old = shipment.sending.offer
        block = new_block(
            self._calm_of(shipment.sending.taps), old.block, shipment.largest, _smallest(old.size)
        )
        if block == old.block:
            return
        offer = Offer(transfer=self._new_number(), block=block, size=old.size, sha256=old.sha256)
        recut = shipment.sending.recut(offer)
        if recut is not None:
            del self._shipments[transfer]
            shipment.sending = recut
            self._shipments[offer.transfer] = shipment


def _loss(calm: int, offer: Offer) -> float:
    """The chance of a block to be lost to noise."""
    length = CUT + offer.block
    return loss(calm, length, best_guard(calm, length))


def _smallest(size: int) -> int:
    return next(block for block in reversed(BLOCK_SIZES) if size <= block * MOST_BLOCKS)
