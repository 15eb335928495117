"""What lies behind hubs: one ticket for a dead hub, one with the place for a cut line, none for what only we did not see."""

import pytest
from sqlmodel import select

from broadcaster.controller.core import Controller
from broadcaster.controller.media import Media
from broadcaster.controller.moment import Moment
from broadcaster.repairs.causes import Cause
from broadcaster.repairs.incidents import Stage
from broadcaster.storage.engine import snapshot
from broadcaster.storage.tables import GateMoveRow, IncidentRow
from devices import topics
from devices.codec import encode
from devices.links import Message
from devices.presence import Presence
from devices.reports import Report, Status
from devices.supervision import State
from devices.topics import ReportKind
from tests.broadcaster.controller.post import SIGNER, Broker, IdleRepairs, Shelf, kind_of
from tests.broadcaster.controller.serial_valley import HUB, LINE, SerialValley

MINUTE, HOUR = 60, 3600
DEAD_HUB = (Cause.SERIAL_HUB.value, f"hub:{HUB}")
CUT = (Cause.SERIAL_LINE_CUT.value, f"line:{LINE}")


@pytest.fixture
def valley() -> SerialValley:
    """Everybody known and well for ten minutes."""
    valley = SerialValley()
    valley.run(10 * MINUTE)
    return valley


def said_of(valley: SerialValley, root: str) -> list[str]:
    """The evidence of the newest incident of a root, with its facts."""
    with snapshot(valley.engine) as session:
        row = session.exec(select(IncidentRow).where(IncidentRow.root == root)).all()[-1]
    return [each["message"].format(**each["facts"]) for each in row.body["evidence"]]


def test_a_dead_hub_is_one_ticket_and_nobody_behind_it_is_silent(valley: SerialValley) -> None:
    valley.hub_on = False
    valley.run(30 * MINUTE)
    assert valley.open == [DEAD_HUB]
    assert (valley.tickets[0].members, valley.flips_to_of(State.SILENT, valley.taps)) == (12, 0)
    valley.restart_hub().run(30 * MINUTE)
    assert (valley.open, len(valley.tickets)) == ([], 1)


def test_a_hub_that_starts_anew_or_is_away_for_minutes_is_no_ticket(valley: SerialValley) -> None:
    for away_s in (10, 100, 300):
        valley.hub_on = False
        valley.run(away_s)
        valley.restart_hub().run(5 * MINUTE)
    assert valley.tickets == []
    assert valley.flips_to_of(State.SILENT, valley.taps) == 0


def test_a_hub_and_a_broker_that_start_anew_again_and_again_are_no_problem(valley: SerialValley) -> None:
    assert valley.repairing is not None
    for _ in range(8):
        valley.restart_hub().run(35)
        valley.repairing.disconnected(valley.moment)
        valley.run(20)
        valley.repairing.connected(valley.moment)
    assert valley.run(5 * MINUTE).tickets == []


def test_the_will_of_a_hub_shuts_its_gate_and_the_next_heartbeat_opens_it(valley: SerialValley) -> None:
    valley.hub_on = False
    valley.say_hub_offline().run(20 * MINUTE)
    valley.hub_on = True
    valley.run(20 * MINUTE)
    with snapshot(valley.engine) as session:
        moves = [(m.open, m.because) for m in session.exec(select(GateMoveRow)) if m.gate == f"hub:{HUB}"]
    assert moves[0] == (False, "its connection ended")
    assert [is_open for is_open, _ in moves] == [False, True]
    assert valley.flips_to_of(State.SUSPECT, valley.taps) == 0


@pytest.mark.parametrize(("boot", "retained"), [(7, False), (None, True)])
def test_the_will_of_an_old_session_and_a_replay_shut_nothing(
    valley: SerialValley, boot: int | None, retained: bool
) -> None:
    valley.say_hub_offline(boot, retained=retained).run(5)
    with snapshot(valley.engine) as session:
        assert [m for m in session.exec(select(GateMoveRow)) if m.gate == f"hub:{HUB}"] == []


def test_a_line_that_is_cut_is_one_ticket_that_names_the_place(valley: SerialValley) -> None:
    valley.cut_after = 7
    valley.run(20 * MINUTE)
    assert valley.open == [CUT]
    assert valley.tickets[0].members == 5
    said = said_of(valley, f"line:{LINE}")
    assert said[0].startswith("The line is cut between pole 7 and pole 8: ")
    assert said[1] == "s-07 still answers, s-08 does not."
    valley.cut_after = None
    valley.run(30 * MINUTE)
    assert (valley.open, len(valley.tickets)) == ([], 1)


