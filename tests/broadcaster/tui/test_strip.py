"""The strip of a day."""

from datetime import timedelta

from broadcaster.tui.marks import HEARD_ALL, NONE, PLANNED
from broadcaster.tui.strip import Scale, scale_of, strip
from tests.broadcaster.tui.county import ZONE, at

MIDNIGHT = at("0:00").astimezone(ZONE)


def test_each_play_stands_at_its_time_and_the_gravest_of_a_cell_is_shown():
    scale = Scale(start=at("6:00"), end=at("10:00"), cells=4)
    row = strip(
        scale, [(at("6:10"), HEARD_ALL), (at("6:50"), NONE), (at("9:59"), PLANNED), (at("10:00"), NONE)]
    )
    assert row == [NONE, None, None, PLANNED]


def test_the_scale_widens_for_what_sounds_early_or_late_but_never_leaves_the_day():
    usual = scale_of([at("8:00")], MIDNIGHT, 64)
    assert (usual.start, usual.end) == (MIDNIGHT + timedelta(hours=6), MIDNIGHT + timedelta(hours=22))
    wide = scale_of([at("0:20"), at("23:40")], MIDNIGHT, 64)
    assert (wide.start, wide.end) == (MIDNIGHT, MIDNIGHT + timedelta(days=1))


def test_hours_stand_over_their_cells_as_many_as_there_is_room_for():
    assert scale_of([], MIDNIGHT, 64).hours().split() == [f"{hour:02d}" for hour in range(6, 22)]
    assert scale_of([], MIDNIGHT, 20).hours().split() == ["08", "12", "16", "20"]
