"""Arrival: how long recordings take over a line, foretold from its baud rate, what its taps hear and how many lack them. Pure.

Theory of operation. The head sends every block once, then asks, then sends what was lost: again to one tap, as mixes to several,
of which as many are needed as the neediest lacks. A frame is lost to noise, the less the better it is shaped for it, or it
drops whatever its shape. A question or answer that is lost costs a wait. `thrift` corrects all of it by what was measured.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist, fmean

from devices.serial.bodies import BLOCK_SIZES, MOST_BLOCKS, SLOTS
from devices.serial.drops import MANY, either, steady_block, usual
from devices.serial.noise import CALMEST, best_shape, loss, wire_length
from devices.serial.pacing import Line

CUT = 3  # bytes of a block before its content
QUESTION, ANSWER, OFFER = 26, 22, 56  # bytes on the line
ROLL = 20  # bytes of a roll, and two more for each tap
# Questions meanwhile: some at first, then one in so many seconds or airtimes; and each of several taps by routine.
SAMPLES, SAMPLE_S, SAMPLE_BYTES = 3, 4.0, 8_000
BUSY_ROUNDS, BUSY_S = 250, 60.0
WAIT_S, WAIT_BYTES = 0.05, 6  # for an answer that does not come: seconds and airtime
OFFERS, REPEATED_OFFERS = 3, 11  # to several, where few frames are lost and where many are
GATHER_S = 1.0  # before a recording is offered: others may turn out to need it too
DOCUMENTS, DOCUMENT = 2, 120  # that name a recording, and bytes of each
FRAMES = 150  # by which the share of those that drop was measured, about
SURPLUS = 2  # mixes beyond what the neediest lacks;
SPARE, SPARE_VARIANCE = 1.6, 2.7  # of which so many are needed, since mixes may say the same
LEAST_THRIFT, MOST_THRIFT = 0.25, 1.5
RIVALS = 1.3  # taps that lack about as much as the neediest
# Of the time foretold, measured: where no frame drops, and where DROPPING of them do.
MARGIN, DROPPING_MARGIN = 0.04, 0.08
DROPPING = 0.03
_SURE = 0.02  # a round less likely than that is left out
_NORMAL = NormalDist()


@dataclass(frozen=True, slots=True, kw_only=True)
class Hearing:
    """How a tap hears its line. `dropped`: the chance of a frame to be lost whatever its length."""

    calm: int = CALMEST
    dropped: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Consignment:
    """A recording for endpoints of one line. `lacking`: the bytes that each lacks; `begins_s`: from now, at the earliest."""

    recording: str
    size: int
    lacking: Mapping[str, int]
    begins_s: float = 0.0


def margin(hearing: Hearing) -> float:
    """The share of the time foretold within which nineteen of twenty recordings arrive: what becomes of single frames is luck."""
    return MARGIN + (DROPPING_MARGIN - MARGIN) * min(1.0, hearing.dropped / DROPPING)


def working_calm(calms: Iterable[int]) -> int:
    """The calm by which a head chooses its frames for several taps: the worst tenth's best."""
    ordered = sorted(calms)
    return ordered[len(ordered) // 10] if ordered else CALMEST


def airtime_s(line: Line, size: int, taps: Sequence[Hearing], *, lacking: int | None = None) -> float:
    """How long until taps that hear so are known to have a recording of which the neediest lacks so many bytes.

    On a line of their own. Raises ValueError without taps.
    """
    return each_and_all_s(line, size, taps, lacking=lacking)[1]


def each_and_all_s(
    line: Line, size: int, taps: Sequence[Hearing], *, lacking: int | None = None
) -> tuple[tuple[float, ...], float]:
    """(until each of them usually has it, until all are known to have it), as `airtime_s`."""
    if not taps:
        raise ValueError("taps: expected the hearing of at least one, got none")
    largest = min(line.largest_block, steady_block(size, usual(tap.dropped for tap in taps)))
    shape = best_shape(working_calm(tap.calm for tap in taps), largest, _smallest(size))
    count = (size if lacking is None else min(size, lacking)) / shape.block
    dropped = _likely([tap.dropped for tap in taps])
    noisy = (loss(tap.calm, CUT + shape.block, shape.guard) for tap in taps)
    chances = [min(0.9, either(*each)) for each in zip(noisy, dropped, strict=True)]
    frames_s = line.airtime_s(wire_length(CUT + shape.block, shape.guard))
    unanswered = _unanswered(dropped)
    if len(taps) == 1:
        sent_s = count / (1 - chances[0]) * frames_s + line.airtime_s(OFFER)
        asked_s = _rounds_for_one(count, chances[0]) * _exchange_s(line, unanswered)
        whole_s = asked_s + _with_questions_s(line, sent_s, 1, unanswered)
        return (whole_s,), whole_s
    offers_s = (REPEATED_OFFERS if max(chances) > MANY else OFFERS) * line.airtime_s(OFFER)
    count_s = _count_s(line, len(taps), unanswered)

    def mended_s(mixes: float, rounds: float) -> float:
        sent_s = (count + mixes) * frames_s + offers_s
        return rounds * count_s + _with_questions_s(line, sent_s, len(taps), unanswered)

    whole_s = mended_s(*_mended(count, chances))
    each = (mended_s(*_mended_at_one(count, chance)) for chance in chances)
    return tuple(min(whole_s, each_s) for each_s in each), whole_s


def announced_s(line: Line, taps: Sequence[Hearing]) -> float:
    """How long until a hub offers a recording that is new to it: when all taps are known to have the documents that name it."""
    if not taps:
        return GATHER_S
    unanswered = _unanswered(tap.dropped for tap in taps)
    one_s = (line.airtime_s(DOCUMENT) + _count_s(line, len(taps), unanswered)) / (1 - unanswered)
    return GATHER_S + DOCUMENTS * one_s


def _unanswered(dropped: Iterable[float]) -> float:
    """The chance of a question to remain without an answer."""
    mean = fmean(dropped)
    return min(0.9, either(mean, mean))


def _likely(measured: Sequence[float]) -> list[float]:
    """What is likely of several that were measured: as far as they differ by no more than chance, they are alike.

    Shrinkage towards the mean (James and Stein, 1961).
    """
    mean = fmean(measured)
    spread = fmean((each - mean) ** 2 for each in measured)
    by_chance = mean * (1 - mean) / FRAMES
    differ = max(0.0, 1 - by_chance / spread) if spread else 0.0
    return [mean + differ * (each - mean) for each in measured]


def _smallest(size: int) -> int:
    """The smallest blocks that a recording may be cut into, as a head does it."""
    return next((block for block in reversed(BLOCK_SIZES) if size <= block * MOST_BLOCKS), BLOCK_SIZES[0])


def _rounds_for_one(count: float, chance: float) -> float:
    """How often one tap is asked until nothing is missing, when every block was sent."""
    return 1 + math.log1p(min(count, 16) * chance) / -math.log(chance) if chance else 1.0


def _mended_at_one(count: float, chance: float) -> tuple[float, float]:
    """(mixes, times all are counted) until one of several taps usually has it, that was sent every block once."""
    some = 1 - math.exp(-count * chance)
    return (count * chance + some * SPARE) / (1 - chance), some


def _mended(count: float, chances: Sequence[float]) -> tuple[float, float]:
    """(mixes, times all are counted) for several taps that were sent every block once."""
    some = 1 - math.exp(-count * sum(chances))  # the chance that anybody lacks anything at all
    if some < _SURE:
        return some, 1.0
    worst, usual = max(chances), sorted(chances, reverse=True)[len(chances) // 10]
    likely, mixes, rounds = some, 0.0, 1.0
    lacking = max(1.0, count * worst + _highest(len(chances)) * math.sqrt(count * worst * (1 - worst)))
    while likely > _SURE and rounds < 30:
        sent = (lacking + SURPLUS) / (1 - min(0.9, usual))
        mixes, rounds = mixes + likely * sent, rounds + likely
        spread = math.sqrt(sent * worst * (1 - worst) + SPARE_VARIANCE)
        beyond = (sent * (1 - worst) - lacking - SPARE + 0.5) / spread
        short = _NORMAL.cdf(-beyond)
        lacking = max(1.0, spread * (_NORMAL.pdf(beyond) / max(1e-9, short) - beyond))
        likely *= 1 - (1 - short) ** RIVALS
    return mixes, rounds


def _highest(count: int) -> float:
    """The highest of so many normal values, in standard deviations (Blom, 1958)."""
    return _NORMAL.inv_cdf((count - 0.375) / (count + 0.25))


def _exchange_s(line: Line, unanswered: float) -> float:
    """A question and its answer, with those before it that were not answered."""
    tries = 1 / (1 - unanswered)
    answered_s = line.airtime_s(ANSWER) + 2 * line.turn_s
    return tries * line.airtime_s(QUESTION) + answered_s + (tries - 1) * _wait_s(line)


def _wait_s(line: Line) -> float:
    return WAIT_S + line.airtime_s(WAIT_BYTES) + line.turn_s


def _count_s(line: Line, taps: int, unanswered: float) -> float:
    """How long it takes until each of them has said what it lacks: all at once, then one by one who did not answer."""
    rolls = math.ceil(taps / SLOTS)
    answers_s = taps * (line.airtime_s(ANSWER) + line.turn_s)
    asked_s = rolls * (line.airtime_s(ROLL) + line.turn_s) + line.airtime_s(2 * taps) + answers_s
    again = taps * (1 / (1 - unanswered) - 1)
    return asked_s + again * (line.airtime_s(QUESTION) + _wait_s(line))


def _with_questions_s(line: Line, sent_s: float, taps: int, unanswered: float) -> float:
    """What blocks take with the questions asked meanwhile; on a full-duplex line nobody waits for the answers."""
    exchange_s = _exchange_s(line, unanswered)
    round_s = taps * _exchange_s(line, 0.0)
    routine = taps / max(3 * round_s, min(BUSY_S, BUSY_ROUNDS * round_s)) if taps > 1 else 0.0
    asked = max(routine, 1 / max(SAMPLE_S, line.airtime_s(SAMPLE_BYTES)))  # a second
    each_s = exchange_s if line.half_duplex else line.airtime_s(QUESTION) / (1 - unanswered)
    return (sent_s + min(SAMPLES, sent_s) * each_s) / (1 - min(0.5, asked * each_s))


def arrivals(
    line: Line, queue: Iterable[Consignment], taps: Mapping[str, Hearing], *, thrift: float = 1.0
) -> dict[str, dict[str, float | None]]:
    """Recording → endpoint → seconds until it is there, the queue being sent in its order; None: nobody can say.

    `taps`: the endpoints that are there, of one that is not nothing can be foretold. `thrift`: what part of the foretold pace
    was measured lately.
    """
    found: dict[str, dict[str, float | None]] = {}
    passed_s = 0.0
    pace = min(MOST_THRIFT, max(LEAST_THRIFT, thrift))
    for consignment in queue:
        there = {name: lacking for name, lacking in consignment.lacking.items() if name in taps and lacking}
        due: dict[str, float] = {}
        if there:
            listeners = [taps[name] for name in there]
            begun_s = max(passed_s, consignment.begins_s)
            each, whole_s = each_and_all_s(line, consignment.size, listeners, lacking=max(there.values()))
            due = {name: begun_s + taken_s / pace for name, taken_s in zip(there, each, strict=True)}
            passed_s = begun_s + whole_s / pace
        found[consignment.recording] = {
            name: due.get(name) if lacking else 0.0 for name, lacking in consignment.lacking.items()
        }
    return found
