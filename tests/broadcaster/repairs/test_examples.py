"""The worked examples, with their numbers."""

import pytest

from broadcaster.repairs.causes import Cause, Owner
from broadcaster.repairs.circumstances import Circumstances
from broadcaster.repairs.incidents import Flag, Stage
from broadcaster.repairs.serial_order import Cut, cut_after
from broadcaster.repairs.switch_off import judge
from tests.broadcaster.repairs.valley import Valley, feeder, placement


def test_somebody_pulls_the_plug_during_the_evening_programme():
    """19:42, programme since 19:35, 230 V before, nine neighbours alive, the same hour on 4 of 14 days."""
    verdict = judge(
        Circumstances(witnesses=9, volts_before=230, while_playing=True, hour_ratio=3.0, repeats=4)
    )
    assert verdict.logit == pytest.approx(5.27, abs=0.01)
    assert verdict.probability == pytest.approx(0.995, abs=0.001)
    assert verdict.cause is Cause.SWITCHED_OFF


def test_it_becomes_one_ticket_of_the_town_after_a_quarter_of_an_hour():
    valley = Valley(feeder("F1", 10), start_h=19.7).run(300)
    valley.known["horn-4"] = Circumstances(volts_before=230, while_playing=True)
    valley.cut_power(["horn-4"])
    lost_at = valley.now
    valley.run(890)
    assert valley.tickets == []
    (ticket,) = valley.run(20).tickets
    assert (ticket.cause, ticket.root, ticket.stage) == (Cause.SWITCHED_OFF, "horn-4", Stage.OPEN)
    assert (ticket.handling.owner, ticket.handling.truck) == (Owner.TOWN, False)
    assert ticket.announced == pytest.approx(lost_at + 900, abs=2)
    assert "sent a last gasp" in ticket.evidence[0].text()


def test_a_feeder_fails_in_a_storm_at_night():
    """02:10, 34 last gasps in 11 s, 2 silent; duty screen within 45 s, ticket after 5 min; 32 return at 04:02."""
    valley = Valley([*feeder("F3", 36), *feeder("F5", 18, first=36)]).run(300)
    dark = [f"horn-{n}" for n in range(36)]
    valley.cut_power(dark[34:], gasps=[])
    lost_at = valley.now
    for n in range(34):
        valley.cut_power([dark[n]])
        if n % 3 == 2:
            valley.run(1)
    valley.run(lost_at + 45 - valley.now)
    (incident,) = valley.live
    assert (incident.cause, incident.root, incident.stage) == (Cause.GRID_OUTAGE, "feeder:F3", Stage.HELD)
    (ticket,) = valley.run(260).tickets
    assert ticket.announced == pytest.approx(lost_at + 300, abs=2)
    assert len(ticket.members) == 36
    assert ticket.confidence == pytest.approx(0.99)
    assert ticket.handling.owner is Owner.POWER_COMPANY
    said = " ".join(each.text() for each in ticket.evidence)
    assert "34 of 36 endpoints on F3 sent last gasps within 11 s." in said
    assert "2 of 36 endpoints on F3 fell silent without a last gasp." in said
    assert "18 other endpoints on S answer." in said
    valley.run(1_000)
    valley.restore_power(dark[:32])
    valley.run(1_800 + 120)
    assert [
        (i.cause in (Cause.SITE_POWER_FAULT, Cause.SITE_POWER_LOSS, Cause.SITE_SILENT), i.parent)
        for i in valley.live
    ] == [(True, ticket.key)] * 4
    assert len(valley.tickets) == 5


def test_a_base_station_fails():
    """41 endpoints silent without a last gasp: known 2P + J + 10 s later, confirmed when they return."""
    near = [placement(f"horn-{n}", feeder=f"F{n % 4}", cell="C7", operator="O") for n in range(41)]
    far = [placement(f"horn-{n}", feeder=f"F{n % 4}", cell="C8", operator="O") for n in range(41, 80)]
    valley = Valley([*near, *far]).run(600)
    silent = [p.endpoint for p in near]
    valley.cut_link(silent)
    lost_at = valley.now
    valley.run(140)
    (incident,) = valley.live
    assert (incident.cause, incident.root) == (Cause.BASE_STATION, "cell:C7")
    (ticket,) = valley.run(300).tickets
    assert len(ticket.members) == 41
    assert ticket.onset == pytest.approx(lost_at, abs=60)
    valley.run(4_000)
    valley.restore_link(silent)
    valley.run(1_200)
    (ticket,) = valley.tickets
    assert (ticket.cause, ticket.stage) == (Cause.BASE_STATION, Stage.ENDED)
    assert Flag.ADJUDICATED in ticket.flags
    assert "41" in ticket.evidence[0].text() or "network" in ticket.evidence[0].text()


def test_a_line_of_twelve_boxes_is_cut_between_the_seventh_and_the_eighth():
    answers = [True] * 7 + [False] * 5
    assert cut_after([answers] * 2) == Cut(after=7, agreement=24, asked=24)


def test_the_cut_is_one_ticket_for_a_lift_truck():
    line = [placement(f"horn-{n}", line="1/2", hub="1", position=n + 1) for n in range(12)]
    valley = Valley(line).run(600)
    valley.cut_link([f"horn-{n}" for n in range(7, 12)])
    (ticket,) = valley.run(800).tickets
    assert (ticket.cause, ticket.root, ticket.handling.truck) == (Cause.SERIAL_LINE_CUT, "line:1/2", True)
    assert ticket.members == tuple(sorted(f"horn-{n}" for n in range(7, 12)))
    assert "between pole 7 and pole 8" in ticket.evidence[0].text()
