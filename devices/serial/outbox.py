"""Messages on their way from the head: streams by address and lane, and notes."""

from collections.abc import Callable, Iterable
from itertools import count

from devices.serial.bodies import Ack, Begin, HeadPiece, Lane, Note, TapPiece
from devices.serial.frames import EVERYBODY
from devices.serial.presence import Member
from devices.serial.streams import Outflow, Outgoing


class Outbox:
    """What the head has to say. A tap numbers its streams: its own two lanes, everybody's, those of its groups."""

    def __init__(self) -> None:
        self._flows: dict[tuple[int, Lane], Outflow] = {}
        self._streams: dict[int, tuple[Outflow, ...]] = {}  # by tap, as it numbers them
        self._notes: dict[str, tuple[int, bytes]] = {}
        self._tickets = count(1)

    def add(self, member: Member) -> None:
        """A new tap; what is for it alone waits until it is present."""
        for lane in Lane:
            self._flows[member.address, lane] = Outflow(HeadPiece, lane, (member.address,))
            for address in (EVERYBODY, *member.groups):
                self._flows.setdefault((address, lane), Outflow(HeadPiece, lane))
        self._streams[member.address] = tuple(
            self._flows[address, lane]
            for address in (member.address, EVERYBODY, *member.groups)
            for lane in Lane
        )

    def remove(self, member: Member) -> None:
        """A tap is gone for good."""
        self.leave(member)
        del self._streams[member.address]
        for lane in Lane:
            del self._flows[member.address, lane]

    def put(self, address: int, content: bytes, lane: Lane, key: str | None) -> int:
        """Queue a message; its ticket."""
        ticket = next(self._tickets)
        self._flows[address, lane].put(Outgoing(ticket, content, key))
        return ticket

    def put_note(self, address: int, content: bytes, key: str) -> None:
        """Queue a note in the place of one under the same key."""
        self._notes[key] = (address, content)

    def next_note(self) -> tuple[int, Note] | None:
        """The note whose turn it is, and for whom."""
        if not self._notes:
            return None
        address, content = self._notes.pop(next(iter(self._notes)))
        return address, Note(content=content)

    def next_piece(
        self, lane: Lane, sequence: int, size: Callable[[int], int], speaks_to: Callable[[int], bool]
    ) -> tuple[int, HeadPiece | TapPiece] | None:
        """The piece whose turn it is, and for whom."""
        for (address, flow_lane), flow in self._flows.items():
            if flow_lane is lane and not flow.empty and speaks_to(address):
                piece = flow.next_piece(size(address), sequence)
                if piece is not None:
                    return address, piece
        return None

    def acks_wanted(self, member: Member) -> int:
        """The streams, as a mask, in which pieces are not known to have reached a tap."""
        flows = enumerate(self._streams[member.address])
        return sum(1 << stream for stream, flow in flows if flow.lacks(member.address))

    def acknowledged(self, member: Member, acks: Iterable[tuple[int, Ack]], asked: int) -> list[int]:
        """What a tap has; the tickets of messages that are now there."""
        flows = self._streams[member.address]
        return [
            ticket
            for stream, ack in acks
            if stream < len(flows)
            for ticket in flows[stream].acknowledged(member.address, ack, asked)
        ]

    def welcome(self, member: Member) -> tuple[Begin, ...]:
        """A tap begins anew: its own messages are repeated, groups it follows from now on."""
        own, shared = self._streams[member.address][: len(Lane)], (EVERYBODY, *member.groups)
        for flow in own:
            flow.restart()
        for flow in self._streams[member.address][len(Lane) :]:
            flow.join(member.address)
        return tuple(
            Begin(address, *(self._flows[address, lane].number & 0xFFFF for lane in Lane))
            for address in shared
        )

    def leave(self, member: Member) -> None:
        """A tap is away; groups go on without it."""
        for flow in self._streams[member.address][len(Lane) :]:
            flow.leave(member.address)

    def bytes_waiting(self, address: int) -> int:
        """Bytes of messages to an address that are not known to have arrived."""
        return sum(self._flows[address, lane].bytes_waiting for lane in Lane)
