"""The question that a head has open, and how long an answer may take."""

from dataclasses import dataclass
from math import inf

from devices.serial.bodies import LARGEST, Poll, Roll
from devices.serial.guard import Guard
from devices.serial.noise import wire_length
from devices.serial.pacing import Line
from devices.serial.tap import GAPS_FRAMES, SLOT_UNIT_S

ANSWER = 4  # bytes of an answer's body without acks
ACK = 5
_GAPS = 48  # bytes of a gaps frame's body
_FIRST_REPLY_S, _MOST_REPLY_S = 0.5, 2.0
_QUIET_S, _QUIET_BYTES = 0.04, 6  # what a port, its driver and a busy machine may hold bytes back
_FORGETS = 0.98  # of the longest delay that a busy machine caused, with each answer
_ROOM_S = 0.5  # of airtime that one answer may fill with pieces
_LEAST_ROOM = 8  # units of 16 bytes: a small piece with the heaviest guard


@dataclass(slots=True)
class Question:
    """What was asked of whom, and until when answers may begin and end."""

    sequence: int
    transfer: int
    taps: set[int]
    asked_s: float  # when its last byte has left
    begins_by: float
    ends_by: float
    quiet_s: float  # of silence after the last byte end an answer too
    of_one: bool = True
    byte_s: float = -inf  # the last byte of anything
    began_s: float = inf  # the first frame of an answer

    @property
    def heard(self) -> bool:
        """Whether anybody began to answer."""
        return self.began_s != inf

    @property
    def deadline(self) -> float:
        """When waiting ends."""
        return max(self.begins_by, min(self.ends_by, self.byte_s + self.quiet_s))


class Asking:
    """One question at a time. `reply_s`, until an answer's first byte at most, is learned."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._quiet_s = _QUIET_S + line.airtime_s(_QUIET_BYTES)
        self.reply_s = _FIRST_REPLY_S
        self.open: Question | None = None
        self._given_up: Question | None = None  # the last that was not answered in time
        self._delay_s = 0.0  # an answer came so late that it was not waited for: a machine is busy

    def room(self, share: float) -> int:
        """Units of 16 bytes that a tap may fill with pieces, for a share of the longest answer."""
        return max(_LEAST_ROOM, min(0xFF, round(share * _ROOM_S * self._line.baud / 160)))

    def slot(self, acks: int, guard: Guard) -> int:
        """How long a tap of a roll has, turning included, in units of 0.1 ms."""
        length = 1 + wire_length(ANSWER + ACK * acks.bit_count(), guard)
        return (
            -(-round((self._line.airtime_s(length) + self._line.turn_s) * 1e6) // round(SLOT_UNIT_S * 1e6))
            + 2
        )

    def ask(
        self, sequence: int, body: Poll | Roll, taps: set[int], asked_s: float, *, unheard: bool = False
    ) -> None:
        """A question's last byte leaves at `asked_s`. `unheard`: all but the end of its answer may be."""
        begins_by = asked_s + self._line.turn_s + self.reply_s
        if unheard and isinstance(body, Poll):
            begins_by += self._line.airtime_s(body.room * 16 + (_GAPS if body.until > body.since else 0))
        if isinstance(body, Roll):
            begins_by += len(body.taps) * body.slot * SLOT_UNIT_S
            self.open = Question(
                sequence, body.transfer, taps, asked_s, begins_by, begins_by, self._quiet_s, False
            )
            return
        length = wire_length(ANSWER + ACK * body.acks.bit_count(), Guard.HEAVY)
        length += GAPS_FRAMES * wire_length(_GAPS, Guard.STRONG) if body.until > body.since else 0
        length += body.room * 16 + LARGEST
        ends_by = begins_by + self._line.airtime_s(length)
        self.open = Question(sequence, body.transfer, taps, asked_s, begins_by, ends_by, self._quiet_s)

    def hear(self, begun_s: float) -> None:
        """A frame of a tap has come that began then."""
        if self.open is not None:
            self.open.began_s = min(self.open.began_s, begun_s)

    def stir(self, now: float) -> None:
        """Bytes have come: of an answer, noise, or our own echo."""
        if self.open is not None and now >= self.open.asked_s:
            self.open.byte_s = now

    def late(self, sequence: int, begun_s: float) -> None:
        """An answer has come that was given up: nothing of it counts, but others are waited for as long for a while."""
        question = self._given_up
        if question is not None and question.of_one and sequence == question.sequence:
            self._given_up = None
            self._delay_s = max(self._delay_s, min(_MOST_REPLY_S, begun_s - question.asked_s))

    def answered(self, tap: int) -> bool:
        """A tap has said its last word; whether the question is closed by it."""
        question = self.open
        assert question is not None
        question.taps.discard(tap)
        if question.of_one and question.heard:
            measured = 2 * (question.began_s - question.asked_s - self._line.turn_s)
            self._delay_s *= _FORGETS
            self.reply_s = self._quiet_s + max(0.0, min(_MOST_REPLY_S, max(measured, self._delay_s)))
        if not question.taps:
            self.open = None
        return self.open is None

    def overdue(self, now: float) -> Question | None:
        """The question that was not answered by all in time; it is closed by that."""
        question = self.open
        if question is None or now < question.deadline:
            return None
        self.open, self._given_up = None, question
        return question

    def be_patient(self) -> None:
        """More was not answered than drops explain: a tap may be slower than was thought."""
        self.reply_s = min(_MOST_REPLY_S, 1.5 * self.reply_s)
