"""The alive ledger and snapshots: clocks that jump, machines that start again, and a fleet that is stored."""

from datetime import UTC, datetime, timedelta

import pytest

from devices.supervision import Moment, State, begun, exported, restored, resumed, wall_step
from tests.devices.supervision.field import Field

NOON = datetime(2026, 5, 4, 4, tzinfo=UTC)


def moment(monotonic: float, wall_s: float, machine: str = "a") -> Moment:
    return Moment(monotonic=monotonic, wall=NOON + timedelta(seconds=wall_s), machine=machine)


def test_the_first_timeline_is_unix_time():
    now = moment(100, 0)
    assert begun(now).at(now) == NOON.timestamp()


def test_in_one_boot_the_monotonic_clock_alone_moves_the_timeline():
    timeline, last = begun(moment(90, 90)), moment(100, 100)
    now = moment(160, 3_600 * 24 * 3650)
    assert resumed(timeline, last, now) == timeline
    assert timeline.at(now) - timeline.at(last) == 60


def test_after_a_restart_of_the_machine_the_wall_tells_how_long_it_was_away():
    timeline, last, now = begun(moment(4_000, -1_000)), moment(5_000, 0), moment(30, 600, "b")
    assert resumed(timeline, last, now).at(now) == timeline.at(last) + 600


def test_a_wall_that_went_back_over_a_restart_is_taken_as_no_time():
    timeline, last, now = begun(moment(4_000, -1_000)), moment(5_000, 0), moment(30, -3_600, "b")
    assert resumed(timeline, last, now).at(now) == timeline.at(last)


@pytest.mark.parametrize(("step_s", "found"), [(0, None), (1.5, None), (3_600, 3_600), (-3_600, -3_600)])
def test_a_step_of_the_wall_clock_is_noticed(step_s, found):
    step = wall_step(moment(100, 100), moment(105, 105 + step_s))
    assert step == (None if found is None else timedelta(seconds=found))


def test_instants_are_told_on_the_wall_as_it_stands_now():
    timeline, now = begun(moment(100, 0)), moment(200, 3_700)
    assert timeline.wall_of(timeline.at(now) - 60, now) == now.wall - timedelta(seconds=60)


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
    supervision = restored(exported(field.supervision), field.now + 1_800)
    supervision.tick(field.now + 1_801)
    assert [supervision.state(f"horn-{n}") for n in range(3)] == [State.SILENT, State.OK, State.OK]
    assert supervision.silence("horn-1", field.now + 1_801) < 70


def test_flips_stored_after_the_snapshot_are_not_told_again():
    field = Field().run(300)
    stored = exported(field.supervision)
    field.horn.alive = False
    field.run(600)
    supervision = restored(stored, field.now, flips=field.flips)
    supervision.tick(field.now + 400)
    assert supervision.state("horn-0") is State.SILENT
    assert not [each for each in supervision.happened() if hasattr(each, "to_state")]
