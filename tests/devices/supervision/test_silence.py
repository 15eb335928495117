"""Silence: suspicion after two periods, silence within the fleet's budget, and nothing while a gate is closed."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.presence import Presence
from devices.reports import EventKind, Status
from devices.supervision import GateMoved, Overlay, State
from devices.supervision.rhythm import Rhythm, Runs, misses_allowed
from tests.devices.supervision.field import PERIOD, Field


@pytest.mark.parametrize(
    ("fleet", "loss", "misses"),
    [
        (100_000, 0.001, 3),
        (100_000, 0.01, 5),
        (100_000, 0.05, 7),
        (100_000, 0.10, 9),
        (100_000, 0.20, 12),
        (1_000, 0.01, 4),
        (1_000, 0.10, 7),
    ],
)
def test_the_fleets_budget_of_false_alarms_says_how_many_misses_are_allowed(fleet, loss, misses):
    assert misses_allowed(loss, loss, 60.0, fleet) == misses


def test_lines_that_lose_in_runs_get_more_time():
    assert misses_allowed(0.01, 0.5, 60.0, 1_000) > misses_allowed(0.01, 0.01, 60.0, 1_000)


def test_a_dead_endpoint_is_suspected_after_two_periods_and_silent_after_its_budget():
    field = Field().run(600)
    field.horn.alive = False
    field.run(600)
    suspect, silent = field.flips
    assert (suspect.to_state, silent.to_state) == (State.SUSPECT, State.SILENT)
    heard = field.supervision.heard("horn-0")
    assert suspect.detected - heard == pytest.approx(2 * PERIOD + 12, abs=2)
    assert 3 * PERIOD < silent.detected - heard <= 5 * PERIOD + 13
    assert silent.onset == heard + PERIOD  # the first heartbeat that did not come


def test_one_lost_heartbeat_is_nothing_and_two_are_a_suspicion_that_ends():
    field = Field()
    field.horn.skip = {10, 20, 21}
    field.run(60 * 40)
    assert field.way() == [State.SUSPECT, State.OK]


def test_a_new_endpoint_never_alarms_before_its_third_report():
    field = Field(commissioned=False)
    field.horn.skip = set(range(3, 40))
    field.run(60 * 30)
    assert field.way() == []
    field.horn.skip = set()
    assert field.run(60 * 15).way() == [State.OK]


def test_a_longer_promise_gives_a_longer_time():
    field = Field().run(300)
    field.supervision.heartbeat("horn-0", field.horn.beat(field.now, period=3_600), field.now)
    field.horn.alive = False
    assert field.run(7_000).way() == []
    assert field.run(400).way() == [State.SUSPECT]


@pytest.mark.parametrize("down_s", [600, 86_400])
def test_an_outage_of_the_controller_makes_nobody_silent(down_s):
    field = Field(20).run(300).restart(down_s).run(900)
    assert field.flips == []
    blind = [each for each in field.others if isinstance(each, GateMoved)]
    assert [(each.gate, each.open) for each in blind] == [("controller", False), ("controller", True)]
    assert blind[1].since - blind[0].since == down_s


def test_restarts_every_four_minutes_delay_detection_by_no_more_than_the_time_they_took():
    field = Field(3).run(600)
    field.horn.alive = False
    dead_since = field.now
    while field.state() is not State.SILENT and field.now < dead_since + 7_200:
        field.restart(5).run(235)
    assert field.now - dead_since < 2 * 240 + 5 * PERIOD
    assert {flip.endpoint for flip in field.flips} == {"horn-0"}


def test_restarts_in_step_with_the_heartbeats_make_nobody_silent():
    field = Field(1).run(PERIOD * 5 - 1)
    for _ in range(30):
        field.restart(4).run(PERIOD - 4)  # each swallows one heartbeat
    assert field.flips == []
    assert field.horn.seq > 30


def test_behind_a_closed_gate_nothing_is_known_and_the_count_goes_on_afterwards():
    field = Field().run(300)
    field.horn.alive = False
    field.run(60)
    silent_before = field.supervision.silence("horn-0", field.now)
    field.supervision.close("broker", field.now, "three canaries missed")
    assert field.supervision.overlays("horn-0") == {Overlay.UNOBSERVED}
    field.run(3_600)
    assert field.supervision.silence("horn-0", field.now) <= silent_before
    field.supervision.open("broker", field.now)
    assert field.run(40).way() == [State.SUSPECT]


def test_a_gate_closed_after_the_fact_excuses_from_then_on():
    field = Field().run(300)
    field.horn.reachable = False
    field.run(30)
    field.supervision.close("broker", field.now, "canary", since=field.now - 30)
    field.run(1_000)
    field.horn.reachable = True
    field.supervision.open("broker", field.now)
    assert field.run(900).way() == []


def test_another_hubs_gate_excuses_nobody_here():
    field = Field(gates=["broker", "hub:1"]).run(300)
    field.supervision.close("hub:2", field.now, "mute")
    field.horn.alive = False
    assert field.run(100).way() == [State.SUSPECT]


def test_wills_and_retained_replays_prove_neither_life_nor_death():
    field = Field().run(300)
    epoch = field.horn.beat(field.now).boot
    for said, retained in ((epoch, True), ("deadbeef", False)):
        status = Status(state=Presence.OFFLINE, epoch=said)
        field.supervision.status("horn-0", status, field.now, retained=retained)
    assert field.supervision.probes(field.now + 20) == ()
    field.supervision.status("horn-0", Status(state=Presence.OFFLINE, epoch=epoch), field.now, retained=False)
    assert field.supervision.probes(field.now + 14) == ()
    assert field.supervision.probes(field.now + 15) == ("horn-0",)
    assert field.state() is State.OK


def test_a_will_without_death_asks_nothing_once_it_is_heard_again():
    field = Field().run(300)
    epoch = f"{field.horn.boot:08x}"
    field.supervision.status("horn-0", Status(state=Presence.OFFLINE, epoch=epoch), field.now, retained=False)
    assert field.run(61).supervision.probes(field.now) == ()


def test_of_many_suspects_a_few_behind_each_path_are_asked():
    field = Field(300).run(300)
    for horn in field.horns.values():
        horn.alive = False
    for _ in range(200):
        field.run(1)
    asked = field.supervision.probes(field.now)
    assert len(asked) == 5


def test_failed_probes_shorten_the_wait_but_never_below_three_misses():
    rhythm, fleet = Rhythm(), Runs()
    assert rhythm.silent_after(100_000, fleet, 1) == rhythm.silent_after(100_000, fleet) - PERIOD
    assert rhythm.silent_after(100_000, fleet, 20) == 3 * PERIOD + 12


def test_how_losses_come_in_runs_is_learned_from_the_whole_fleet():
    rhythm, single, bursts = Rhythm(), Runs(), Runs()
    for _ in range(1_000):
        single.came(1)
        bursts.came(3)
    assert (
        rhythm.silent_after(1_000, single)
        < rhythm.silent_after(1_000, Runs())
        < rhythm.silent_after(1_000, bursts)
    )


def test_an_endpoint_that_counts_wildly_teaches_nobody_and_is_missed_like_others():
    field = Field(2).run(600)
    before = field.supervision.runs.share
    field.horn.seq = 2_000_000_000
    field.run(60)
    assert field.supervision.runs.share == pytest.approx(before, abs=0.02)
    field.horn.alive = False
    assert field.run(1_200).way() == [State.SUSPECT, State.SILENT]
    assert field.state("horn-1") is State.OK


def test_a_line_that_loses_everything_for_a_year_is_still_called_silent():
    rhythm = Rhythm(period=5.0)
    rhythm.came(0.0, 6_000_000)
    assert rhythm.silent_after(1_000, Runs()) < 100


def test_a_failed_probe_is_acted_upon_at_once():
    field = Field().run(300)
    next(iter(field.supervision.watches)).rhythm.missed_hour = 20.0  # a bad line
    field.horn.alive = False
    field.run(200)
    assert field.state() is State.SUSPECT
    for _ in range(9):
        field.supervision.probe_failed("horn-0")
    assert field.run(2).state() is State.SILENT


@pytest.mark.parametrize("heartbeat_first", [True, False])
def test_a_heartbeat_in_the_second_of_the_deadline_leaves_it_well_in_either_order(heartbeat_first):
    field = Field().run(300)
    horn, supervision = field.horn, field.supervision
    deadline = supervision.heard("horn-0") + Rhythm().suspect_after
    deeds = [
        lambda: supervision.heartbeat("horn-0", horn.beat(deadline), deadline),
        lambda: supervision.tick(deadline),
    ]
    for second in range(int(field.now) + 1, int(deadline)):
        supervision.tick(float(second))
    for deed in deeds if heartbeat_first else reversed(deeds):
        deed()
    field.now = deadline
    assert field.state() is State.OK
    field.horn.alive = False
    assert field.run(150).state() is State.SUSPECT


def test_late_and_doubled_heartbeats_count_once():
    field = Field().run(300)
    supervision, horn = field.supervision, field.horn
    first, second = horn.beat(field.now), horn.beat(field.now)
    supervision.heartbeat("horn-0", second, field.now)
    missed = next(iter(supervision.watches)).rhythm.missed_hour
    supervision.heartbeat("horn-0", first, field.now + 1)
    supervision.heartbeat("horn-0", second, field.now + 2)
    assert next(iter(supervision.watches)).rhythm.missed_hour == missed - 1
    assert supervision.heard("horn-0") == field.now


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(20, 400), st.integers(1, 900)), max_size=6), st.integers(0, 59))
def test_whatever_outages_the_controller_has_the_living_stay_well(outages, phase):
    field = Field(2)
    field.horn.phase = phase  # before it first runs
    for up_s, down_s in outages:
        field.run(up_s).restart(down_s)
    assert field.run(200).flips == []


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.integers(60, 400), st.integers(1, 60)), min_size=1, max_size=5))
def test_restarts_lose_no_progress_towards_silence(outages):
    straight, restarted = Field().run(300), Field().run(300)
    for field in (straight, restarted):
        field.horn.alive = False
    down = 0
    for up_s, down_s in outages:
        restarted.run(up_s).restart(down_s)
        down += max(down_s, PERIOD)
    restarted.run(600)
    straight.run(900)
    assert restarted.way() == straight.way()
    assert restarted.flips[-1].detected <= straight.flips[-1].detected + down + PERIOD


def test_an_event_is_no_heartbeat_but_other_events_change_nothing():
    field = Field().run(300)
    field.supervision.event("horn-0", field.horn.gasp(field.now, kind=EventKind.DOOR_OPENED), field.now)
    assert field.way() == []


@settings(max_examples=30)
@given(st.integers(0, 2**32))
def test_time_that_is_only_attended_where_nothing_is_due_flips_the_same_as_time_that_ticks(seed):
    def happened(*, lazy: bool) -> list[object]:
        chance, field = random.Random(seed), Field(5)
        field.lazy = lazy
        for _ in range(12):
            horn = chance.choice(list(field.horns.values()))
            horn.reachable = not horn.reachable
            field.run(chance.randrange(10, 300))
        return field.flips + field.others

    assert happened(lazy=True) == happened(lazy=False)


def test_nothing_is_due_before_a_silence_can_be_suspicious():
    field = Field().run(600)
    assert field.now < field.supervision.next_s <= field.now + 2 * PERIOD + 12
    field.supervision.attended(field.now + 4)
    assert field.supervision.ticked == field.now + 4


class Asked(Field):
    """Whom supervision asks answers, if it lives and `answers`."""

    answers = True

    def take(self) -> None:
        for name in self.supervision.probes(self.now):
            self.probed.append((self.now, name))
            horn = self.horns[name]
            if horn.alive and self.answers:
                self.supervision.heartbeat(name, horn.beat(self.now, period=30), self.now)
        super().take()

    def __init__(self, count: int = 1, **how: object) -> None:
        super().__init__(count, **how)  # type: ignore[arg-type]
        self.probed: list[tuple[float, str]] = []


def test_who_only_lost_heartbeats_answers_and_is_well_again_at_once():
    field = Asked(300).run(300)
    field.horn.skip = {field.horn.seq + 1, field.horn.seq + 2}
    field.run(150)
    assert field.way() == [State.SUSPECT, State.OK]
    assert [name for _, name in field.probed] == ["horn-0"]


def test_who_answers_no_probe_is_silent_sooner():
    ends = []
    for field in (Field(300), Asked(300)):
        field.run(300)
        field.horn.alive = False
        while field.state() is not State.SILENT:
            field.run(1)
        ends.append(field.now)
    assert ends[0] - ends[1] == 2 * PERIOD


def test_two_probes_half_a_period_apart_are_all():
    field = Asked().run(300)
    field.horn.alive = False
    field.run(900)
    (first, _), (second, _) = field.probed
    assert second - first == pytest.approx(PERIOD / 2, abs=1)


def test_who_is_behind_a_closed_gate_is_not_asked_and_an_answer_not_missed_while_we_were_away():
    field = Asked().run(300)
    field.horn.alive = False
    while not field.probed:
        field.run(1)
    field.supervision.close("broker", field.now, "not connected")
    field.run(100)
    field.supervision.open("broker", field.now)
    (watch,) = field.supervision.watches
    assert (len(field.probed), watch.failed_probes) == (1, 0)


def test_over_serial_lines_the_hub_asks():
    field = Asked(gates=["broker", "hub:1"]).run(300)
    field.horn.alive = False
    assert field.run(400).probed == []


def test_an_answer_out_of_turn_leaves_the_period_as_it_was():
    field = Field(300).run(300)
    field.horn.skip = {field.horn.seq + 1, field.horn.seq + 2}
    field.run(100)
    assert field.state() is State.SUSPECT
    field.supervision.heartbeat("horn-0", field.horn.beat(field.now, period=3), field.now)
    field.horn.skip = {field.horn.seq + 1}
    assert field.supervision.period("horn-0") == PERIOD
    assert field.run(100).way() == [State.SUSPECT, State.OK]


@pytest.mark.parametrize("reboots", [True, False])
def test_a_shorter_period_is_believed_when_it_was_promised_twice(reboots: bool):
    field = Field().run(300)
    if reboots:
        field.horn.restart(field.now)
    for beats, period in enumerate((60, 20, 20)):
        field.now += (60, 60, 20)[beats]
        field.supervision.heartbeat("horn-0", field.horn.beat(field.now, period=period), field.now)
    assert field.supervision.period("horn-0") == 20
