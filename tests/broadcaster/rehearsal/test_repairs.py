"""Repairs rehearsed in small counties: a few right tickets, and none for what we failed to see."""

from dataclasses import replace

import pytest

from broadcaster.rehearsal.fleet import Outage
from broadcaster.rehearsal.grid import lay_out_grid
from broadcaster.rehearsal.misfortunes import Misfortune
from broadcaster.rehearsal.rehearse import START
from broadcaster.rehearsal.repairs import ordinary_weeks, quiet_hours, stormy_hours
from broadcaster.rehearsal.score import score
from broadcaster.repairs.causes import Cause
from broadcaster.repairs.incidents import Incident, Stage


def test_a_storm_gives_about_one_ticket_per_cause():
    found = stormy_hours(1, 400, 3, START, (Outage(begin=1_500, lasts_s=300),)).score
    assert found.tickets <= 1.1 * found.true_causes
    assert (found.false_tickets, found.missed_causes, found.cause_accuracy) == (0, 0, 1.0)


def test_outages_of_the_controller_give_no_ticket():
    outages = (Outage(begin=400, lasts_s=600), Outage(begin=1_200, lasts_s=3), Outage(begin=1_260, lasts_s=3))
    assert quiet_hours(2, 150, START, outages).score.tickets == 0


def test_ordinary_weeks_find_causes_and_switch_offs():
    found = ordinary_weeks(1, 2_000, 6, START).score
    assert found.tickets <= 1.1 * found.true_causes
    assert found.false_tickets == 0
    assert found.missed_causes <= 1
    assert found.switch_off_precision >= 0.85
    assert found.switch_off_recall >= 0.75


def test_the_same_seed_is_the_same_run():
    first, second = (ordinary_weeks(3, 600, 2, START).to_json() for _ in range(2))
    assert first == second
    assert first["scored_tickets"]


def test_the_map_differs_from_the_truth_here_and_there():
    grid = lay_out_grid(1, 4_000)
    wrong = sum(a.feeder != b.feeder for a, b in zip(grid.truth, grid.map, strict=True))
    assert 20 < wrong < 160


def incident(key: str, cause: Cause, *members: str, onset: float = 1_000.0) -> Incident:
    return Incident(
        key=key,
        cause=cause,
        root=members[0],
        onset=onset,
        detected=onset,
        members=members,
        affected=members,
        confidence=0.9,
        evidence=(),
        stage=Stage.OPEN,
        announced=onset + 300,
    )


def test_the_score_tells_right_from_wrong_false_and_missed():
    truth = [
        Misfortune(
            cause=Cause.GRID_OUTAGE, root="feeder:F1", members=("a", "b", "c"), begin=1_000, end=9_000
        ),
        Misfortune(cause=Cause.SWITCHED_OFF, root="d", members=("d",), begin=1_000, end=9_000),
        Misfortune(cause=Cause.SITE_POWER_FAULT, root="e", members=("e",), begin=1_000, end=30_000),
    ]
    told = {
        "1": incident("1", Cause.GRID_OUTAGE, "a", "b"),
        "2": incident("2", Cause.SWITCHED_OFF, "d"),
        "3": incident("3", Cause.SWITCHED_OFF, "x"),
    }
    found = score(truth, told, told)
    assert (found.true_causes, found.tickets, found.false_tickets, found.missed_causes) == (3, 3, 1, 1)
    assert (found.cause_accuracy, found.switch_off_precision, found.switch_off_recall) == (1.0, 0.5, 1.0)
    assert found.median_time_to_ticket_s == pytest.approx(300)


def test_what_hides_behind_a_greater_misfortune_while_nobody_watched_is_not_what_a_ticket_was_about():
    cell = Misfortune(
        cause=Cause.BASE_STATION, root="cell:C", members=("a", "b", "c", "d"), begin=1_250, end=9_000
    )
    hidden = Misfortune(
        cause=Cause.GRID_OUTAGE, root="feeder:F", members=("a", "b", "c"), begin=1_150, end=9_000
    )
    known_late = replace(incident("1", Cause.BASE_STATION, "a", "b", "c", "d"), detected=1_700.0)
    assert score([hidden, cell], {"1": known_late}, {"1": known_late}).cause_accuracy == 1.0


@pytest.mark.parametrize(("end_h", "missed"), [(6.5, 0), (8.0, 1)])
def test_what_is_over_before_the_morning_in_which_it_would_be_told_needs_no_ticket(end_h, missed):
    early = Misfortune(
        cause=Cause.SWITCHED_OFF, root="d", members=("d",), begin=5.5 * 3_600, end=end_h * 3_600
    )
    assert score([early], {}, {}).missed_causes == missed