def test_a_shorted_line_is_told_by_its_noise(valley: SerialValley) -> None:
    valley.cut_after, valley.noise = 0, 2
    valley.run(20 * MINUTE)
    assert valley.open == [CUT]
    said = said_of(valley, f"line:{LINE}")
    assert said[0] == "The line is cut before its first pole, or shorted: nobody on it answers."
    assert said[1].startswith("Since then the hub hears noise on bank-east")


def test_a_lost_port_is_one_ticket_and_nobody_on_its_line_is_silent(valley: SerialValley) -> None:
    valley.port_open = False
    valley.run(20 * MINUTE)
    assert valley.open == [(Cause.SERIAL_HUB.value, f"line:{LINE}")]
    assert valley.flips_to_of(State.SILENT, valley.taps) == 0
    valley.port_open = True
    assert valley.run(20 * MINUTE).open == []


@pytest.mark.parametrize("killed_after", [1, 70, 110, 400])
def test_killed_at_any_instant_a_dead_hub_is_the_same_ticket(valley: SerialValley, killed_after: int) -> None:
    valley.hub_on = False
    valley.run(killed_after).kill().run(20).start()
    assert valley.run(25 * MINUTE).open == [DEAD_HUB]


@pytest.mark.parametrize("shut_for_s", [2, 6, 12])
def test_a_gate_that_was_shut_just_before_a_kill_opens_after_it(
    valley: SerialValley, shut_for_s: int
) -> None:
    valley.run(2).say_hub_offline().run(shut_for_s).kill().run(5).start()
    assert valley.run(15 * MINUTE).tickets == []
    with snapshot(valley.engine) as session:
        stages = [row.stage for row in session.exec(select(IncidentRow))]
    assert stages == [Stage.ENDED]


def test_an_endpoint_that_fails_alone_behind_a_hub_is_its_own_ticket(valley: SerialValley) -> None:
    valley.dark.add("s-05")
    assert valley.run(40 * MINUTE).open == [(Cause.SITE_SILENT.value, "s-05")]


def test_a_joint_that_corrodes_is_told_before_the_line_breaks(valley: SerialValley) -> None:
    valley.calm = {name: 70 for name, place in valley.taps.items() if place > 4}
    valley.run(5 * MINUTE)
    assert valley.open == []
    valley.mono_s += 6 * HOUR  # in which the controller was stalled
    valley.run(5 * MINUTE)
    assert valley.open == [(Cause.LINK_DEGRADED.value, f"line:{LINE}")]
    assert "s-05 on, and calm up to s-04" in said_of(valley, f"line:{LINE}")[0]
    valley.calm = {}
    assert valley.run(20 * MINUTE).open == []


class Ear(IdleRepairs):
    """Repairs that only listen."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, ReportKind]] = []

    def receive(self, endpoint: str, report: Report, now: Moment, *, retained: bool = False) -> None:
        self.heard.append((endpoint, kind_of(report)))

    def probes(self) -> tuple[str, ...]:
        return ("s-03",)


def test_the_controller_hands_everything_that_a_hub_says_to_repairs(valley: SerialValley) -> None:
    ear, broker = Ear(), Broker()
    controller = Controller(
        engine=valley.engine, link=broker, signer=SIGNER, media=Media(Shelf()), repairs=ear
    )
    controller.connected(valley.moment)
    status = Status(state=Presence.OFFLINE, epoch="00000001")
    for report in (valley.hub_beat(), valley.line_report(), status):
        message = Message(topics.report(HUB, kind_of(report)), encode(report))
        controller.receive(message, valley.moment)
    assert ear.heard == [(HUB, kind) for kind in (ReportKind.HEARTBEAT, ReportKind.LINE, ReportKind.STATUS)]


def test_the_controller_asks_whom_repairs_name_for_a_sign_of_life(valley: SerialValley) -> None:
    broker = Broker()
    controller = Controller(
        engine=valley.engine, link=broker, signer=SIGNER, media=Media(Shelf()), repairs=Ear()
    )
    probe = Message(topics.probe("s-03"), b"", qos=0)
    controller.wake(valley.moment)
    assert probe not in broker.sent
    controller.connected(valley.moment)
    controller.wake(valley.run(4).moment)
    assert broker.sent.count(probe) == 1
