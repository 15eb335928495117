"""A recording on its way to a tap: which blocks are missing, and how mixes give them. Blocks are kept by a shelf."""

from collections.abc import Iterator
from functools import reduce
from operator import xor

from devices.serial.bodies import REFUSED, RUNS, Block, Gaps, Mix, Offer
from devices.serial.mixing import Equations, indices, named
from devices.serial.runs import Run, packed_run, runs_of
from devices.serial.shelf import UNIT, Shelf, ShelfFull


class Receiving:
    """One transfer at a tap. It is whole only once all its bytes have the right SHA-256."""

    def __init__(self, offer: Offer, shelf: Shelf) -> None:
        self.offer = offer
        self._shelf = shelf
        self._equations: Equations | None = None
        self._refused = self._finished = False
        self._missing = 0
        try:
            self._begin()
            self._finish_if_whole()
        except ShelfFull:
            self._refused = True

    @property
    def whole(self) -> bool:
        """Whether the recording is here, verified."""
        return self._finished

    @property
    def refused(self) -> bool:
        """Whether the shelf did not take it."""
        return self._refused

    @property
    def lacking(self) -> int:
        """What an answer says is missing."""
        if self._refused:
            return REFUSED
        if self._finished:
            return 0
        return max(1, self._equations.lacking if self._equations else self._missing.bit_count())

    def take(self, cut: Block | Mix) -> bool:
        """A block or a mix has come; whether the recording is whole by it."""
        if self._finished or self._refused:
            return False
        try:
            if isinstance(cut, Mix):
                self._take_mix(cut)
            else:
                self._take_block(cut)
            return self._finish_if_whole()
        except ShelfFull:
            self._refused = True
            return False

    def gaps(self, since: int, until: int) -> Iterator[Gaps]:
        """Which of these blocks are missing, each frame about a part of them."""
        until = min(until, self.offer.count)
        runs: list[Run] = []
        begin, at, size = since, since, 0
        for run in runs_of(self._missing, since, until):
            first, length = run
            size += len(packed_run(run, at))
            if size > RUNS:
                yield self._gaps(begin, first, runs)
                begin, runs, size = first, [], len(packed_run(run, first))
            runs.append(run)
            at = first + length
        if begin < until:
            yield self._gaps(begin, until, runs)

    def _gaps(self, since: int, until: int, runs: list[Run]) -> Gaps:
        return Gaps(transfer=self.offer.transfer, since=since, until=until, runs=tuple(runs))

    def _not_in(self, held: int) -> int:
        per_block, units_in_all = self.offer.block // UNIT, -(-self.offer.size // UNIT)
        missing = 0
        for index in range(self.offer.count):
            first = index * per_block
            mask = (1 << min(per_block, units_in_all - first)) - 1
            if held >> first & mask != mask:
                missing |= 1 << index
        return missing

    def _take_block(self, block: Block) -> None:
        offer = self.offer
        if block.number >= offer.count or len(block.content) != offer.length(block.number):
            return
        if self._missing >> block.number & 1:
            self._write(block.number, block.content)
            if self._equations is not None:
                padded = block.content.ljust(offer.block, b"\0")
                self._equations.add(1 << block.number, int.from_bytes(padded, "big"))
                self._write_solved(self._equations)

    def _take_mix(self, mix: Mix) -> None:
        offer = self.offer
        if len(mix.content) != offer.block:
            return
        if self._equations is None:
            self._equations = Equations(indices(self._missing), offer.block)
        mask = named(mix.number, offer.count)
        known = (self._block(index) for index in indices(mask & ~self._equations.missing))
        value = reduce(xor, known, int.from_bytes(mix.content, "big"))
        self._equations.add(mask & self._equations.missing, value)
        self._write_solved(self._equations)

    def _write_solved(self, equations: Equations) -> None:
        if equations.lacking:
            return
        for index, block in equations.solved().items():
            if self._missing >> index & 1:
                self._write(index, block.to_bytes(self.offer.block, "big")[: self.offer.length(index)])

    def _block(self, index: int) -> int:
        content = self._shelf.read(self.offer.sha256, index * self.offer.block, self.offer.length(index))
        return int.from_bytes(content.ljust(self.offer.block, b"\0"), "big")

    def _write(self, index: int, content: bytes) -> None:
        self._shelf.write(self.offer.sha256, index * self.offer.block, content)
        self._missing &= ~(1 << index)

    def _finish_if_whole(self) -> bool:
        if self._missing or self._refused or self._finished:
            return False
        self._equations = None
        self._finished = self._shelf.finish(self.offer.sha256)
        if not self._finished:
            self._begin()
        return self._finished

    def _begin(self) -> None:
        held = self._shelf.begin(self.offer.sha256, self.offer.size)
        self._refused = held is None
        self._missing = 0 if held is None else self._not_in(held)
