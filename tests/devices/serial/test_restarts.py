"""Either end may reboot at any byte; recorded frames are never obeyed; strangers' frames neither."""

from math import inf

import pytest

from devices.serial.bodies import (
    UNKNOWN,
    Answer,
    Begin,
    Body,
    HeadPiece,
    Hello,
    Lane,
    Note,
    Offer,
    Poll,
    Roll,
    Welcome,
)
from devices.serial.emulated import Unplugged
from devices.serial.events import Delivered, Held, Present, Silent, TapEvent
from devices.serial.frames import EVERYBODY, Deframer, Frame, Heard
from devices.serial.guard import Guard
from devices.serial.head import Head
from devices.serial.presence import PRESENCES, Presence, Sign
from devices.serial.tap import Tap
from devices.serial.to_many import PHASES, Phase
from tests.devices.serial.parties import BUS, FAST, Party, recording


@pytest.mark.parametrize("end", [0, 1])
@pytest.mark.parametrize("at_s", [0.003, 0.02, 0.101, 0.777, 1.3456, 1.9])
def test_a_recording_goes_on_after_a_reboot_at_any_byte(end: int, at_s: float) -> None:
    party, content = Party(FAST), recording(22_000)
    sha256 = party.offer(content)
    party.for_s(at_s)
    party.wire.replace(end, party.new_tap(1) if end else party.new_head())
    if not end:
        party.head.offer(sha256, content, [1], address=1)
    held = party.happened(Held)
    assert party.until(lambda: party.happened(Held) > held and party.all_have(content), 8)
    assert party.wire.now < 4.5


def test_after_a_reboot_of_the_head_only_what_lacks_is_sent() -> None:
    party, content = Party(BUS, taps=4), recording(100_000)
    sha256 = party.offer(content)
    party.for_s(8)
    party.wire.replace(0, party.new_head())
    party.head.offer(sha256, content, party.addresses, address=EVERYBODY)
    begun, airtime = party.wire.now, party.wire.airtime_s[0]
    assert party.until(lambda: party.all_have(content))
    assert party.wire.now - begun < 4.5
    assert party.wire.airtime_s[0] - airtime < 4


@pytest.mark.parametrize("end", [0, 1])
def test_messages_that_had_not_arrived_come_after_a_reboot(end: int) -> None:
    party = Party(FAST)
    assert party.until(party.all_present)
    party.send(1, b"down" * 2_000)
    party.tap().send(b"up" * 2_000)
    party.for_s(0.2)
    party.wire.replace(end, party.new_tap(1) if end else party.new_head())
    present = party.happened(Present)
    assert party.until(lambda: party.happened(Present) > present, 20)
    if end:
        assert party.until(lambda: party.told() == [b"down" * 2_000])
    else:
        assert party.until(lambda: party.received() == [b"up" * 2_000])


class Recorded:
    """Everything that either end says, for a stranger to say it again."""

    def __init__(self, party: Party) -> None:
        self.said = {0: b"", 1: b""}
        party.wire.overheard = self.hear

    def hear(self, end: int, content: bytes) -> None:
        self.said[end] += content


@pytest.mark.parametrize("rebooted", [None, 0, 1])
def test_recorded_frames_are_never_obeyed(rebooted: int | None) -> None:
    party, content = Party(FAST), recording(9_000)
    recorded = Recorded(party)
    party.send(1, b"play")
    party.tap().send(b"played")
    party.offer(content)
    assert party.until(lambda: bool(party.here() and party.received()))
    party.wire.overheard = lambda end, said: None
    if rebooted is not None:
        party.wire.replace(rebooted, party.new_tap(1) if rebooted else party.new_head())
        party.for_s(2)
    told, received = party.told(), party.received()
    for _ in range(3):
        party.wire.inject(1, recorded.said[0])
        party.for_s(0.3)
        party.wire.inject(0, recorded.said[1])
        party.for_s(0.3)
    assert (party.told(), party.received()) == (told, received)
    party.send(1, b"stop")
    assert party.until(lambda: party.told() == [*told, b"stop"], party.wire.now + 5)


