"""What goes out next of a recording, and when the head has to ask."""

import hashlib

from devices.serial.bodies import REFUSED, UNKNOWN, Block, Gaps, Mix, Offer
from devices.serial.sending import Sending
from devices.serial.to_many import SURPLUS, Phase, ToMany
from devices.serial.to_one import ToOne
from tests.devices.serial.parties import recording

CONTENT = recording(640)
OFFER = Offer(transfer=1, block=64, size=640, sha256=hashlib.sha256(CONTENT).digest())


def all_of(sending: Sending, sequence: int) -> list[int]:
    """The numbers of what goes out until somebody has to be asked; offers are passed over."""
    numbers = []
    while (body := sending.next_body(sequence, 0.0)) is not None:
        numbers += [body.number] if isinstance(body, Block | Mix) else []
    return numbers


def gaps(*runs: tuple[int, int], until: int = 10) -> Gaps:
    return Gaps(transfer=1, since=0, until=until, runs=runs)


class TestToOne:
    def test_the_offer_goes_first_then_each_block_once(self) -> None:
        sending = ToOne(OFFER, CONTENT, 1)
        assert sending.next_body(1, 0.0) == OFFER
        assert all_of(sending, 2) == list(range(10))
        assert sending.to_ask() == {1}

    def test_where_many_frames_are_lost_the_offer_goes_again_until_the_tap_knows_of_it(self) -> None:
        sending = ToOne(OFFER, CONTENT, 1)
        sent = [sending.next_body(number, 0.3) for number in range(1, 8)]
        assert sent.count(OFFER) == 4
        sending.heard(gaps((0, 10)), asked=8)
        assert [sending.next_body(number, 0.3) for number in range(9, 16)].count(OFFER) == 0

    def test_what_the_tap_held_before_is_not_sent(self) -> None:
        sending = ToOne(OFFER, CONTENT, 1)
        sending.next_body(1, 0.0)
        assert sending.question(1) == (0, 10)
        sending.heard(gaps((4, 2), (9, 1)), asked=2)
        assert all_of(sending, 3) == [4, 5, 9]

    def test_what_is_missing_is_sent_again_but_not_what_was_sent_after_the_question(self) -> None:
        sending = ToOne(OFFER, CONTENT, 1)
        all_of(sending, 1)
        sending.heard(gaps((3, 2)), asked=2)
        assert all_of(sending, 4) == [3, 4]
        sending.heard(gaps((3, 2)), asked=3)
        assert all_of(sending, 5) == []
        sending.heard(gaps((3, 2)), asked=5)
        assert all_of(sending, 6) == [3, 4]

    def test_a_tap_that_missed_the_offer_is_offered_and_sent_all_again(self) -> None:
        sending = ToOne(OFFER, CONTENT, 1)
        all_of(sending, 1)
        assert not sending.answered(1, UNKNOWN, asked=2)
        assert sending.next_body(3, 0.0) == OFFER
        assert all_of(sending, 3) == list(range(10))

    def test_it_is_through_when_nothing_is_missing_or_the_tap_refuses(self) -> None:
        for missing in (0, REFUSED):
            sending = ToOne(OFFER, CONTENT, 1)
            assert sending.answered(1, missing, asked=1)
            assert sending.taps == frozenset()
            assert all_of(sending, 2) == []

    def test_it_counts_each_block_that_was_sent_and_lost_once(self) -> None:
        sending = ToOne(OFFER, CONTENT, 1)
        all_of(sending, 1)
        sending.heard(gaps((3, 2)), asked=2)
        sending.heard(gaps((3, 2)), asked=3)
        assert sending.judged(1) == (10, 2)
        all_of(sending, 4)
        sending.heard(gaps((3, 1)), asked=5)
        assert sending.judged(1) == (2, 1)
        assert sending.judged(1) == (0, 0)

    def test_in_other_blocks_only_what_lacks_goes_on(self) -> None:
        sending = ToOne(OFFER, CONTENT, 1)
        all_of(sending, 1)
        sending.heard(gaps((3, 1), (9, 1)), asked=2)
        larger = Offer(transfer=2, block=256, size=640, sha256=OFFER.sha256)
        assert all_of(sending.recut(larger), 3) == [0, 2]


