"""The end of a serial line that speaks first: sans-I/O, bytes and now in, events and bytes out.

Theory of operation. Nobody but the head speaks unasked. Of what it has to say, each frame is chosen when the line is ready for
it: welcomes, urgent messages, other messages, questions, recordings; so an emergency waits for no more than the frame that is
under way, and if that is part of a recording it is torn off. One question is open at a time. On a full-duplex line the head
goes on sending while it waits for the answer; on a half-duplex line it listens. Answers tell what has arrived, how noisy the
line is, and bring the taps' own messages.
"""

from collections.abc import Iterable
from math import inf

from devices.serial.asking import Asking
from devices.serial.bodies import (
    REFUSED,
    SLOTS,
    Answer,
    Block,
    Body,
    Gaps,
    Hello,
    Lane,
    Mix,
    Poll,
    Roll,
    TapPiece,
    Welcome,
)
from devices.serial.drops import MANY
from devices.serial.events import Delivered, HeadEvent, Held, Present, Received, Refused, Silent
from devices.serial.frames import EVERYBODY, FIRST_GROUP, NOBODY, Deframer, Frame, Garbled
from devices.serial.noise import CALMEST, Noise, best_guard, best_shape, loss, safe_guard
from devices.serial.outbox import Outbox
from devices.serial.pacing import AHEAD_S, Line, Pacer
from devices.serial.presence import Member, Presence, Sign
from devices.serial.streams import Inflow
from devices.serial.transfers import Transfers

GROUPS = 2  # of one tap, besides everybody
_ROLL_FROM = 3  # taps that are due at once are asked by one frame
_TORN_FROM = 64  # bytes of a recording's frame still to come, for it to be worth tearing
_IDLE_S = 1.0  # between questions to a tap that has nothing to say, at least,
_IDLE_ROUNDS = 3  # and so many times what asking all taps takes;
_BUSY_ROUNDS, _BUSY_S = 250, 60.0  # while recordings are on their way so many times, or seconds
_ABSENT_S, _ABSENT_ROUNDS = (
    5.0,
    30,
)  # between questions to an absent tap at most: the longer of these, seconds and rounds
_BUSY_ROOM = 0.25  # of the longest answer, for who had nothing to say while a recording is on its way
_OVERHEAD = 4  # units of 16 bytes, of a piece or two
_ASKED = 8  # bytes of a question's or an answer's body, about
_EXCHANGE = 56  # bytes of a question and its answer


