"""The endpoint's end of a serial line: sans-I/O, bytes and now in, events and bytes out.

A tap speaks only when it is asked, and obeys only frames of the epoch into which it was welcomed whose sequence is newer than all
before: nothing that was recorded is ever obeyed. What it answers repeats the sequence of the question.
"""

from collections import deque
from collections.abc import Callable, Iterator
from typing import assert_never

from devices.serial.bodies import (
    UNKNOWN,
    Answer,
    Begin,
    Block,
    Body,
    Gaps,
    HeadPiece,
    Hello,
    Lane,
    Mix,
    Note,
    Offer,
    Poll,
    Roll,
    TapPiece,
    Welcome,
)
from devices.serial.events import Here, Joined, TapEvent, Told
from devices.serial.frames import Deframer, Frame, Garbled
from devices.serial.guard import Guard
from devices.serial.noise import Noise, best_shape, safe_guard, wire_length
from devices.serial.pacing import AHEAD_S, Line, Pacer
from devices.serial.receiving import Receiving
from devices.serial.shelf import Shelf
from devices.serial.streams import LONGEST_PIECE, Inflow, Outflow, Outgoing

TRANSFERS = 8  # that are remembered
GAPS_FRAMES = 16  # in one answer
_PIECE = 3  # bytes of a piece before its content
_LEAST_PIECE = 32  # bytes
SLOT_UNIT_S = 1e-4


