"""Runs: which blocks are missing, as the first and the number of each unbroken row of them, in order.

On the wire: blocks held, blocks missing, in turn, each LEB128, from a block that is told besides.
"""

from collections.abc import Iterator

Run = tuple[int, int]  # the first, and how many


def runs_of(mask: int, since: int, until: int) -> Iterator[Run]:
    """Of the set bits from `since` to before `until`."""
    rest, at = (mask & (1 << until) - 1) >> since, since
    while rest:
        skipped = (rest & -rest).bit_length() - 1
        rest >>= skipped
        length = (~rest & rest + 1).bit_length() - 1
        yield at + skipped, length
        rest >>= length
        at += skipped + length


def packed_run(run: Run, at: int) -> bytes:
    """One run, of which all before `at` has been told."""
    first, length = run
    return varint(first - at) + varint(length)


def unpacked_runs(packed: bytes, at: int) -> Iterator[Run]:
    """Raises ValueError."""
    numbers = list(_numbers(packed))
    if len(numbers) % 2:
        raise ValueError("runs: a gap without a length")
    for skipped, length in zip(numbers[::2], numbers[1::2], strict=True):
        yield at + skipped, length
        at += skipped + length


def varint(number: int) -> bytes:
    """Seven bits a byte, the lowest first, the top bit set on all but the last (LEB128)."""
    packed = bytearray()
    while number > 0x7F:
        packed.append(number & 0x7F | 0x80)
        number >>= 7
    packed.append(number)
    return bytes(packed)


def _numbers(packed: bytes) -> Iterator[int]:
    number = shift = 0
    for byte in packed:
        number |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            yield number
            number = shift = 0
        elif shift > 14:
            raise ValueError("runs: a number of more than three bytes")
    if shift:
        raise ValueError("runs: a number without its end")