class Head:
    """One line with its taps, by address and groups.

    `epoch`: 16 bits that this line has not used lately; its owner counts it up at every start and keeps it. `ahead_s`: how long
    before they leave bytes are handed out, at most; an urgent message waits behind them.
    """

    def __init__(self, *, line: Line, epoch: int, taps: Iterable[tuple[int, tuple[int, ...]]] = ()) -> None:
        if not 0 <= epoch <= 0xFFFF:
            raise ValueError(f"epoch: expected 0 to 65535, got {epoch}")
        self.ahead_s = AHEAD_S
        self.noise = Noise()
        self._line = line
        self._epoch = epoch
        self._sequence = 0  # of the newest frame
        self._members: dict[int, Member] = {}
        self._outbox = Outbox()
        self._transfers = Transfers(line, self._calm_of, lambda tap: self._members[tap].drops)
        self._asking = Asking(line)
        self._deframer = Deframer()
        self._pacer = Pacer(line)
        self._tearable = False  # what is under way is part of a recording
        self._listens_until = -inf
        self._idle_now = False  # nothing was to be said when it was asked last
        for address, groups in taps:
            self.add(address, groups)

    # what its owner asks and orders

    def add(self, address: int, groups: tuple[int, ...] = ()) -> None:
        """A tap of this line, in at most two groups; it is asked from now on."""
        if not NOBODY < address < FIRST_GROUP or address in self._members:
            raise ValueError(f"address: expected a new one, 1 to {FIRST_GROUP - 1}, got {address}")
        if len(groups) > GROUPS or not all(FIRST_GROUP <= group < EVERYBODY for group in groups):
            raise ValueError(
                f"groups: expected at most {GROUPS}, {FIRST_GROUP} to {EVERYBODY - 1}, got {groups}"
            )
        self._members[address] = Member(address, groups)
        self._outbox.add(self._members[address])

    def remove(self, address: int) -> None:
        """A tap is no longer asked."""
        self._outbox.remove(self._members.pop(address))
        self._transfers.gone(address)

    def member(self, address: int) -> Member:
        """What is known of a tap: presence, calm, answers and those that were lost."""
        return self._members[address]

    def send(self, address: int, content: bytes, *, lane: Lane = Lane.NORMAL, key: str | None = None) -> int:
        """A message to a tap, a group or everybody; the ticket of which `Delivered` tells.

        It takes the place of one that waits under the same key. What goes to several reaches those that are present; what
        goes to one tap waits for it.
        """
        if lane is Lane.URGENT and self._tearable and self._pacer.loaded > _TORN_FROM:
            self._pacer.cut()
        self._idle_now = False
        return self._outbox.put(address, content, lane, key)

    def note(self, content: bytes, *, key: str, address: int = EVERYBODY) -> None:
        """A message of at most 1,024 bytes that is sent once and not repeated; a newer one under its key takes its place."""
        self._idle_now = False
        self._outbox.put_note(address, content, key)

    def offer(
        self, sha256: bytes, content: bytes, taps: Iterable[int], *, address: int, urgent: bool = False
    ) -> None:
        """A recording for taps that all listen to `address`. What they hold already is not sent again; `Held` tells of each."""
        self._idle_now = False
        self._transfers.offer(sha256, content, frozenset(taps), self._there, address, urgent=urgent)

    def withdraw(self, sha256: bytes) -> None:
        """A recording is no longer sent to anybody."""
        self._transfers.withdraw(sha256)

    def lacking(self, sha256: bytes) -> dict[int, int]:
        """About how many bytes of a recording each tap lacks; taps that have it all are not named."""
        return self._transfers.lacking(sha256)

    @property
    def idle(self) -> bool:
        """Whether nothing is to be said, and nothing to be asked but by routine."""
        return self._idle_now and self._asking.open is None and not self._transfers.busy

    # bytes and time

    def receive(self, received: bytes, now: float) -> list[HeadEvent]:
        """Bytes from the line."""
        events: list[HeadEvent] = []
        if received:
            self._asking.stir(now)
        for heard in self._deframer.feed(received):
            self.noise.hear(heard)
            if not isinstance(heard, Garbled) and not heard.frame.from_head:
                begun_s = now - self._line.airtime_s(heard.length)
                self._asking.hear(begun_s)
                if heard.frame.epoch == self._epoch and not isinstance(heard.frame.body, Hello):
                    self._asking.late(heard.frame.sequence, begun_s)
                events += self._hear(heard.frame, now)
        return events + self._give_up_waiting(now)

    def to_send(self, now: float) -> bytes:
        """Bytes for the line, at most `ahead_s` before they leave."""
        out = bytearray()
        self._idle_now = False
        while room := self._pacer.room(now, self.ahead_s):
            if not self._pacer.loaded:
                frame = self._next_frame(now)
                if frame is None:
                    self._idle_now = now >= self._listens_until
                    break
            out += self._pacer.take(now, room)
        return bytes(out)

    def next_deadline(self) -> float:
        """When to call `receive` (with nothing) and `to_send` again, if nothing happens before."""
        if self._pacer.loaded or not (self._idle_now or self._hushed):
            return max(self._pacer.ready_s, self._listens_until)
        if self._asking.open is not None:
            return self._asking.open.deadline
        asks_at = min((member.asks_at for member in self._members.values()), default=inf)
        return min(asks_at, self._transfers.next_sample(self._there))

    @property
    def _hushed(self) -> bool:
        """Whether the line is left to the taps."""
        return self._line.half_duplex and self._asking.open is not None

    @property
    def _there(self) -> frozenset[int]:
        return frozenset(
            member.address for member in self._members.values() if member.presence is not Presence.ABSENT
        )

    # what the head says

    def _next_frame(self, now: float) -> Frame | None:
        """The frame whose turn it is, loaded."""
        if self._hushed or now < self._listens_until:
            return None
        return (
            self._welcome(now)
            or self._piece(Lane.URGENT, now)
            or self._note(now)
            or self._piece(Lane.NORMAL, now)
            or self._question(now)
            or self._cut(now)
            or self._question(now)  # the last block may have been sent
        )

    def _say(self, address: int, body: Body, guard_calm: int, now: float) -> Frame:
        length = len(body.pack())
        large = isinstance(body, Block | Mix)
        guard = best_guard(guard_calm, length) if large else safe_guard(guard_calm, length)
        frame = Frame(address=address, epoch=self._epoch, sequence=self._sequence, body=body, guard=guard)
        self._pacer.load(frame.to_bytes(), now)
        self._tearable = large
        return frame

    def _next_sequence(self) -> int:
        self._sequence += 1
        return self._sequence

    def _welcome(self, now: float) -> Frame | None:
        member = next((each for each in self._members.values() if each.nonce is not None), None)
        if member is None or member.nonce is None:
            return None
        welcome = Welcome(nonce=member.nonce, begins=self._outbox.welcome(member))
        member.nonce = None
        member.inflows = {lane: Inflow() for lane in Lane}
        member.asks_at = now
        self._transfers.returned(member.address)
        self._next_sequence()
        return self._say(member.address, welcome, member.calm, now)

    def _piece(self, lane: Lane, now: float) -> Frame | None:
        found = self._outbox.next_piece(lane, self._sequence + 1, self._piece_size, self._speaks_to)
        if found is None:
            return None
        self._next_sequence()
        return self._say(*found, self._noisiest_at(found[0]), now)

    def _note(self, now: float) -> Frame | None:
        found = self._outbox.next_note()
        if found is None:
            return None
        self._next_sequence()
        return self._say(*found, self._calm_at(found[0]), now)

    def _cut(self, now: float) -> Frame | None:
        found = self._transfers.next_body(self._sequence + 1)
        if found is None:
            return None
        self._next_sequence()
        return self._say(*found, now)

    def _piece_size(self, address: int) -> int:
        return best_shape(self._noisiest_at(address), self._line.largest_block).block

    def _speaks_to(self, address: int) -> bool:
        return address >= FIRST_GROUP or self._members[address].presence is not Presence.ABSENT

    # what the head asks

    def _question(self, now: float) -> Frame | None:
        if self._asking.open is not None:
            return None
        due = list({member.address: member for member in self._due(now)}.values())
        rolled = [member for member in due if self._is_rolled(member)]
        if len(rolled) >= _ROLL_FROM:
            return self._roll(rolled[:SLOTS], now)
        return self._poll(due[0], now) if due else None

    def _is_rolled(self, member: Member) -> bool:
        """Whether all that it is asked fits into a roll."""
        there = member.presence is Presence.PRESENT
        return there and not member.waiting and not self._transfers.wants_gaps(member.address)

    def _due(self, now: float) -> list[Member]:
        """Who is to be asked now; first who was not heard for longest, so that a long tale keeps nobody else from speaking."""
        must = self._transfers.to_ask()
        pressing = [
            member
            for member in self._members.values()
            if not member.misses
            and (member.address in must or member.waiting or self._outbox.acks_wanted(member))
        ]
        sample = self._transfers.sample(self._there, now)
        if sample is not None and not self._members[sample].misses:
            pressing.append(self._members[sample])
        routine = [member for member in self._members.values() if member.asks_at <= now]
        return sorted(pressing + routine, key=lambda member: member.heard_at)

    def _poll(self, member: Member, now: float) -> Frame:
        absent = member.presence is Presence.ABSENT
        transfer, since, until = (0, 0, 0) if absent else self._transfers.question(member.address, now)
        urgent, normal = (member.inflows[lane].ack for lane in Lane)
        room = self._asking.room(1.0 if member.waiting or not self._transfers.busy else _BUSY_ROOM)
        poll = Poll(
            introduce=absent,
            acks=self._outbox.acks_wanted(member),
            room=min(room, member.waiting // 16 + _OVERHEAD) if self._talks_over(member) else room,
            transfer=transfer,
            since=since,
            until=until,
            heard=(urgent, normal),
        )
        return self._ask(member.address, poll, [member], now)

    def _talks_over(self, member: Member) -> bool:
        """Whether a tap may be speaking though nothing of it is heard: what it says first may have dropped."""
        return self._line.half_duplex and member.drops.share > MANY

    def _roll(self, members: list[Member], now: float) -> Frame:
        acks = 0
        for member in members:
            acks |= self._outbox.acks_wanted(member)
        transfer, _, _ = self._transfers.question(members[0].address, now)
        guard = safe_guard(self._calm_of(member.address for member in members), 4 + 2 * len(members))
        taps = tuple(member.address for member in members)
        roll = Roll(acks=acks, transfer=transfer, slot=self._asking.slot(acks, guard), taps=taps)
        return self._ask(EVERYBODY, roll, members, now)

    def _ask(self, address: int, body: Poll | Roll, members: list[Member], now: float) -> Frame:
        frame_calm = self._calm_of(member.address for member in members)
        sequence = self._next_sequence()
        frame = self._say(address, body, frame_calm, now)
        taps = {member.address for member in members}
        unheard = isinstance(body, Poll) and self._talks_over(members[0])
        self._asking.ask(sequence, body, taps, self._pacer.done_s(now), unheard=unheard)
        for member in members:
            member.asks_at = inf
        return frame

    # what taps say

    def _hear(self, frame: Frame, now: float) -> list[HeadEvent]:
        question, member = self._asking.open, self._members.get(frame.address)
        if (
            question is None
            or member is None
            or frame.epoch != self._epoch
            or frame.sequence != question.sequence
            or frame.address not in question.taps
        ):
            return []
        match frame.body:
            case Hello(nonce=nonce):
                self._hear_hello(member, nonce, now)
            case Answer() as answer:
                return self._hear_answer(member, answer, question.transfer, question.sequence, now)
            case TapPiece() as piece:
                contents = member.inflows[piece.lane].take(piece)
                return [Received(member.address, piece.lane, content) for content in contents]
            case Gaps() as gaps:
                self._transfers.heard(gaps, question.sequence)
        return []

    def _hear_hello(self, member: Member, nonce: int, now: float) -> None:
        before = member.heard(Sign.HELLO, now)
        if before is not Presence.ABSENT:
            self._leave(member)
        member.nonce = nonce
        self._close(member, now)

    def _hear_answer(
        self, member: Member, answer: Answer, transfer: int, asked: int, now: float
    ) -> list[HeadEvent]:
        events: list[HeadEvent] = []
        if member.heard(Sign.ANSWER, now, self._foretold(member)) is Presence.GREETED:
            events.append(Present(member.address))
        member.calm, member.waiting = answer.calm, answer.waiting * 16
        tickets = self._outbox.acknowledged(member, answer.acks, asked)
        events += [Delivered(member.address, ticket) for ticket in tickets]
        sha256 = self._transfers.answered(transfer, member.address, answer.missing, asked)
        if sha256 is not None:
            kind = Refused if answer.missing == REFUSED else Held
            events.append(kind(member.address, sha256))
        self._close(member, now)
        return events

    def _foretold(self, member: Member) -> float:
        """The chance of a question's frames to be lost to noise."""
        return loss(member.calm, _ASKED, safe_guard(member.calm, _ASKED))

    def _close(self, member: Member, now: float) -> None:
        """A tap has said its last word."""
        member.asks_at = now + self._idle_period_s
        if self._asking.answered(member.address) and self._line.half_duplex:
            self._listens_until = now + self._line.turn_s

    def _give_up_waiting(self, now: float) -> list[HeadEvent]:
        question = self._asking.overdue(now)
        if question is None:
            return []
        events: list[HeadEvent] = []
        asked = [self._members[tap] for tap in question.taps if tap in self._members]
        for member in asked:
            if member.missed(now, self._absent_period_s):
                self._leave(member)
                events.append(Silent(member.address))
            if member.unexplained:
                self._transfers.unanswered(question.transfer, member.address)
        if not question.heard and all(member.unexplained for member in asked):
            self._asking.be_patient()
        return events

    def _leave(self, member: Member) -> None:
        self._outbox.leave(member)
        self._transfers.gone(member.address)

    @property
    def _exchange_s(self) -> float:
        return self._line.airtime_s(_EXCHANGE) + 2 * self._line.turn_s

    @property
    def _idle_period_s(self) -> float:
        round_s = len(self._members) * self._exchange_s
        busy_s = min(_BUSY_S, _BUSY_ROUNDS * round_s) if self._transfers.busy else 0.0
        return max(_IDLE_S, _IDLE_ROUNDS * round_s, busy_s)

    @property
    def _absent_period_s(self) -> float:
        """Between questions to an absent tap at most: so that all of them take a small share of the line."""
        absent = len(self._members) - len(self._there)
        return max(_ABSENT_S, _ABSENT_ROUNDS * absent * (self._exchange_s + self._asking.reply_s))

    def _calm_at(self, address: int) -> int:
        """How calm the line is to all who listen to an address."""
        if address < FIRST_GROUP:
            return self._members[address].calm
        return self._calm_of(
            each.address for each in self._members.values() if address == EVERYBODY or address in each.groups
        )

    def _noisiest_at(self, address: int) -> int:
        """How calm the line is to whoever hears it worst: a message to several waits for each of them."""
        listeners = (
            each
            for each in self._members.values()
            if address in (each.address, EVERYBODY, *each.groups) and each.presence is not Presence.ABSENT
        )
        return min((each.calm for each in listeners), default=CALMEST)

    def _calm_of(self, taps: Iterable[int]) -> int:
        """The calm of several taps: that of the worst tenth's best."""
        calms = sorted(self._members[tap].calm for tap in taps if tap in self._members)
        return calms[len(calms) // 10] if calms else CALMEST