class TestToMany:
    def new(self) -> ToMany:
        sending = ToMany(OFFER, CONTENT, (1, 2, 3))
        assert all_of(sending, 1) == list(range(10))
        assert sending.phase is Phase.COUNT
        return sending

    def test_mixes_as_many_as_the_neediest_lacks_and_some_more_until_nobody_lacks_any(self) -> None:
        sending = self.new()
        for tap, missing in ((1, 0), (2, 3), (3, 1)):
            sending.answered(tap, missing, asked=2)
        assert len(all_of(sending, 3)) == 3 + SURPLUS
        assert sending.to_ask() == {2, 3}
        sending.answered(2, 0, asked=4)
        assert sending.answered(3, 0, asked=4)
        assert (sending.phase, sending.taps) == (Phase.REST, frozenset())

    def test_more_mixes_go_where_frames_are_lost(self) -> None:
        sending = self.new()
        sending.next_body(2, 0.5)
        for tap in (1, 2, 3):
            sending.answered(tap, 2, asked=3)
        assert len(all_of(sending, 4)) == 8

    def test_what_was_lost_is_known_from_the_first_count_only(self) -> None:
        sending = self.new()
        for tap, missing in ((1, 0), (2, 3)):
            sending.answered(tap, missing, asked=2)
        for _ in range(2):
            sending.unanswered(3)
        all_of(sending, 3)
        sending.answered(3, 0, asked=4)
        assert [sending.judged(tap) for tap in (1, 2, 3)] == [(10, 0), (10, 3), (0, 0)]
        assert sending.judged(2) == (0, 0)

    def test_where_frames_are_lost_the_offer_is_repeated_more_often(self) -> None:
        calm, rough = (ToMany(OFFER, CONTENT, (1, 2)) for _ in range(2))
        offers = [
            sum(isinstance(sending.next_body(1, loss), Offer) for _ in range(12))
            for sending, loss in ((calm, 0.0), (rough, 0.2))
        ]
        assert offers[1] > offers[0]

    def test_no_mix_is_ever_sent_twice(self) -> None:
        sending, seeds = self.new(), []
        for sequence in (10, 20):
            for tap in (1, 2, 3):
                sending.answered(tap, 2, asked=sequence)
            seeds += all_of(sending, sequence + 1)
        assert len(set(seeds)) == len(seeds) == 8

    def test_when_somebody_lacks_more_than_half_all_blocks_go_again(self) -> None:
        sending = self.new()
        for tap, missing in ((1, 0), (2, 8), (3, 0)):
            sending.answered(tap, missing, asked=2)
        assert all_of(sending, 3) == list(range(10))

    def test_a_tap_that_does_not_answer_holds_nobody_up(self) -> None:
        sending = self.new()
        sending.answered(1, 0, asked=2)
        sending.answered(2, 1, asked=2)
        for _ in range(2):
            sending.unanswered(3)
        assert sending.phase is Phase.MEND

    def test_where_all_taps_hold_some_already_they_are_counted_at_once(self) -> None:
        sending = ToMany(OFFER, CONTENT, (1, 2))
        for sequence in range(3):
            sending.next_body(sequence, 0.0)
        sending.answered(1, 2, asked=3)
        assert sending.phase is Phase.COUNT

    def test_a_tap_that_comes_back_is_counted_again(self) -> None:
        sending = self.new()
        sending.gone(3)
        sending.answered(1, 0, asked=2)
        sending.answered(2, 0, asked=2)
        assert sending.phase is Phase.REST
        sending.returned(3)
        assert sending.to_ask() == {3}
