"""The mains: last gasps, dips, batteries, returns; in any order in which their reports arrive."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.reports import EventKind
from devices.supervision import Overlay, Sign, State
from devices.supervision.states import DOWN, TABLE, after
from tests.devices.supervision.field import Field


def dark(field: Field, **how: object) -> Field:
    """The mains of the first horn fail now."""
    field.gasp(**how)
    field.horn.alive = False
    return field


def test_a_last_gasp_is_held_for_thirty_seconds_and_then_believed():
    field = dark(Field().run(300))
    assert field.run(29).way() == [State.MAINS_LOST_HELD]
    field.run(2)
    held, lost = field.flips
    assert (lost.to_state, lost.because, lost.onset) == (State.MAINS_LOST, Sign.HOLD_ENDED, 300)
    assert held.detected == 300


def test_its_age_says_when_it_happened():
    field = dark(Field().run(300), age_s=12)
    assert field.flips[0].onset == 288
    assert field.run(19).way() == [State.MAINS_LOST_HELD, State.MAINS_LOST]


def test_mains_are_not_back_before_they_failed_whatever_age_is_told():
    field = dark(Field().run(300)).run(60)
    field.gasp(kind=EventKind.MAINS_BACK, age_s=400_000_000)
    lost, back = field.flips[-2:]
    assert (back.to_state, back.onset) == (State.RETURNING, lost.onset)


def test_mains_that_are_back_within_the_hold_were_a_dip():
    field = Field().run(300)
    field.gasp()
    field.run(10)
    field.gasp(kind=EventKind.MAINS_BACK)
    assert field.way() == [State.MAINS_LOST_HELD, State.OK]
    assert field.flips[-1].is_momentary
    assert field.run(200).way() == [State.MAINS_LOST_HELD, State.OK]


def test_three_copies_of_a_last_gasp_are_one():
    field = Field().run(300)
    event = field.horn.gasp(field.now)
    field.horn.alive = False
    for wait in (0, 2, 6):
        field.run(wait)
        field.supervision.event("horn-0", event, field.now)
    assert field.run(60).way() == [State.MAINS_LOST_HELD, State.MAINS_LOST]


def test_a_heartbeat_that_the_last_gasp_overtook_is_no_return():
    field = Field().run(300)
    overtaken = field.horn.beat(field.now)
    field.run(2)
    dark(field)
    field.supervision.heartbeat("horn-0", overtaken, field.now + 1)
    assert field.run(60).way() == [State.MAINS_LOST_HELD, State.MAINS_LOST]


def test_an_old_program_that_tells_no_uptime_is_given_five_seconds():
    field = Field().run(300)
    overtaken = field.horn.beat(field.now)
    event = field.horn.gasp(field.now)
    field.supervision.event("horn-0", event.__class__(boot=event.boot, seq=1, kind=event.kind), field.now)
    field.supervision.heartbeat("horn-0", overtaken, field.now + 4)
    assert field.state() is State.MAINS_LOST_HELD
    field.supervision.heartbeat("horn-0", field.horn.beat(field.now + 6), field.now + 6)
    assert field.state() is State.OK


def test_news_of_a_loss_that_is_over_changes_nothing():
    field = Field().run(300)
    field.gasp(age_s=120)
    assert field.way() == []


def test_a_return_that_overtook_its_loss_leaves_it_well():
    field = Field().run(300)
    gasp, back = field.horn.gasp(field.now), field.horn.gasp(field.now + 2, kind=EventKind.MAINS_BACK)
    field.supervision.event("horn-0", back, field.now + 2)
    field.supervision.event("horn-0", gasp, field.now + 3)
    assert field.run(60).way() == []


def test_a_gasp_that_waited_at_a_hub_says_why_it_is_silent():
    field = Field().run(300)
    field.horn.alive = False
    field.run(300)
    field.gasp(age_s=290)
    assert field.way()[-2:] == [State.SILENT, State.MAINS_LOST]
    assert field.flips[-1].onset == field.now - 290


def test_with_a_battery_it_goes_on_until_the_battery_is_empty():
    field = Field().run(300)
    field.horn.mains = False
    assert field.run(120).way() == [State.ON_BATTERY]
    field.horn.alive = False
    assert field.run(600).way() == [State.ON_BATTERY, State.MAINS_LOST]


def test_after_its_return_it_is_verified_for_ten_minutes_and_five_reports():
    field = dark(Field().run(300)).run(1_000)
    field.horn.restart(field.now)
    field.run(70)
    back = field.flips[-1]
    assert (back.to_state, back.rebooted, back.reset) == (State.RETURNING, True, "power_on")
    assert back.up_s is not None
    assert back.up_s < 70
    assert field.run(500).state() is State.VERIFYING
    assert field.run(300).state() is State.OK


def test_one_that_fails_again_while_verified_was_never_well():
    field = Field().run(300)
    field.horn.alive = False
    field.run(600)
    field.horn.alive = True
    field.run(130)
    field.horn.alive = False
    field.run(600)
    assert field.way() == [State.SUSPECT, State.SILENT, State.RETURNING, State.VERIFYING, State.SILENT]


def test_one_that_comes_and_goes_flaps_until_it_has_been_calm():
    field = Field().run(300)
    for _ in range(2):
        field.horn.alive = False
        field.run(260)
        field.horn.alive = True
        field.run(70)
    assert Overlay.FLAPPING in field.supervision.overlays("horn-0")
    assert Overlay.FLAPPING not in field.run(3_600).supervision.overlays("horn-0")
    flapping = [each.on for each in field.others if getattr(each, "overlay", None) is Overlay.FLAPPING]
    assert flapping == [True, False]


@pytest.mark.parametrize("ends_dead", [False, True])
@pytest.mark.parametrize("dead", ["before", "within", "never"])
def test_maintenance_keeps_the_state_below_it(dead, ends_dead):
    field = Field().run(300)
    field.horn.alive = dead != "before"
    field.run(400)
    field.supervision.maintain("horn-0", field.now, on=True)
    field.horn.alive = dead == "never"
    field.run(400)
    field.horn.alive = not ends_dead
    field.run(1_500)
    field.supervision.maintain("horn-0", field.now, on=False)
    assert field.state() is (State.SILENT if ends_dead else State.OK)
    assert Overlay.MAINTENANCE not in field.supervision.overlays("horn-0")


def test_a_line_that_loses_much_is_degraded_until_it_is_clean():
    field = Field().run(3_600 * 8)
    seq = field.horn.seq
    field.horn.skip = {seq + n for n in range(1, 120) if n % 3 == 0}
    assert State.DEGRADED in field.run(7_200).way()
    assert field.run(3_600 * 6).state() is State.OK


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("sign", Sign)
def test_every_state_and_sign_has_one_successor_that_is_a_state(state, sign):
    assert after(state, sign) in State


def test_a_state_that_was_down_is_never_ok_without_verification():
    for state in DOWN:
        assert State.OK not in TABLE[state].values()
    assert State.OK not in TABLE[State.RETURNING].values()
    assert [sign for sign, to in TABLE[State.VERIFYING].items() if to is State.OK] == [Sign.PROVEN]


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_reports_shuffled_within_five_seconds_and_doubled_leave_the_same_states(data):
    field = Field().run(301)
    horn = field.horn
    told: list[tuple[float, object]] = [(at, horn.beat(at)) for at in range(302, 900, 60)]
    told.append((910.0, horn.gasp(910.0)))
    field.horn.alive = False
    delays = data.draw(st.lists(st.floats(0, 5), min_size=len(told), max_size=len(told)))
    copies = data.draw(st.lists(st.integers(0, len(told) - 1), max_size=3))
    arriving = [(at + late, report) for (at, report), late in zip(told, delays, strict=True)]
    arriving += [(at + 3, report) for at, report in (arriving[i] for i in copies)]
    arriving.sort(key=lambda each: each[0])
    while field.now < 1_200:
        field.run(1)
        while arriving and arriving[0][0] <= field.now:
            _, report = arriving.pop(0)
            tell = field.supervision.event if hasattr(report, "kind") else field.supervision.heartbeat
            tell("horn-0", report, field.now)  # type: ignore[operator]
    assert field.way() == [State.MAINS_LOST_HELD, State.MAINS_LOST]
