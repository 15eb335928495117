"""One tap hears its line far worse than the others: a bad joint, a branch that is too long."""

from random import Random

from devices.serial.bodies import Lane
from devices.serial.emulated import End
from devices.serial.events import Held, TapEvent
from devices.serial.frames import EVERYBODY
from devices.serial.presence import Presence
from devices.serial.tap import Tap
from tests.devices.serial.parties import SLOW, Party, recording


class BadJoint:
    """A tap whose bits turn over on their way to it."""

    def __init__(self, tap: Tap, bit_errors: float) -> None:
        self._tap, self._bit_errors, self._chance = tap, bit_errors, Random(3)
        self.to_send, self.next_deadline = tap.to_send, tap.next_deadline

    def receive(self, received: bytes, now: float) -> list[TapEvent]:
        return self._tap.receive(bytes(map(self._passed, received)), now)

    def _passed(self, byte: int) -> int:
        return byte ^ sum((self._chance.random() < self._bit_errors) << bit for bit in range(8))


def with_a_bad_joint() -> Party:
    party = Party(SLOW, taps=12)
    bad: End = BadJoint(party.tap(1), 2e-3)
    party.wire.replace(1, bad)
    party.for_s(60)
    assert party.head.member(1).presence is Presence.PRESENT
    return party


def test_one_tap_that_hears_badly_does_not_hold_up_what_is_said_to_all() -> None:
    party = with_a_bad_joint()
    messages = [recording(1_500, number) for number in range(12)]
    for message in messages:
        party.send(EVERYBODY, message, lane=Lane.URGENT)
    assert party.until(lambda: len(party.told(2)) == len(messages), party.wire.now + 60)


def test_a_recording_reaches_the_last_one_too_who_hears_badly() -> None:
    """A recording that never ends keeps the line from the next one."""
    party = with_a_bad_joint()
    party.offer(recording(20_000))
    assert party.until(lambda: party.happened(Held) == 12, party.wire.now + 200)
