"""Streams: messages in pieces, repeated until they have arrived, handed over once each and in order.

Selective repeat. Pieces are numbered; the receiver tells the first that it lacks and which of the 16 after that it has. A piece
that was sent before the question was asked, and is not in the answer, is sent again. Numbers are 16 bits on the wire and
never wrap in memory.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

from devices.serial.bodies import Ack, HeadPiece, Lane, Piece, TapPiece

LONGEST_PIECE = 256  # bytes: a piece keeps its size, and the line may become noisier before it has arrived
WINDOW = 16  # pieces after the first that a receiver lacks
MOST_MESSAGE = 262_144  # bytes
MOST_WAITING = 256  # messages


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message to be sent, under the ticket that it is told of by; newer state takes the place of older under the same `key`."""

    ticket: int
    content: bytes
    key: str | None = None


@dataclass(slots=True)
class _Cut:
    number: int
    content: bytes
    first: bool
    last: bool
    message: Outgoing
    sent: int | None = None  # sequence of the frame, None: to be sent (again)


class Outflow:
    """The sending end of one stream, to one or several receivers."""

    def __init__(
        self, kind: type[HeadPiece] | type[TapPiece], lane: Lane, receivers: Iterable[int] = ()
    ) -> None:
        self._kind = kind
        self._lane = lane
        self._waiting: deque[Outgoing] = deque()
        self._pieces: deque[_Cut] = deque()  # numbered one after the other
        self._number = 0  # of the next piece
        self._reached = dict.fromkeys(receivers, 0)  # the first that each lacks

    @property
    def number(self) -> int:
        """Where a new receiver begins: nothing before it is cut from here on."""
        return self._number

    @property
    def bytes_waiting(self) -> int:
        """Bytes that are not known to have arrived."""
        cut = sum(len(each.content) for each in self._pieces)
        return cut + sum(len(each.content) for each in self._waiting)

    @property
    def empty(self) -> bool:
        """Whether nothing waits and nothing is under way."""
        return not self._waiting and not self._pieces

    def lacks(self, receiver: int) -> bool:
        """Whether this receiver lacks pieces that were sent."""
        reached = self._reached.get(receiver)
        if reached is None:
            return False
        return any(cut.sent is not None and cut.number >= reached for cut in islice(self._pieces, WINDOW))

    def put(self, message: Outgoing) -> Outgoing | None:
        """Queue a message; what had to give way for it."""
        if message.key is not None:
            stale = next((each for each in self._waiting if each.key == message.key), None)
            if stale is not None:
                self._waiting.remove(stale)
        self._waiting.append(message)
        return self._waiting.popleft() if len(self._waiting) > MOST_WAITING else None

    def next_piece(self, size: int, sequence: int) -> HeadPiece | TapPiece | None:
        """The piece whose turn it is, sent under this sequence; None while the window is full or all is sent."""
        cut = next((each for each in self._pieces if each.sent is None), None)
        if cut is None and self._waiting and self._reached and len(self._pieces) < WINDOW:
            self._cut(self._waiting.popleft(), size)
            cut = next(each for each in self._pieces if each.sent is None)
        if cut is None or cut.number >= min(self._reached.values(), default=0) + WINDOW:
            return None
        cut.sent = sequence
        return self._kind(
            lane=self._lane,
            number=cut.number & 0xFFFF,
            first=cut.first,
            last=cut.last,
            content=cut.content,
        )

    def acknowledged(self, receiver: int, ack: Ack, asked: int) -> list[int]:
        """What a receiver said when it was asked under this sequence; the tickets that have now reached it."""
        reached = self._reached.get(receiver)
        if reached is None:
            return []
        following = reached + (ack.following - reached & 0xFFFF)
        if following > self._number:
            return []
        for cut in self._pieces:
            behind = cut.number - following
            held = behind < 0 or (1 <= behind <= WINDOW and ack.beyond >> behind - 1 & 1)
            if not held and cut.sent is not None and cut.sent < asked:
                cut.sent = None
        self._reached[receiver] = following
        tickets = [
            cut.message.ticket for cut in self._pieces if cut.last and reached <= cut.number < following
        ]
        self._forget_settled()
        return tickets

    def join(self, receiver: int) -> None:
        """A receiver follows from the next message on."""
        self._reached[receiver] = self._number

    def leave(self, receiver: int) -> None:
        """A receiver is no longer waited for."""
        self._reached.pop(receiver, None)
        self._forget_settled()
        if not self._reached:
            self._waiting.clear()

    def restart(self) -> None:
        """The receivers begin anew: number from 0, and repeat every message that has not wholly arrived."""
        unfinished = list(dict.fromkeys(cut.message for cut in self._pieces))
        self._waiting.extendleft(reversed(unfinished))
        self._pieces.clear()
        self._number = 0
        self._reached = dict.fromkeys(self._reached, 0)

    def _cut(self, message: Outgoing, size: int) -> None:
        size = min(size, LONGEST_PIECE)
        starts = range(0, max(1, len(message.content)), size)
        for start in starts:
            first, last = start == 0, start == starts[-1]
            content = message.content[start : start + size]
            self._pieces.append(_Cut(self._number, content, first, last, message))
            self._number += 1

    def _forget_settled(self) -> None:
        least = min(self._reached.values(), default=self._number)
        while self._pieces and self._pieces[0].number < least:
            self._pieces.popleft()


class Inflow:
    """The receiving end of one stream."""

    def __init__(self, begin: int = 0) -> None:
        self._following = begin
        self._early: dict[int, Piece] = {}
        self._parts: list[bytes] | None = None  # of the message that is under way

    @property
    def ack(self) -> Ack:
        """What is here."""
        beyond = sum(1 << number - self._following - 1 for number in self._early)
        return Ack(self._following & 0xFFFF, beyond)

    def take(self, piece: Piece) -> list[bytes]:
        """A piece has come; the messages that are whole by it."""
        ahead = piece.number - self._following & 0xFFFF
        if ahead > WINDOW:
            return []
        self._early[self._following + ahead] = piece
        messages = []
        while (following := self._early.pop(self._following, None)) is not None:
            self._following += 1
            if (message := self._joined(following)) is not None:
                messages.append(message)
        return messages

    def _joined(self, piece: Piece) -> bytes | None:
        if piece.first:
            self._parts = []
        if self._parts is None:
            return None
        self._parts.append(piece.content)
        if sum(map(len, self._parts)) > MOST_MESSAGE:
            self._parts = None
        if not piece.last or self._parts is None:
            return None
        message, self._parts = b"".join(self._parts), None
        return message
