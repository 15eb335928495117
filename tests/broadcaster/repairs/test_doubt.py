"""Doubt: what was not seen, was lost by chance, or speaks for power and network alike, and what becomes of it."""

from dataclasses import replace

from broadcaster.repairs.causes import Cause
from broadcaster.repairs.incidents import Flag, Stage
from broadcaster.repairs.topology import Placement
from tests.broadcaster.repairs.valley import Valley, feeder, placement


def names(first: int, end: int) -> list[str]:
    return [f"horn-{n}" for n in range(first, end)]


def two_transformers() -> Valley:
    valley = Valley([*feeder("F1", 12), *feeder("F2", 12, first=12)]).run(300)
    valley.cut_power(names(0, 12), gasps=names(0, 6))
    return valley


def test_what_was_held_over_an_outage_gathers_its_evidence_before_it_is_told():
    valley = two_transformers().run(40).restart(600)
    assert valley.run(130).tickets == []
    (ticket,) = valley.run(300).tickets
    assert (ticket.root, len(ticket.members)) == ("feeder:F1", 12)


def test_while_the_broker_is_not_reached_nothing_that_is_held_is_told():
    valley = two_transformers().run(5)
    valley.supervision.close("broker", valley.now, "not connected")
    valley.run(1_000)
    assert {ticket.cause for ticket in valley.tickets} == {Cause.CONTROLLER_BLIND}
    valley.supervision.open("broker", valley.now)
    told = [ticket.root for ticket in valley.run(400).tickets]
    assert sorted(told) == ["broker", "feeder:F1"]


def test_short_stalls_of_the_controller_put_nothing_off():
    valley = two_transformers()
    cut_at = valley.now
    for _ in range(4):
        valley.run(60).restart(8)
    assert valley.run(cut_at + 310 - valley.now).tickets[0].root == "feeder:F1"


def test_heartbeats_lost_by_chance_before_a_power_cut_belong_to_it_also_over_an_outage():
    valley = Valley([*feeder("F1", 12), *feeder("F2", 12, first=12)]).run(300)
    unlucky = valley.horns["horn-4"]
    unlucky.skip = {unlucky.seq + 1}
    valley.run(62).restart(600)
    valley.cut_power(names(0, 12), gasps=[*names(0, 4), *names(5, 12)])
    tickets = valley.run(2_000).tickets
    assert [(t.root, len(t.members)) for t in tickets] == [("feeder:F1", 12)]


def test_on_a_cut_line_only_who_stands_beyond_the_cut_may_have_lost_heartbeats_before():
    line = [placement(f"horn-{n}", line="1/2", hub="1", position=n + 1) for n in range(12)]
    valley = Valley(line).run(600)
    for name in ("horn-3", "horn-9"):
        horn = valley.horns[name]
        horn.skip = set(range(horn.seq + 1, horn.seq + 4 + 40 * (name == "horn-3")))
    valley.run(170)
    valley.cut_link(names(7, 12))
    tickets = valley.run(1_500).tickets
    assert {(t.root, len(t.members)) for t in tickets} == {("line:1/2", 5), ("horn-3", 1)}


def test_who_failed_later_with_the_cell_says_that_the_cell_had_not_failed_before():
    here = [placement(f"horn-{n}", feeder="F1" if n < 24 else f"F{n}", cell="C1") for n in range(36)]
    valley = Valley([*here, *feeder("F9", 6, first=36)]).run(300)
    valley.cut_power(names(0, 24), gasps=names(0, 12))
    valley.run(400)
    valley.cut_link(names(24, 36))
    found = {(t.cause, t.root, len(t.members)) for t in valley.run(900).tickets}
    assert found == {(Cause.GRID_OUTAGE, "feeder:F1", 24), (Cause.BASE_STATION, "cell:C1", 12)}


def test_a_base_station_that_dies_with_the_power_takes_most_last_gasps_along():
    here = [placement(f"horn-{n}", feeder="F1", cell="C1") for n in range(48)]
    valley = Valley([*here, *feeder("F2", 6, first=48)]).run(300)
    valley.cut_power(names(0, 48), gasps=names(0, 7))
    (ticket,) = valley.run(700).tickets
    assert (ticket.cause, ticket.root, len(ticket.members)) == (Cause.GRID_OUTAGE, "feeder:F1", 48)


