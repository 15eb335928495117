"""Causes: which of them explains what is seen, with maps that are good, bad or missing."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import product

import pytest

from broadcaster.repairs.adjudication import Vote, vote
from broadcaster.repairs.causes import Cause, Owner
from broadcaster.repairs.circumstances import Answer, Circumstances
from broadcaster.repairs.habits import Habits
from broadcaster.repairs.incidents import Flag, Stage
from broadcaster.repairs.scoring import Beta, Rates
from broadcaster.repairs.serial_order import cut_after
from broadcaster.repairs.switch_off import judge
from broadcaster.repairs.topology import Kind, Placement, Provenance, Topology
from devices.reports import EventKind, Reset
from devices.supervision import Flip, Sign, State
from tests.broadcaster.repairs.valley import Valley, feeder, placement


def names(first: int, end: int) -> list[str]:
    return [f"horn-{n}" for n in range(first, end)]


def test_the_most_specific_node_that_explains_it_is_the_root():
    valley = Valley(feeder("F1", 24)).run(300)
    valley.cut_power(names(6, 12))
    (ticket,) = valley.run(700).tickets
    assert (ticket.root, ticket.members) == ("transformer:F1/1", tuple(sorted(names(6, 12))))


def test_two_witnesses_on_a_surveyed_feeder_forbid_it():
    valley = Valley(feeder("F1", 24)).run(300)
    valley.cut_power(names(0, 22))
    valley.run(1_000)
    assert {i.root for i in valley.tickets} >= {"transformer:F1/0", "transformer:F1/1", "transformer:F1/2"}
    assert "feeder:F1" not in {i.root for i in valley.tickets}


def test_feeders_of_one_substation_are_rolled_up_into_it():
    valley = Valley([p for f in range(4) for p in feeder(f"F{f}", 12, first=12 * f)]).run(300)
    valley.cut_power(names(0, 48))
    (ticket,) = valley.run(700).tickets
    assert (ticket.root, len(ticket.members)) == ("substation:S", 48)


def test_without_a_map_of_the_supply_the_village_stands_in_for_it():
    here = [placement(f"horn-{n}", village="341523100200") for n in range(8)]
    there = [placement(f"horn-{n}", village="341523100201") for n in range(8, 16)]
    valley = Valley([*here, *there]).run(300)
    valley.cut_power(names(0, 7))
    (ticket,) = valley.run(700).tickets
    assert (ticket.cause, ticket.root) == (Cause.GRID_OUTAGE, "village:341523100200")
    assert ticket.confidence < 0.995
    assert "stands in for it" in " ".join(e.text() for e in ticket.evidence)


def test_too_small_a_share_of_a_village_is_no_power_cut():
    valley = Valley([placement(f"horn-{n}", village="341523100200") for n in range(12)]).run(300)
    valley.cut_power(names(0, 4))
    assert Cause.GRID_OUTAGE not in {i.cause for i in valley.run(1_500).tickets}


def test_without_last_gasps_power_and_network_explain_it_equally_until_the_return_settles_it():
    both = [placement(f"horn-{n}", feeder="F1", cell="C1", gasps=False) for n in range(20)]
    others = [placement(f"horn-{n}", feeder="F2", cell="C2", gasps=False) for n in range(20, 40)]
    valley = Valley([*both, *others]).run(300)
    valley.cut_power(names(0, 20), gasps=[])
    (ticket,) = valley.run(700).tickets
    assert ticket.cause is Cause.AREA_DARK
    assert "It may also be" in " ".join(e.text() for e in ticket.evidence)
    valley.restore_power(names(0, 20))
    valley.run(1_200)
    (ticket,) = valley.tickets
    assert (ticket.cause, ticket.root, ticket.stage) == (Cause.GRID_OUTAGE, "feeder:F1", Stage.ENDED)
    assert [c.cause for c in ticket.corrections] == [Cause.AREA_DARK]
    assert Flag.ADJUDICATED in ticket.flags


def test_a_cell_that_dies_with_its_feeder_is_found_by_the_gasps_that_got_out():
    here = [placement(f"horn-{n}", feeder="F1", cell="C1") for n in range(20)]
    valley = Valley([*here, *feeder("F2", 6, first=20)]).run(300)
    valley.cut_power(names(0, 20), gasps=names(0, 6))
    (ticket,) = valley.run(700).tickets
    assert (ticket.cause, ticket.root, len(ticket.members)) == (Cause.GRID_OUTAGE, "feeder:F1", 20)


def test_two_dead_feeders_are_not_taken_for_the_cell_that_covers_most_of_both():
    def place(n: int) -> Placement:
        cell = "C1" if n % 24 < 20 and n < 48 else f"C{n // 24 + 2}"
        return placement(f"horn-{n}", feeder=f"F{n // 24}", cell=cell, gasps=False)

    valley = Valley(place(n) for n in range(72)).run(300)
    valley.cut_power(names(0, 48), gasps=[])
    found = {(t.cause, t.root, len(t.members)) for t in valley.run(700).tickets}
    assert found == {(Cause.GRID_OUTAGE, "feeder:F0", 24), (Cause.GRID_OUTAGE, "feeder:F1", 24)}


def test_endpoints_on_battery_tell_the_power_from_the_network():
    here = [placement(f"horn-{n}", feeder="F1", cell="C1", battery=n < 5) for n in range(20)]
    valley = Valley(here).run(300)
    for name in names(0, 5):
        valley.horns[name].mains = False
    valley.cut_power(names(5, 20), gasps=[])
    (ticket,) = valley.run(700).tickets
    assert (ticket.cause, len(ticket.members)) == (Cause.GRID_OUTAGE, 20)
    assert "5 of 20 endpoints on F1 say that they run on battery." in " ".join(
        e.text() for e in ticket.evidence
    )


def stray_among_others() -> Valley:
    """horn-20 stands amid F1, and the map has it on F2."""
    here = [
        placement(f"horn-{n}", feeder="F1", latitude=31.4 + n % 5 / 1_000, longitude=116.0 + n / 10_000)
        for n in range(20)
    ]
    stray = placement("horn-20", feeder="F2", latitude=31.401, longitude=116.0005)
    others = [placement(f"horn-{n}", feeder="F2", latitude=31.9, longitude=116.5) for n in range(21, 30)]
    return Valley([*here, stray, *others]).run(300)


def test_a_stray_in_the_middle_of_a_power_cut_joins_it_and_the_map_is_suspected():
    valley = stray_among_others()
    valley.cut_power(names(0, 21))
    (ticket,) = valley.run(1_000).tickets
    assert ticket.root == "feeder:F1"
    assert "horn-20" in ticket.members
    assert Flag.MAPPING_SUSPECT in ticket.flags


def test_what_seems_a_small_cell_amid_two_power_cuts_is_a_part_of_both():
    def at(n: int, feeder: str, east: float, **where: object) -> Placement:
        return placement(
            f"horn-{n}",
            feeder=feeder,
            latitude=31.4 + n % 5 / 1_000,
            longitude=116.0 + east + n / 10_000,
            **where,
        )

    near = [at(n, "F1", 0.0) for n in range(20)] + [at(n, "F2", 0.2) for n in range(20, 40)]
    strays = [
        at(40, "F3", -0.003, cell="C1"),
        at(41, "F3", -0.003, cell="C1"),
        at(42, "F3", 0.199, cell="C1"),
    ]
    others = [at(n, "F3", 0.9) for n in range(43, 52)]
    valley = Valley([*near, *strays, *others]).run(300)
    valley.cut_power(names(0, 43), gasps=names(0, 40))
    found = {(ticket.root, len(ticket.members)) for ticket in valley.run(1_000).tickets}
    assert found == {("feeder:F1", 22), ("feeder:F2", 21)}


def test_one_that_strays_three_times_has_its_supply_checked_once():
    valley = stray_among_others()
    for _ in range(4):
        valley.cut_power(names(0, 21))
        valley.run(600).restore_power(names(0, 21))
        valley.run(1_300)
    (task,) = [ticket for ticket in valley.tickets if ticket.cause is Cause.MISPLACED]
    assert (task.root, task.handling.owner) == ("horn-20", Owner.STATION)
    assert "3 times together with its neighbours on F1" in task.evidence[0].text()


def test_a_planned_outage_explains_what_little_evidence_there_is():
    valley = Valley(feeder("F1", 12, supply=Provenance.ASSUMED)).run(300)
    valley.correlator.knowledge.planned = frozenset({"feeder:F1"})
    valley.cut_power(names(0, 12))
    (ticket,) = valley.run(700).tickets
    assert Flag.PLANNED in ticket.flags


def test_while_an_emergency_waits_holds_are_a_minute():
    valley = Valley(feeder("F1", 12)).run(300)
    valley.cut_power(names(0, 12))
    valley.run(30)
    valley.correlator.emergency(valley.now, waits=True)
    (ticket,) = valley.run(40).tickets
    assert ticket.announced == pytest.approx(360, abs=12)


def at_night(start_h: float, **where: object) -> Valley:
    """Somebody seems to have switched horn-4 off, five minutes after this hour."""
    valley = Valley(feeder("F1", 10, **where), start_h=start_h).run(300)
    valley.known["horn-4"] = Circumstances(volts_before=230, while_playing=True)
    valley.cut_power(["horn-4"])
    return valley


@pytest.mark.parametrize(("start_h", "told"), [(21.5, True), (21.8, False), (5.6, False), (6.0, True)])
def test_a_suspected_switch_off_at_night_waits_for_the_morning(start_h, told):
    assert bool(at_night(start_h).run(960).tickets) is told


def test_what_was_switched_off_late_is_told_at_seven():
    valley = at_night(4.5)
    assert valley.run(8_000).tickets == []
    (ticket,) = valley.run(1_000).tickets
    assert (ticket.cause, ticket.announced) == (Cause.SWITCHED_OFF, 9_000.0)


def test_what_alone_covers_its_village_does_not_wait_for_the_morning():
    assert at_night(1.0, village="341523101201").run(960).tickets == []
    alone = [placement("horn-4", village="341523101202"), *feeder("F1", 4)]
    valley = Valley([replace(p, feeder="F1", transformer="") for p in alone], start_h=1.0).run(300)
    valley.known["horn-4"] = Circumstances(volts_before=230, while_playing=True)
    valley.cut_power(["horn-4"])
    assert [ticket.cause for ticket in valley.run(960).tickets] == [Cause.SWITCHED_OFF]


def test_nobody_sleeps_while_an_emergency_waits():
    valley = at_night(1.0).run(1_200)
    valley.correlator.emergency(valley.now, waits=True)
    assert [ticket.cause for ticket in valley.run(5).tickets] == [Cause.SWITCHED_OFF]


def test_dips_are_counted_and_nothing_else():
    valley = Valley(feeder("F1", 12)).run(300)
    for event in (EventKind.LAST_GASP, EventKind.MAINS_BACK):
        for name in names(0, 12):
            valley.gasp(name, kind=event)
        valley.run(10)
    assert valley.run(1_000).tickets == []
    assert sum(flip.is_momentary for flip in valley.flips) == 12
    assert len(valley.correlator.observed.dips) == 12


def test_a_hub_that_does_not_answer_is_one_ticket_and_none_for_what_is_behind_it():
    line = [placement(f"horn-{n}", line="1/1", hub="1", position=n) for n in range(12)]
    valley = Valley(line).run(300)
    valley.supervision.close("hub:1", valley.now, "mute", since=valley.now - 20)
    valley.cut_link(names(0, 12))
    (ticket,) = valley.run(900).tickets
    assert (ticket.cause, ticket.root, len(ticket.members)) == (Cause.SERIAL_HUB, "hub:1", 12)
    valley.restore_link(names(0, 12))
    valley.supervision.open("hub:1", valley.now)
    valley.run(300)
    assert [i.stage for i in valley.tickets] == [Stage.ENDED]


def test_a_whole_line_that_is_silent_is_cut_before_its_first_pole():
    cut = [placement(f"horn-{n}", line="1/1", hub="1", position=n) for n in range(8)]
    other = [placement(f"horn-{n}", line="1/2", hub="1", position=n) for n in range(8, 16)]
    valley = Valley([*cut, *other]).run(300)
    valley.cut_link(names(0, 8))
    (ticket,) = valley.run(1_000).tickets
    assert (ticket.cause, ticket.root) == (Cause.SERIAL_LINE_CUT, "line:1/1")
    assert "before its first pole" in ticket.evidence[0].text()


@pytest.mark.parametrize("j", range(1, 11))
def test_a_cut_is_placed_exactly_even_when_one_answer_is_lost(j):
    truth = [place < j for place in range(12)]
    one_lost = [answers and place != j // 2 for place, answers in enumerate(truth)]
    assert abs(cut_after([truth, truth, one_lost]).after - j) <= 1


def test_maintenance_opens_nothing_and_forgets_nothing():
    valley = Valley(feeder("F1", 12)).run(300)
    valley.supervision.maintain("horn-3", valley.now, on=True)
    valley.cut_power(["horn-3"])
    assert valley.run(2_000).tickets == []
    valley.supervision.maintain("horn-3", valley.now, on=False)
    assert [i.root for i in valley.run(1_000).tickets] == ["horn-3"]


def test_a_problem_that_was_there_before_maintenance_is_no_news_after_it():
    valley = Valley(feeder("F1", 12)).run(300)
    valley.cut_power(["horn-3"])
    (before,) = valley.run(1_500).tickets
    for on in (True, False):
        valley.supervision.maintain("horn-3", valley.now, on=on)
        valley.run(1_000)
    assert [i.key for i in valley.tickets] == [before.key]


@pytest.mark.parametrize(("before", "during", "after"), list(product((False, True), repeat=3)))
def test_whatever_fails_around_maintenance_only_a_difference_is_told(before, during, after):
    valley, was_dark, told = Valley(feeder("F1", 12), start_h=9).run(300), False, []
    for in_maintenance, is_dark in ((False, before), (True, during), (False, after)):
        valley.supervision.maintain("horn-3", valley.now, on=in_maintenance)
        if is_dark is not was_dark:
            (valley.cut_power if is_dark else valley.restore_power)(["horn-3"])
        was_dark = is_dark
        told.append(len(valley.run(2_400).tickets))
    is_new = after and not (before and during)
    assert told == [before, before, before + is_new]
    assert [i.root for i in valley.live] == ["horn-3"] * after


def test_a_single_silence_is_settled_at_its_return():
    for cut, restore, cause in (
        (Valley.cut_link, Valley.restore_link, Cause.SITE_LINK),
        (lambda v, n: v.cut_power(n, gasps=[]), Valley.restore_power, Cause.SITE_POWER_FAULT),
    ):
        valley = Valley(feeder("F1", 12)).run(300)
        cut(valley, ["horn-3"])
        (ticket,) = valley.run(2_000).tickets
        assert ticket.cause is Cause.SITE_SILENT
        restore(valley, ["horn-3"])
        (ticket,) = valley.run(100).tickets
        assert [c.cause for c in ticket.corrections] == [Cause.SITE_SILENT]
        assert ticket.cause in (cause, Cause.SITE_POWER_LOSS, Cause.SWITCHED_OFF)


@pytest.mark.parametrize(
    ("up_s", "reset", "rebooted", "said"),
    [
        (30, Reset.POWER_ON, True, Vote.POWER),
        (30, Reset.BROWNOUT, True, Vote.POWER),
        (30, Reset.WATCHDOG, True, Vote.CRASH),
        (90_000, Reset.POWER_ON, False, Vote.NETWORK),
        (30, None, True, Vote.POWER),
        (90_000, None, False, Vote.NETWORK),
        (3_550, None, True, None),
        (None, None, None, None),
    ],
)
def test_boot_and_uptime_settle_what_it_was(up_s, reset, rebooted, said):
    flip = Flip(
        endpoint="horn-0",
        from_state=State.SILENT,
        to_state=State.RETURNING,
        onset=0,
        detected=3_600,
        because=Sign.HEARD,
        up_s=up_s,
        reset=reset,
        rebooted=rebooted,
    )
    assert vote(flip, 3_600, 60) is said


@pytest.mark.parametrize(
    ("known", "cause"),
    [
        (Circumstances(witnesses=1, while_playing=True, repeats=5), Cause.SITE_POWER_LOSS),
        (Circumstances(witnesses=5, door_opened=True), Cause.SWITCHED_OFF),
        (Circumstances(witnesses=5, volts_before=230), Cause.SITE_POWER_LOSS),
        (Circumstances(witnesses=5, storm=True, volts_before=180), Cause.SITE_POWER_FAULT),
        (Circumstances(witnesses=5, neighbours_dipped=True, volts_before=230), Cause.SITE_POWER_FAULT),
        (Circumstances(witnesses=5, said=Answer.SWITCHED_OFF), Cause.SWITCHED_OFF),
    ],
)
def test_one_site_without_mains_is_judged_by_its_circumstances(known, cause):
    assert judge(known).cause is cause


def test_people_on_site_settle_what_a_silent_site_is():
    valley = Valley(feeder("F1", 12), start_h=9).run(300)
    valley.cut_power(["horn-3"], gasps=[])
    assert [ticket.cause for ticket in valley.run(2_400).tickets] == [Cause.SITE_SILENT]
    valley.known["horn-3"] = Circumstances(said=Answer.SWITCHED_OFF)
    valley.correlator.told("horn-3", Answer.SWITCHED_OFF, valley.now, valley.now)
    (ticket,) = valley.run(5).tickets
    assert (ticket.cause, ticket.corrections[-1].cause) == (Cause.SWITCHED_OFF, Cause.SITE_SILENT)
    assert "People on site" in ticket.corrections[-1].because.text()


@pytest.mark.parametrize(
    ("answer", "cause"), [(Answer.NO_POWER, Cause.GRID_OUTAGE), (Answer.POWER, Cause.BASE_STATION)]
)
def test_people_on_site_settle_whether_it_is_power_or_network_until_the_return_does(answer, cause):
    here = [replace(p, gasps=False, cell="C1") for p in feeder("F1", 12)]
    valley = Valley([*here, *feeder("F2", 6, first=12, cell="C2")]).run(300)
    valley.cut_power(names(0, 12), gasps=[])
    (dark,) = valley.run(700).tickets
    assert dark.cause is Cause.AREA_DARK
    valley.correlator.told(dark.root, answer, valley.now, valley.now)
    (ticket,) = valley.run(100).tickets
    assert ticket.cause is cause
    valley.restore_power(names(0, 12))
    (ticket,) = valley.run(100).tickets
    assert (ticket.cause, ticket.root) == (Cause.GRID_OUTAGE, "feeder:F1")


def test_what_was_said_before_it_failed_says_nothing():
    valley = Valley(feeder("F1", 12), start_h=9).run(300)
    valley.cut_power(["horn-3"], gasps=[])
    valley.run(2_400).known["horn-3"] = Circumstances(said=Answer.SWITCHED_OFF)
    valley.correlator.told("horn-3", Answer.SWITCHED_OFF, 100.0, valley.now)
    assert [ticket.cause for ticket in valley.run(5).tickets] == [Cause.SITE_SILENT]


def test_somebody_who_switches_off_every_evening_is_known_by_it():
    habits, evening = Habits(), datetime(2026, 5, 4, 20, 5)  # noqa: DTZ001
    for day in range(5):  # Monday to Friday
        habits.lost(
            "horn-0", "341523100000", evening + timedelta(days=day, minutes=3 * day), switched_off=True
        )
    now = evening + timedelta(days=5)
    assert habits.repeats("horn-0", now) == 5
    assert habits.repeats("horn-0", now + timedelta(hours=3)) == 0
    assert habits.hour_ratio("horn-0", "341523100000", now + timedelta(days=2)) > 1
    assert habits.hour_ratio("horn-0", "341523100000", now + timedelta(hours=9)) < 1
    assert habits.hour_ratio("horn-9", "341523999000", now) == 1


def test_three_switch_offs_in_a_month_are_one_task_for_the_town():
    valley = Valley(feeder("F1", 10), start_h=12).run(300)
    for _ in range(4):
        valley.known["horn-4"] = Circumstances(volts_before=230, while_playing=True)
        valley.cut_power(["horn-4"])
        valley.run(1_200)
        valley.restore_power(["horn-4"])
        valley.run(1_000)
    causes = [incident.cause for incident in valley.tickets]
    assert causes.count(Cause.RECURRENT_SWITCH_OFF) == 1
    assert causes.count(Cause.SWITCHED_OFF) == 4


def test_rates_are_learned_from_what_was_settled():
    place = placement("horn-0", model="X")
    rates = Rates()
    assert rates.gasp(place) == pytest.approx(0.7)
    for _ in range(10):
        rates = rates.with_gasp(place, arrived=False)
    assert rates.gasp(place) == pytest.approx(7 / 20)
    assert Beta().with_one(so=True).mean > 0.7
    assert rates.with_month(Kind.FEEDER, events=100, days=30, nodes=100).nodes[Kind.FEEDER] > 1 / 90


def test_neighbours_are_the_nearest_within_three_kilometres():
    places = [placement(f"horn-{n}", latitude=31.0, longitude=116.0 + n / 100) for n in range(10)]
    assert Topology(places).neighbours("horn-0") == ("horn-1", "horn-2", "horn-3")
    assert Topology([placement("horn-0")]).neighbours("horn-0") == ()