def test_a_recorded_welcome_does_not_bring_an_old_epoch_back() -> None:
    party = Party(FAST)
    recorded = Recorded(party)
    assert party.until(party.all_present)
    (welcome,) = [frame for frame in frames_of(recorded.said[0]) if isinstance(frame.body, Welcome)]
    tap = party.new_tap(1)
    assert tap.receive(welcome.to_bytes(), 0.0) == []
    tap.receive(Frame(address=1, epoch=9, sequence=1, body=Poll(introduce=True)).to_bytes(), 0.0)
    assert tap.receive(welcome.to_bytes(), 0.1) == []
    assert not tap.joined


def welcomed() -> Tap:
    """In epoch 1, by the frame of sequence 2."""
    tap = Party(FAST).new_tap(1)
    tap.receive(Frame(address=1, epoch=1, sequence=1, body=Poll(introduce=True)).to_bytes(), 0.0)
    (hello,) = frames_of(tap.to_send(1.0))
    assert isinstance(hello.body, Hello)
    welcome = Welcome(nonce=hello.body.nonce, begins=(Begin(EVERYBODY, 0, 0),))
    tap.receive(Frame(address=1, epoch=1, sequence=2, body=welcome).to_bytes(), 1.0)
    return tap


def test_a_note_that_was_recorded_in_this_epoch_is_not_obeyed_again() -> None:
    tap = welcomed()
    note = Frame(address=EVERYBODY, epoch=1, sequence=3, body=Note(content=b"noon")).to_bytes()
    assert [len(tap.receive(note, at_s)) for at_s in (2.0, 3.0)] == [1, 0]


def test_after_a_welcome_a_number_of_a_transfer_means_nothing_of_before() -> None:
    tap = welcomed()
    offer = Offer(transfer=1, block=64, size=640, sha256=bytes(32))
    tap.receive(Frame(address=1, epoch=1, sequence=3, body=offer).to_bytes(), 2.0)
    tap.receive(Frame(address=1, epoch=2, sequence=1, body=Poll()).to_bytes(), 3.0)
    (hello,) = frames_of(tap.to_send(4.0))
    assert isinstance(hello.body, Hello)
    welcome = Welcome(nonce=hello.body.nonce, begins=())
    tap.receive(Frame(address=1, epoch=2, sequence=2, body=welcome).to_bytes(), 5.0)
    tap.receive(Frame(address=1, epoch=2, sequence=3, body=Poll(transfer=1)).to_bytes(), 6.0)
    (answer,) = frames_of(tap.to_send(7.0))
    assert isinstance(answer.body, Answer)
    assert answer.body.missing == UNKNOWN


def test_a_roll_is_answered_with_its_guard() -> None:
    """So that the head knows how long each slot is."""
    tap, roll = welcomed(), Roll(slot=100, taps=(1,))
    frame = Frame(address=EVERYBODY, epoch=1, sequence=3, body=roll, guard=Guard.HEAVY)
    tap.receive(frame.to_bytes(), 2.0)
    (answer,) = frames_of(tap.to_send(3.0))
    assert answer.guard is Guard.HEAVY


def test_what_was_said_to_all_is_not_delivered_to_who_rebooted_in_its_middle() -> None:
    party = Party(BUS, taps=2)
    assert party.until(party.all_present)
    party.send(EVERYBODY, content := b"to all " * 1_000)
    party.for_s(0.3)
    party.wire.replace(2, party.new_tap(2))
    party.for_s(20)
    delivered = [event.tap for _, _, event in party.wire.events if isinstance(event, Delivered)]
    assert (delivered, party.told(1), party.told(2)) == ([1], [content], [])


def test_a_stranger_to_the_epoch_is_only_told_who_is_there() -> None:
    tap = Party(FAST).new_tap(1)
    piece = HeadPiece(lane=Lane.NORMAL, number=0, first=True, last=True, content=b"play")
    assert tap.receive(Frame(address=1, epoch=1, sequence=1, body=piece).to_bytes(), 0.0) == []
    assert tap.to_send(1.0) == b""
    tap.receive(Frame(address=1, epoch=1, sequence=2, body=Poll()).to_bytes(), 1.0)
    (hello,) = frames_of(tap.to_send(1.0))
    assert isinstance(hello.body, Hello)


