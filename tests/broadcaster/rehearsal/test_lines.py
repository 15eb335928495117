"""Villages on serial lines: the real hub, head and taps in the county's virtual time, and the same laws."""

import hashlib
from datetime import UTC, datetime
from math import inf
from typing import cast

import pytest

from broadcaster.rehearsal.cable import Cable, Hears
from broadcaster.rehearsal.county import Scenario
from broadcaster.rehearsal.laws import Law
from broadcaster.rehearsal.rehearse import Rehearsed, rehearse
from broadcaster.rehearsal.town_hall import FusedHubStore
from broadcaster.rehearsal.troubles import CALM, DAY_S, ROUGH, Climate, Mishap, Trouble
from broadcaster.rehearsal.world import World
from devices.serial.bodies import Lane
from devices.serial.emulated import HEAD, Weather
from devices.serial.events import Present, Received, Silent, Told
from devices.serial.frames import EVERYBODY
from devices.serial.head import Head
from devices.serial.pacing import Line
from devices.serial.shelf import MemoryShelf
from devices.serial.tap import Tap
from devices.serial.tap_link import TapLink

HUB = "hub-0"
BUS = Line(baud=9_600, half_duplex=True, turn_s=0.005)
CLEAN = Weather()
DAYS = 0.35


def on_lines(*mishaps: Mishap, seed: int = 1, climate: Climate = CALM) -> Rehearsed:
    """A small county whose endpoints all hang on one bus."""
    return rehearse(
        Scenario(
            seed=seed,
            days=DAYS,
            endpoints=2,
            climate=climate,
            lines=1,
            noise=CLEAN,
            mishaps=mishaps,
            news_s=inf,
        )
    )


def test_no_law_is_broken_on_lines_whatever_goes_wrong() -> None:
    found = on_lines(seed=2, climate=ROUGH)
    assert found.violations == ()
    assert found.ledger.heard > 0


@pytest.fixture(scope="module")
def undisturbed() -> Rehearsed:
    return on_lines()


def test_a_calm_line_hears_what_a_broker_hears(undisturbed: Rehearsed) -> None:
    at_the_broker = rehearse(Scenario(seed=1, days=DAYS, endpoints=2, climate=CALM))
    assert undisturbed.violations == ()
    assert undisturbed.ledger == at_the_broker.ledger


def test_the_same_seed_is_the_same_run_on_lines_too(undisturbed: Rehearsed) -> None:
    assert on_lines().digest == undisturbed.digest


def test_while_the_way_to_it_is_broken_an_endpoint_goes_on(undisturbed: Rehearsed) -> None:
    """It holds its plan: cuts all through the morning cost no play."""
    troubles = (Trouble.UPLINK_CUT, 0.18), (Trouble.HUB_KILLED, 0.24), (Trouble.LINE_CUT, 0.28)
    found = on_lines(
        *(Mishap(at_s=at * DAY_S, trouble=each, subject=HUB, lasts_s=0.05 * DAY_S) for each, at in troubles)
    )
    assert found.violations == ()
    assert found.ledger.heard == undisturbed.ledger.heard
    assert found.digest != undisturbed.digest


@pytest.mark.parametrize(("seed", "share"), [(0, 0.0), (0, 0.1), (0, 0.3), (1, 0.3)])
def test_audio_arrives_within_a_tenth_of_when_it_was_promised(seed: int, share: float) -> None:
    """From the approval to the last byte, over the controller, the broker, the hub and a line that loses frames."""
    found = rehearse(
        Scenario(
            seed=seed,
            days=0.25,
            endpoints=3,
            climate=CALM,
            lines=1,
            noise=Weather(lost_frames=share),
            news_s=3_600.0,
        )
    )
    arrival = found.to_json()["arrival"]
    assert arrival["count"] >= 9
    assert arrival["missing"] == 0
    assert arrival["within_tenth"] == arrival["count"]


def test_a_hub_that_loses_reports_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FusedHubStore, "put", lambda _store, _message: None)
    broken = {violation.invariant for violation in on_lines().violations}
    assert broken >= {Law.HEARD_UNPROVED, Law.PROOF_LOST}


