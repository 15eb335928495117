"""Arrival: how long recordings take over a line, foretold from its baud rate, its calm and how many lack them. Pure.

The head sends every block once, then asks, then sends what was lost: again to one tap, as mixes to several, of which as many
are needed as the neediest lacks. Between blocks it asks the taps now and then. `thrift` corrects all of it by what was measured.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from devices.serial.bodies import BLOCK_SIZES, MOST_BLOCKS, SLOTS
from devices.serial.noise import CALMEST, best_shape, loss, wire_length
from devices.serial.pacing import Line

CUT = 3  # bytes of a block before its content
QUESTION, ANSWER = 32, 24  # bytes on the line
ROLL = 20  # bytes of a roll, and two more for each tap
BUSY_ROUNDS, BUSY_S, LEAST_S = 250, 30.0, 1.0  # how seldom taps are asked while recordings are on their way
SURPLUS = 2  # mixes beyond what the neediest lacks
LEAST_THRIFT, MOST_THRIFT = 0.25, 1.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Consignment:
    """A recording for endpoints of one line. `lacking`: the bytes that each lacks."""

    recording: str
    size: int
    lacking: Mapping[str, int]


def working_calm(calms: Iterable[int]) -> int:
    """The calm by which a head chooses its frames for several taps: the worst tenth's best."""
    ordered = sorted(calms)
    return ordered[len(ordered) // 10] if ordered else CALMEST


def airtime_s(line: Line, size: int, calms: Sequence[int], *, lacking: int | None = None) -> float:
    """How long until taps of these calms have a recording of which the neediest lacks so many bytes, on a line of their own.

    Raises ValueError without taps.
    """
    if not calms:
        raise ValueError("calms: expected that of at least one tap, got none")
    shape = best_shape(working_calm(calms), line.largest_block, _smallest(size))
    block = shape.block
    count = (size if lacking is None else min(size, lacking)) / block
    frame_s = line.airtime_s(wire_length(CUT + block, shape.guard))
    chances = [min(0.9, loss(calm, CUT + block, shape.guard)) for calm in calms]
    if len(calms) == 1:
        frames, rounds = count / (1 - chances[0]), 1 + count * chances[0] / (count * chances[0] + 1)
    else:
        frames, rounds = _mixed(count, chances)
    asked_s = rounds * _count_s(line, len(calms))
    return (frames * frame_s + asked_s) / (1 - _asking_share(line, len(calms)))


def _smallest(size: int) -> int:
    """The smallest blocks that a recording may be cut into, as a head does it."""
    return next((block for block in reversed(BLOCK_SIZES) if size <= block * MOST_BLOCKS), BLOCK_SIZES[0])


def _mixed(count: float, chances: Sequence[float]) -> tuple[float, float]:
    """(frames, rounds of questions) for several taps: every block once, then mixes."""
    worst = max(chances)
    spread = math.sqrt(2 * math.log(len(chances)) * count * worst * (1 - worst))
    missing = min(count, count * worst + spread)
    if missing < 0.05:
        return count, 1.0
    likely = min(1.0, missing)  # that anybody lacks anything at all
    mixes = (missing + SURPLUS) / (1 - worst) * likely
    return count + mixes, 1 + likely * (1 + worst)


def _count_s(line: Line, taps: int) -> float:
    """How long it takes to ask all of them once what they lack."""
    if taps == 1:
        return line.airtime_s(QUESTION + ANSWER) + 2 * line.turn_s
    rolls = math.ceil(taps / SLOTS)
    answers_s = taps * (line.airtime_s(ANSWER) + line.turn_s)
    return rolls * (line.airtime_s(ROLL) + line.turn_s) + line.airtime_s(2 * taps) + answers_s


def _asking_share(line: Line, taps: int) -> float:
    """The share of the line's time that routine questions take."""
    exchange_s = line.airtime_s(QUESTION + ANSWER) + 2 * line.turn_s
    every_s = max(LEAST_S, 3 * taps * exchange_s, min(BUSY_S, BUSY_ROUNDS * taps * exchange_s))
    taken_s = taps * (exchange_s if line.half_duplex else line.airtime_s(QUESTION))
    return min(0.5, taken_s / every_s)


def arrivals(
    line: Line, queue: Iterable[Consignment], calms: Mapping[str, int], *, thrift: float = 1.0
) -> dict[str, dict[str, float | None]]:
    """Recording → endpoint → seconds until it is there, the queue being sent in its order; None: nobody can say.

    `calms`: of the endpoints that are there, an endpoint that is not cannot be foretold anything. `thrift`: what part of
    the foretold pace was measured lately.
    """
    found: dict[str, dict[str, float | None]] = {}
    passed_s = 0.0
    pace = min(MOST_THRIFT, max(LEAST_THRIFT, thrift))
    for consignment in queue:
        there = {name: lacking for name, lacking in consignment.lacking.items() if name in calms and lacking}
        if there:
            listeners = [calms[name] for name in there]
            alone_s = airtime_s(line, consignment.size, listeners, lacking=max(there.values()))
            passed_s += alone_s / pace
        found[consignment.recording] = {
            name: passed_s if name in there else None if lacking else 0.0
            for name, lacking in consignment.lacking.items()
        }
    return found
