"""Laws: whatever the order of reports, the outages of the controller and the clocks, the same few tickets come out."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broadcaster.repairs.causes import LIFE, Cause
from broadcaster.repairs.correlation import Correlator
from broadcaster.repairs.incidents import Flag, Stage
from broadcaster.repairs.memory import Memory
from tests.broadcaster.repairs.valley import Valley, feeder, placement

CELLS = [
    placement(f"horn-{n}", feeder="F9", transformer=f"F9/{n % 4}", cell=f"C{n % 2}", operator="O")
    for n in range(60, 72)
]


def county() -> list:
    return [*feeder("F1", 18), *feeder("F2", 12, first=24), *feeder("F3", 6, first=48), *CELLS]


@st.composite
def days(draw: st.DrawFn) -> list[tuple[int, str, tuple[str, ...]]]:
    """What goes wrong when: feeders, transformers, cells and single endpoints; each at most once."""
    things = {
        "F1": [f"horn-{n}" for n in range(18)],
        "F2/4": [f"horn-{n}" for n in range(24, 30)],
        "C0": [p.endpoint for p in CELLS if p.cell == "C0"],
        "horn-50": ["horn-50"],
        "horn-33": ["horn-33"],
    }
    names = draw(st.lists(st.sampled_from(sorted(things)), unique=True, min_size=1, max_size=4))
    return sorted((draw(st.integers(300, 1_500)), name, tuple(things[name])) for name in names)


def play(valley: Valley, day: list[tuple[int, str, tuple[str, ...]]], until: int = 4_200) -> Valley:
    """Lets it all happen, and time pass until every hold is over."""
    for at, name, members in day:
        valley.run(at - valley.now)
        if name == "C0":
            valley.cut_link(members)
        else:
            valley.cut_power(members)
    valley.run(until - valley.now)
    return valley


class Shuffling(Valley):
    """A valley whose reports come up to 5 s late, and one in ten twice."""

    def __init__(self, placements: list, seed: int) -> None:
        super().__init__(placements)
        self.chance = random.Random(seed)
        self.on_the_way: list[tuple[float, int, object, tuple[object, ...]]] = []
        tell_heartbeat, tell_event = self.supervision.heartbeat, self.supervision.event
        self.supervision.heartbeat = lambda *told: self.send(tell_heartbeat, told)  # type: ignore[method-assign]
        self.supervision.event = lambda *told: self.send(tell_event, told)  # type: ignore[method-assign]

    def send(self, tell: object, told: tuple[object, ...]) -> None:
        for _ in range(2 if self.chance.random() < 0.1 else 1):
            self.on_the_way.append((self.now + self.chance.uniform(0, 5), len(self.on_the_way), tell, told))

    def take(self) -> None:
        arriving = sorted(each for each in self.on_the_way if each[0] <= self.now)
        self.on_the_way = [each for each in self.on_the_way if each[0] > self.now]
        for _at, _n, tell, (name, report, _sent) in arriving:
            tell(name, report, self.now)  # type: ignore[operator]
        super().take()


class Restarting(Valley):
    """A valley whose controller also keeps its correlation over restarts."""

    def restart(self, down_s: float) -> "Restarting":
        stored = self.correlator.memory().to_bytes()
        super().restart(down_s)
        self.correlator = Correlator(self.correlator.knowledge)
        self.correlator.recall(Memory.from_bytes(stored))
        return self


@settings(max_examples=5, deadline=None)
@given(days(), st.integers(0, 1_000))
def test_reports_shuffled_and_doubled_give_the_same_tickets(day, seed):
    straight = play(Valley(county()), day)
    assert play(Shuffling(county(), seed), day).final == straight.final
    assert straight.final


@settings(max_examples=5, deadline=None)
@given(days(), st.lists(st.integers(200, 4_000), min_size=1, max_size=3, unique=True))
def test_a_restart_at_any_instant_gives_the_same_tickets(day, restarts):
    straight, restarted = play(Valley(county()), day), Restarting(county())
    steps = sorted([*((at, "restart", ()) for at in restarts), *day])
    for at, name, members in steps:
        restarted.run(at - restarted.now)
        if name == "restart":
            restarted.restart(3)
        elif name == "C0":
            restarted.cut_link(members)
        else:
            restarted.cut_power(members)
    restarted.run(4_800 - restarted.now)
    assert restarted.final == straight.final


@settings(max_examples=5, deadline=None)
@given(days())
def test_each_affected_endpoint_belongs_to_exactly_one_live_incident(day):
    valley = play(Valley(county()), day)
    members = [name for incident in valley.live if incident.cause in LIFE for name in incident.members]
    assert len(members) == len(set(members))
    assert set(members) == {name for _, _, names in day for name in names}


@settings(max_examples=5, deadline=None)
@given(days())
def test_nobody_alive_is_part_of_an_incident_without_a_flag(day):
    valley = play(Valley(county()), day)
    dark = {name for _, _, names in day for name in names}
    for incident in valley.live:
        assert set(incident.members) <= dark or incident.flags & {Flag.MAPPING_SUSPECT, Flag.WITNESSED}


@settings(max_examples=5, deadline=None)
@given(st.lists(st.tuples(st.integers(30, 900), st.integers(1, 4_000)), min_size=1, max_size=5))
def test_outages_of_the_controller_give_no_tickets(outages):
    valley = Restarting(county())
    for up_s, down_s in outages:
        valley.run(up_s).restart(down_s)
    assert valley.run(1_500).told == []


def test_an_outage_in_the_middle_of_everything_adds_and_drops_nothing():
    valley = Restarting(county()).run(300)
    valley.cut_power([f"horn-{n}" for n in range(18)])
    valley.run(200).restart(1_800)
    (ticket,) = valley.run(300).tickets
    assert (ticket.cause, ticket.root, len(ticket.members)) == (Cause.GRID_OUTAGE, "feeder:F1", 18)
    before = valley.told[-1]
    assert valley.restart(600).run(100).tickets == [before]


def test_only_what_was_announced_has_a_recovery():
    valley = Valley(feeder("F1", 12)).run(300)
    valley.cut_power(["horn-3"])
    valley.run(400)
    valley.restore_power(["horn-3"])
    valley.run(1_500)
    assert valley.live == ()
    assert {i.stage for i in valley.told} == {Stage.HELD, Stage.ENDED}
    assert valley.tickets == []


@pytest.mark.parametrize("first", ["parent", "child"])
def test_parent_and_child_in_either_order_are_one_ticket(first):
    valley = Valley(feeder("F1", 24)).run(300)
    child, rest = [f"horn-{n}" for n in range(6)], [f"horn-{n}" for n in range(6, 24)]
    for names in (child, rest) if first == "child" else (rest, child):
        valley.cut_power(names)
        valley.run(25)
    (ticket,) = valley.run(600).tickets
    assert (ticket.root, len(ticket.members)) == ("feeder:F1", 24)