class Resting:
    """A cable with one head and three taps on which nobody has anything to say."""

    def __init__(self, weather: Weather = CLEAN) -> None:
        self.world = World(datetime(2026, 3, 2, tzinfo=UTC))
        self.cable = Cable(self.world, BUS, weather, taps=3, seed=1)
        self.events: list[object] = []
        self.taps = [
            Tap(address=address, line=BUS, shelf=MemoryShelf(), nonce=lambda: 7) for address in (1, 2, 3)
        ]
        for tap in self.taps:
            self.cable.plug(tap.address, tap, lambda event: None)
        self.head = Head(line=BUS, epoch=1, taps=[(address, ()) for address in (1, 2, 3)])
        self.cable.plug(HEAD, self.head, self.events.append)
        self.world.run_until(60)

    def happened(self, kind: type) -> list[object]:
        return [event for event in self.events if isinstance(event, kind)]


def test_a_cable_rests_while_nobody_has_anything_to_say() -> None:
    resting = Resting()
    assert len(resting.happened(Present)) == 3
    before = [tap.questions for tap in resting.taps]
    resting.world.run_until(3_600)
    assert all(0 < tap.questions - was < 5 for tap, was in zip(resting.taps, before, strict=True))


def test_a_cable_that_drops_frames_rests_once_its_head_knows_how_many() -> None:
    resting = Resting(Weather(lost_frames=0.3))
    resting.world.run_until(1_500)
    shares = [resting.head.member(tap.address).drops.share for tap in resting.taps]
    assert shares == pytest.approx([0.3] * 3, abs=0.05)
    before = [tap.questions for tap in resting.taps]
    resting.world.run_until(3_000)
    assert all(tap.questions - was < 20 for tap, was in zip(resting.taps, before, strict=True))


def test_whoever_has_something_to_say_ends_the_rest() -> None:
    resting = Resting()
    resting.world.run_until(1_000)
    resting.taps[1].send(b"mains has failed", lane=Lane.URGENT)
    resting.cable.stir(2)
    resting.world.run_until(1_002)
    assert resting.happened(Received) == [Received(2, Lane.URGENT, b"mains has failed")]


def test_who_is_pulled_out_during_a_rest_is_missed_as_soon_as_ever() -> None:
    resting = Resting()
    resting.world.run_until(1_000)
    resting.cable.pull(3)
    resting.world.run_until(1_030)
    assert resting.happened(Silent) == [Silent(3)]


def test_a_rest_is_no_silence() -> None:
    resting, lost = Resting(), list[str]()
    link = TapLink(
        endpoint="horn",
        address=1,
        line=BUS,
        shelf=MemoryShelf(),
        nonce=lambda: 8,
        later=lambda deed: None,
        on_message=lambda message: None,
        on_disconnected=lost.append,
    )
    resting.cable.attach(link)
    resting.cable.plug(1, link.tap, cast(Hears, link.take))
    for at_s, address in ((1_000, 2), (1_400, 3)):
        resting.world.run_until(at_s)
        resting.cable.pull(address)
    resting.world.run_until(2_000)
    resting.cable.attach(link)
    assert link.connected
    assert not lost


def test_an_emergency_waits_for_no_more_than_the_block_that_is_on_a_busy_cable() -> None:
    resting, told, waited = Resting(), list[tuple[float, object]](), list[float]()
    content = bytes(range(256)) * 200
    resting.cable.plug(1, resting.taps[0], lambda event: told.append((resting.world.now_s, event)))
    resting.head.offer(hashlib.sha256(content).digest(), content, [1, 2, 3], address=EVERYBODY)
    resting.cable.stir(HEAD)
    for at_s in (70.0, 73.1, 76.2, 79.3, 82.4, 85.5):
        resting.world.run_until(at_s)
        resting.head.send(EVERYBODY, b"leave the valley", lane=Lane.URGENT)
        resting.cable.stir(HEAD)
        resting.world.run_until(at_s + 3)
        ((heard_s, event),) = told
        assert event == Told(EVERYBODY, b"leave the valley")
        waited.append(heard_s - at_s)
        told.clear()
    assert not resting.head.idle
    assert max(waited) < BUS.airtime_s(BUS.largest_block)
    assert resting.taps[0].noise.garbled > 0  # a block of which much was still to come was torn off