class Tap:
    """One endpoint on one line. `nonce` draws 32 random bits; `shelf` keeps recordings across reboots.

    `ahead_s`: how long before they leave bytes are handed out, at most.
    """

    def __init__(self, *, address: int, line: Line, shelf: Shelf, nonce: Callable[[], int]) -> None:
        self.address = address
        self.ahead_s = AHEAD_S
        self.noise = Noise()
        self._line = line
        self._shelf = shelf
        self._draw = nonce
        self._nonce: int | None = None
        self._epoch: int | None = None
        self._newest = -1  # sequence of the newest frame that was obeyed
        self._deframer = Deframer()
        self._pacer = Pacer(line)
        self._speech: deque[bytes] = deque()
        self._speaks_s = 0.0
        self._inflows: list[tuple[int, Lane, Inflow]] = []  # in the order of stream numbers
        self._outflows = {lane: Outflow(TapPiece, lane, (0,)) for lane in Lane}
        self._receiving: dict[int, Receiving] = {}
        self._tickets = 0
        self.questions = 0  # that were obeyed
        self.overheard = 0  # frames of a head, for whomever

    @property
    def joined(self) -> bool:
        """Whether a head has welcomed it."""
        return self._epoch is not None

    @property
    def unsent(self) -> int:
        """Bytes of messages that are not known to have reached the head."""
        return sum(flow.bytes_waiting for flow in self._outflows.values())

    def send(self, content: bytes, *, lane: Lane = Lane.NORMAL, key: str | None = None) -> None:
        """Queue a message; it takes the place of one that waits under the same key, the oldest gives way when too many wait."""
        self._tickets += 1
        self._outflows[lane].put(Outgoing(self._tickets, content, key))

    def receive(self, received: bytes, now: float) -> list[TapEvent]:
        """Bytes from the line."""
        events: list[TapEvent] = []
        for heard in self._deframer.feed(received):
            self.noise.hear(heard)
            if not isinstance(heard, Garbled) and heard.frame.from_head:
                self.overheard += 1
                events += self._hear(heard.frame, now)
        return events

    def to_send(self, now: float) -> bytes:
        """Bytes for the line, at most `ahead_s` before they leave."""
        out = b""
        while (self._pacer.loaded or self._speech) and now >= self._speaks_s:
            room = self._pacer.room(now, self.ahead_s)
            if not room:
                break
            if not self._pacer.loaded:
                self._pacer.load(self._speech.popleft(), now)
            out += self._pacer.take(now, room)
        return out

    def next_deadline(self) -> float | None:
        """When `to_send` has something; None: only after it was asked again."""
        if not self._speech and not self._pacer.loaded:
            return None
        return max(self._speaks_s, self._pacer.ready_s)

    # what the head says

    def _hear(self, frame: Frame, now: float) -> list[TapEvent]:
        mine = frame.address == self.address
        if isinstance(frame.body, Welcome):
            return self._be_welcomed(frame, frame.body) if mine else []
        if isinstance(frame.body, Poll) and mine and frame.epoch != self._epoch:
            self._introduce(frame, now)
            return []
        if frame.epoch != self._epoch or frame.sequence <= self._newest:
            return []
        self._newest = frame.sequence
        if not mine and all(frame.address != address for address, _, _ in self._inflows):
            return []
        return self._obey(frame, now)

    def _obey(self, frame: Frame, now: float) -> list[TapEvent]:
        match frame.body:
            case Poll() as poll:
                self._answer(frame, poll, now)
            case Roll() as roll:
                self._answer_roll(frame, roll, now)
            case HeadPiece() as piece:
                return self._take_piece(frame.address, piece)
            case Note() as note:
                return [Told(frame.address, note.content)]
            case Offer() as offer:
                return self._take_offer(offer)
            case Block() | Mix() as cut:
                receiving = self._receiving.get(cut.transfer)
                if receiving is not None and receiving.take(cut):
                    return [Here(receiving.offer.sha256, receiving.offer.size)]
            case Welcome() | Hello() | Answer() | TapPiece() | Gaps():
                pass  # judged before, or not of a head
            case _:
                assert_never(frame.body)
        return []

    def _introduce(self, frame: Frame, now: float) -> None:
        self._nonce = self._draw()
        self._speak([self._frame(frame, Hello(nonce=self._nonce))], now + self._line.turn_s)

    def _be_welcomed(self, frame: Frame, welcome: Welcome) -> list[TapEvent]:
        if welcome.nonce != self._nonce:
            return []
        self._nonce = None
        self._epoch, self._newest = frame.epoch, frame.sequence
        self._receiving.clear()
        begins = (Begin(self.address, 0, 0), *welcome.begins)
        self._inflows = [
            (begin.address, lane, Inflow(begin.urgent if lane is Lane.URGENT else begin.normal))
            for begin in begins
            for lane in Lane
        ]
        for flow in self._outflows.values():
            flow.restart()
        return [Joined(frame.epoch)]

    def _take_piece(self, address: int, piece: HeadPiece) -> list[TapEvent]:
        for known, lane, inflow in self._inflows:
            if known == address and lane is piece.lane:
                return [Told(address, content) for content in inflow.take(piece)]
        return []

    def _take_offer(self, offer: Offer) -> list[TapEvent]:
        known = self._receiving.pop(offer.transfer, None)
        if known is None or known.offer != offer:
            known = Receiving(offer, self._shelf)
        self._receiving[offer.transfer] = known
        while len(self._receiving) > TRANSFERS:
            del self._receiving[next(iter(self._receiving))]
        return []

    # what the tap says

    def _answer(self, frame: Frame, poll: Poll, now: float) -> None:
        self.questions += 1
        if poll.introduce:
            self._epoch = None  # the head goes on without it: what it numbers now is not what it knew
            self._introduce(frame, now)
            return
        for lane, ack in zip(Lane, poll.heard, strict=True):
            self._outflows[lane].acknowledged(0, ack, frame.sequence)
        speech = [*self._gaps(frame, poll), *self._pieces(frame, poll.room * 16)]
        answer = self._frame(frame, self._last_word(poll.transfer, poll.acks))
        self._speak([*speech, answer], now + self._line.turn_s)

    def _answer_roll(self, frame: Frame, roll: Roll, now: float) -> None:
        if self.address in roll.taps:
            self.questions += 1
            answer = self._frame(frame, self._last_word(roll.transfer, roll.acks), frame.guard)
            self._speak(
                [answer], now + roll.taps.index(self.address) * roll.slot * SLOT_UNIT_S + self._line.turn_s
            )

    def _last_word(self, transfer: int, acks: int) -> Answer:
        receiving = self._receiving.get(transfer)
        return Answer(
            calm=self.noise.calm,
            waiting=min(0xFF, -(-self.unsent // 16)),
            missing=receiving.lacking if receiving else UNKNOWN,
            acks=tuple(
                (stream, inflow.ack)
                for stream, (_, _, inflow) in enumerate(self._inflows)
                if acks >> stream & 1
            ),
        )

    def _gaps(self, frame: Frame, poll: Poll) -> Iterator[bytes]:
        receiving = self._receiving.get(poll.transfer)
        if receiving is not None and not receiving.whole and poll.since < poll.until:
            for gaps, _ in zip(receiving.gaps(poll.since, poll.until), range(GAPS_FRAMES), strict=False):
                yield self._frame(frame, gaps)

    def _pieces(self, frame: Frame, room: int) -> Iterator[bytes]:
        calm = self.noise.calm
        shape = best_shape(calm, self._line.largest_block)
        size = max(
            _LEAST_PIECE, min(shape.block, LONGEST_PIECE, 2 * room - wire_length(_PIECE + room, shape.guard))
        )
        for flow in self._outflows.values():
            while room >= wire_length(_PIECE + size, shape.guard):
                piece = flow.next_piece(size, frame.sequence)
                if piece is None:
                    break
                packed = self._frame(frame, piece, shape.guard)
                room -= len(packed)
                yield packed

    def _frame(self, question: Frame, body: Body, guard: Guard | None = None) -> bytes:
        if guard is None:
            guard = safe_guard(self.noise.calm, len(body.pack()))
        return Frame(
            address=self.address, epoch=question.epoch, sequence=question.sequence, body=body, guard=guard
        ).to_bytes()

    def _speak(self, frames: list[bytes], at: float) -> None:
        self._speech = deque(frames)
        self._speaks_s = at
