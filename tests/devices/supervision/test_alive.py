"""The alive ledger and snapshots: clocks that jump, machines that start again, and a fleet that is stored."""

from datetime import UTC, datetime, timedelta

import pytest

from devices.supervision import Moment, State, exported, restored, resumed, wall_step
from tests.devices.supervision.field import Field

NOON = datetime(2026, 5, 4, 4, tzinfo=UTC)


def moment(monotonic: float, wall_s: float, machine: str = "a") -> Moment:
    return Moment(monotonic=monotonic, wall=NOON + timedelta(seconds=wall_s), machine=machine)


def test_in_one_boot_the_monotonic_clock_tells_the_blind_time_whatever_the_wall_says():
    found = resumed(moment(100, 100), moment(160, 3_600 * 24 * 3650))
    assert (found.shift, found.blind_s) == (0, 60)


def test_after_a_restart_of_the_machine_the_wall_tells_it_and_times_are_shifted():
    found = resumed(moment(5_000, 0), moment(30, 600, "b"))
    assert found.blind_s == 600
    assert 5_000 + found.shift == 30 - 600


def test_a_wall_that_went_back_over_a_restart_is_taken_as_no_time():
    assert resumed(moment(5_000, 0), moment(30, -3_600, "b")).blind_s == 0


@pytest.mark.parametrize(("step_s", "found"), [(0, None), (1.5, None), (3_600, 3_600), (-3_600, -3_600)])
def test_a_step_of_the_wall_clock_is_noticed(step_s, found):
    step = wall_step(moment(100, 100), moment(105, 105 + step_s))
    assert step == (None if found is None else timedelta(seconds=found))


def test_stored_times_are_told_on_the_wall():
    assert moment(100, 0).wall_at(40) == NOON - timedelta(seconds=60)


def test_a_snapshot_holds_everything():
    field = Field(5, gates=["broker", "hub:1"]).run(900)
    field.gasp("horn-1")
    field.supervision.maintain("horn-2", field.now, on=True)
    field.supervision.close("hub:1", field.now, "mute")
    stored = exported(field.supervision)
    again = restored(stored, field.now)
    assert exported(again) == stored


def test_a_machine_that_starts_again_goes_on_where_it_was():
    field = Field(3).run(600)
    field.horn.alive = False
    field.run(400)
    assert field.state() is State.SILENT
    last, now = moment(field.now, 0), moment(20, 1_800, "b")
    found = resumed(last, now)
    supervision = restored(exported(field.supervision), now.monotonic, found.shift)
    supervision.tick(now.monotonic + 1)
    assert [supervision.state(f"horn-{n}") for n in range(3)] == [State.SILENT, State.OK, State.OK]
    assert supervision.silence("horn-1", now.monotonic) < 70


def test_flips_stored_after_the_snapshot_are_not_told_again():
    field = Field().run(300)
    stored = exported(field.supervision)
    field.horn.alive = False
    field.run(600)
    supervision = restored(stored, field.now, flips=field.flips)
    supervision.tick(field.now + 400)
    assert supervision.state("horn-0") is State.SILENT
    assert not [each for each in supervision.happened() if hasattr(each, "to_state")]