def test_a_tap_whose_second_welcome_is_lost_says_hello_again_and_nothing_of_before() -> None:
    tap = Party(FAST).new_tap(1)

    def told(sequence: int, body: Body) -> list[Body]:
        tap.receive(Frame(address=1, epoch=1, sequence=sequence, body=body).to_bytes(), float(sequence))
        return [frame.body for frame in frames_of(tap.to_send(sequence + 0.5))]

    (hello,) = told(1, Poll(introduce=True))
    assert isinstance(hello, Hello)
    assert told(2, Welcome(nonce=hello.nonce, begins=())) == []
    assert isinstance(told(3, Poll())[0], Answer)
    assert isinstance(told(4, Poll(introduce=True))[0], Hello)  # its welcome, the fifth frame, is lost
    (hello,) = told(6, Poll(acks=2))
    assert isinstance(hello, Hello)
    assert told(7, Welcome(nonce=hello.nonce, begins=())) == []
    assert isinstance(told(8, Poll())[0], Answer)


class LosesOneWelcome:
    """A tap that does not hear the next welcome, and all else."""

    def __init__(self, tap: Tap) -> None:
        self.tap = tap
        self.to_send, self.next_deadline = tap.to_send, tap.next_deadline
        self.lost_at = inf

    def receive(self, received: bytes, now: float) -> list[TapEvent]:
        kept = b""
        for part in received.split(b"\0")[:-1]:
            heard = frames_of(part + b"\0")
            if self.lost_at == inf and any(isinstance(frame.body, Welcome) for frame in heard):
                self.lost_at = now
            else:
                kept += part + b"\0"
        return self.tap.receive(kept + received.rpartition(b"\0")[2], now)


@pytest.mark.parametrize("reboots", [True, False])
def test_a_second_welcome_that_is_lost_costs_one_more_question_and_nothing_else(reboots: bool) -> None:
    party, content = Party(FAST), recording(30_000)
    party.send(1, b"before")
    party.tap().send(b"said before")
    party.offer(content)
    party.for_s(1.5)
    kept = party.new_tap(1) if reboots else party.tap()
    party.wire.replace(1, Unplugged())
    if not reboots:
        assert party.until(lambda: party.happened(Silent) == 1)
    party.wire.replace(1, back := LosesOneWelcome(kept))
    kept.send(b"up")
    party.send(1, b"down")
    assert party.until(lambda: party.happened(Present) == 2)
    assert party.wire.now - back.lost_at < 0.5
    assert party.until(lambda: party.all_have(content), party.wire.now + 4)
    party.for_s(10)
    assert (party.told(), party.received()) == ([b"before", b"down"], [b"said before", b"up"])


def test_what_is_not_for_an_address_is_not_acted_on() -> None:
    group = 0xE002
    party = Party(BUS, taps=3, groups=lambda tap: (group,) if tap == 2 else ())
    assert party.until(party.all_present)
    party.send(2, b"two")
    party.send(group, b"group")
    party.for_s(3)
    assert [sorted(party.told(tap)) for tap in (1, 2, 3)] == [[], [b"group", b"two"], []]


@pytest.mark.parametrize(("epoch", "older"), [(1, 1), (2, 0), (1, 0)])
def test_only_an_answer_to_the_open_question_is_believed(epoch: int, older: int) -> None:
    head = Head(line=FAST, epoch=1, taps=[(1, ())])
    (question,) = frames_of(head.to_send(0.0))
    hello = Frame(address=1, epoch=epoch, sequence=question.sequence - older, body=Hello(nonce=5))
    head.receive(hello.to_bytes(), 0.01)
    head.receive(b"", 0.02)
    welcomed = [isinstance(frame.body, Welcome) for frame in frames_of(head.to_send(0.02))]
    assert (True in welcomed) is ((epoch, older) == (1, 0))


@pytest.mark.parametrize("presence", Presence)
@pytest.mark.parametrize("sign", Sign)
def test_every_sign_of_a_tap_has_its_place_in_the_table(presence: Presence, sign: Sign) -> None:
    assert PRESENCES[presence][sign] in Presence


def test_every_phase_of_a_recording_leads_on() -> None:
    assert set(PHASES) == set(Phase)
    for phase in Phase:
        assert phase not in PHASES[phase].values()


def frames_of(content: bytes) -> list[Frame]:
    return [heard.frame for heard in Deframer().feed(content) if isinstance(heard, Heard)]