def silent_substation(cell_of: dict[int, str]) -> Valley:
    """Four feeders of one substation fall silent without a last gasp; `cell_of` feeder."""

    def place(n: int) -> Placement:
        return placement(f"horn-{n}", feeder=f"F{n // 12}", substation="S", cell=cell_of.get(n // 12, ""))

    others = [placement(f"horn-{n}", feeder="F9", substation="S9", cell="C9") for n in range(48, 60)]
    valley = Valley([*(place(n) for n in range(48)), *others]).run(300)
    valley.cut_power(names(0, 48), gasps=[])
    return valley.run(900)


def test_a_substation_of_which_no_last_gasp_tells_may_be_the_network_until_it_returns():
    valley = silent_substation({0: "C0", 1: "C0", 2: "C1", 3: "C1"})
    (ticket,) = valley.tickets
    assert (ticket.cause, ticket.root) == (Cause.AREA_DARK, "substation:S")
    assert ticket.confidence <= 0.6
    assert "Not one sent a last gasp" in " ".join(each.text() for each in ticket.evidence)
    valley.restore_power(names(0, 48))
    (ticket,) = valley.run(1_500).tickets
    assert (ticket.cause, ticket.stage) == (Cause.GRID_OUTAGE, Stage.ENDED)
    assert Flag.ADJUDICATED in ticket.flags


def test_where_no_network_is_on_the_map_silence_alone_is_a_power_cut_with_less_confidence():
    (ticket,) = silent_substation({}).tickets
    assert (ticket.cause, ticket.confidence) == (Cause.GRID_OUTAGE, 0.6)


def test_where_others_of_the_same_cells_answer_silence_alone_is_a_power_cut():
    (ticket,) = silent_substation(dict.fromkeys(range(4), "C9")).tickets
    assert (ticket.cause, ticket.root) == (Cause.GRID_OUTAGE, "substation:S")
    assert ticket.confidence > 0.9


def dark_town(*elsewhere: list[str]) -> set[str]:
    """Roots, where both feeders of one town failed while nobody watched, and these of another town."""
    near = [
        replace(p, village="341523101201", substation="") for n in (0, 1) for p in feeder(f"A{n}", 12, 12 * n)
    ]
    far = [
        replace(p, village="341523102201", substation="")
        for n in range(6)
        for p in feeder(f"B{n}", 6, 24 + 6 * n)
    ]
    valley = Valley([*near, *far]).run(300)
    for failed in (names(0, 12), names(12, 24), *elsewhere):
        for name in failed:
            valley.horns[name].alive = False
    valley.restart(600)
    return {ticket.root for ticket in valley.run(900).tickets}


def test_a_town_that_is_dark_after_a_blind_time_has_one_cause():
    assert dark_town() == {"area:341523101000"}


def test_where_as_much_failed_elsewhere_meanwhile_a_dark_town_has_the_causes_on_the_map():
    found = dark_town(names(24, 30), names(30, 36))
    assert found == {"feeder:A0", "feeder:A1", "transformer:B0/0", "transformer:B1/0"}


def test_a_stray_heard_after_another_s_lost_heartbeat_joins_what_failed_while_nobody_watched():
    here = {n: {"latitude": 31.4 + n % 5 / 1_000, "longitude": 116.0 + n / 10_000} for n in range(21)}
    near = [placement(f"horn-{n}", feeder="F1", **here[n]) for n in range(20)]
    stray = placement("horn-20", feeder="F2", **here[20])
    valley = Valley([*near, stray, *feeder("F2", 9, first=21)]).run(300)
    unlucky = valley.horns["horn-4"]
    unlucky.skip = {unlucky.seq + 1}
    valley.run(85)
    for name in names(0, 21):
        valley.horns[name].alive = False
    tickets = valley.restart(600).run(2_000).tickets
    assert [(t.root, len(t.members)) for t in tickets] == [("feeder:F1", 21)]
