"""Rules: faults of single endpoints, when they are found, what is said of them, and when they are over."""

from collections.abc import Iterable

import pytest

from broadcaster.repairs.causes import HANDLING, Cause
from broadcaster.repairs.examination import Examiner
from broadcaster.repairs.incidents import Incident, Stage
from broadcaster.repairs.rules import Reading, Volume, all_rules
from broadcaster.repairs.rules.legacy import cause_of, code_of
from broadcaster.repairs.topology import Topology
from devices.reports import Heartbeat, Reset
from devices.supervision import Flip, Sign, State
from schedules.records import ClockQuality
from tests.broadcaster.repairs.valley import placement


def beat(boot: str = "0a1b2c3d", up_s: int = 90_000, **members: object) -> Heartbeat:
    given: dict[str, object] = {
        "boot": boot,
        "seq": 1,
        "up_s": up_s,
        "clock_ms": 0,
        "clock": ClockQuality.SYNCED,
        "next_in_s": 60,
        "mains": True,
        **members,
    }
    return Heartbeat(**given)  # type: ignore[arg-type]


Members = dict[str, object] | None


class Bench:
    """One endpoint on the bench: shows readings a minute apart, and keeps what was found."""

    def __init__(self, *, explained: bool = False) -> None:
        self.now, self.boot = 0.0, None
        places = [placement(f"horn-{n}", cell="C1") for n in range(4)]
        self.examiner = Examiner(Topology(places), lambda _endpoint: explained)
        self.found: dict[str, Incident] = {}

    def show(
        self,
        times: int = 1,
        *,
        every_s: float = 60.0,
        members: dict[str, object] | None = None,
        **known: object,
    ) -> "Bench":
        for _ in range(times):
            self.now += every_s
            shown = beat(**(members or {}))  # type: ignore[arg-type]
            before, self.boot = self.boot, shown.boot
            self.examiner.look(
                Reading(endpoint="horn-0", at=self.now, beat=shown, boot_before=before, **known)  # type: ignore[arg-type]
            )
        return self.settle()

    def settle(self) -> "Bench":
        self.examiner.tick(self.now)
        self.found |= {incident.key: incident for incident in self.examiner.changes()}
        return self

    @property
    def live(self) -> list[Cause]:
        return [incident.cause for incident in self.examiner.live]

    @property
    def said(self) -> str:
        return " ".join(s.text() for incident in self.found.values() for s in incident.evidence)


def test_a_battery_that_is_low_though_the_mains_are_there_is_a_charger():
    bench = Bench().show(12, members={"battery_mv": 11_500})
    assert bench.live == [Cause.CHARGER]
    assert "11500 mV" in bench.said
    assert bench.show(1, members={"battery_mv": 11_850}).live == [Cause.CHARGER]
    assert bench.show(1, members={"battery_mv": 11_900}).live == []


def test_a_battery_that_drains_in_a_power_cut_is_part_of_the_power_cut():
    low = {"battery_mv": 11_500, "mains": False}
    assert Bench(explained=True).show(15, members=low).live == []
    assert Bench().show(15, members=low).live == [Cause.LOW_BATTERY]


@pytest.mark.parametrize(
    ("celsius", "around", "found"), [(76, 40.0, 1), (76, 70.0, 0), (68, 40.0, 0), (86, 80.0, 1)]
)
def test_heat_that_the_neighbours_share_is_the_weather(celsius, around, found):
    bench = Bench().show(12, members={"temperature": celsius}, neighbours_celsius=around)
    assert bench.live == [Cause.OVERTEMPERATURE] * found


def test_a_volume_turned_three_times_a_day_is_a_ticket_and_over_after_a_clean_day():
    bench = Bench()
    for _ in range(3):
        assert bench.live == []
        turn(bench)
    assert bench.live == [Cause.VOLUME_TAMPERED]
    assert "3 times" in bench.said
    assert bench.show(1, every_s=86_400, members={"volume_actual": 70}, volume_ordered=70).live == []


def turn(bench: Bench) -> list[tuple[str, int, int]]:
    """Somebody turns the volume down, and it comes back; what was to be put back meanwhile."""
    bench.show(3, members={"volume_actual": 30}, volume_ordered=70)
    asked = bench.examiner.to_put_back()
    bench.show(1, members={"volume_actual": 70}, volume_ordered=70)
    return [(each.endpoint, each.actual, each.ordered) for each in asked]


def test_a_volume_is_put_back_three_times_a_day_and_no_fourth_time():
    bench = Bench()
    assert [turn(bench) for _ in range(4)] == [*[[("horn-0", 30, 70)]] * 3, []]
    bench.show(1, every_s=86_400, members={"volume_actual": 70}, volume_ordered=70)
    assert turn(bench) == [("horn-0", 30, 70)]


def test_one_report_of_another_volume_or_a_few_points_put_nothing_back():
    bench = Bench().show(1, members={"volume_actual": 30}, volume_ordered=70)
    bench.show(9, members={"volume_actual": 61}, volume_ordered=70)
    assert bench.examiner.to_put_back() == ()


def reborn(bench: Bench) -> Bench:
    """After a restart."""
    again = Bench()
    again.now = bench.now
    again.examiner.recall(bench.examiner.memory())
    return again


def test_a_restart_puts_a_volume_back_neither_a_fourth_time_nor_a_second_time_for_one_hand():
    bench = Bench()
    for _ in range(2):
        turn(bench)
    bench.show(2, members={"volume_actual": 30}, volume_ordered=70)
    assert len(bench.examiner.to_put_back()) == 1
    again = reborn(bench).show(3, members={"volume_actual": 30}, volume_ordered=70)
    assert again.examiner.to_put_back() == ()
    again.show(1, members={"volume_actual": 70}, volume_ordered=70)
    assert turn(again) == []
    assert again.live == [Cause.VOLUME_TAMPERED]


def test_a_volume_that_does_not_come_back_is_a_ticket_in_time_whatever_restarts():
    bench = Bench().show(16, members={"volume_actual": 30}, volume_ordered=70)
    again = reborn(bench).show(15, members={"volume_actual": 30}, volume_ordered=70)
    assert again.live == []
    assert again.show(1, members={"volume_actual": 30}, volume_ordered=70).live == [Cause.VOLUME_TAMPERED]


def test_a_volume_that_cannot_be_put_back_is_a_ticket_too():
    bench = Bench().show(32, members={"volume_actual": 30}, volume_ordered=70)
    assert bench.live == [Cause.VOLUME_TAMPERED]
    assert "cannot be put back" in bench.said


def test_a_volume_that_somebody_may_turn_is_nobodys_business():
    bench = Bench().show(40, members={"volume_actual": 30}, volume_ordered=None)
    assert bench.live == []
    assert bench.examiner.to_put_back() == ()


@pytest.mark.parametrize("off_s", [-1_700_000_000, 3_600, -45])
def test_a_clock_that_stays_wrong_after_three_resyncs_is_a_clock_and_nothing_else(off_s):
    bench = Bench().show(29, clock_off_s=off_s)
    assert bench.live == []
    assert bench.show(1, clock_off_s=off_s).live == [Cause.CLOCK]
    assert bench.show(10, clock_off_s=0.5).live == []


def test_one_delayed_report_does_not_make_a_clock_wrong():
    bench = Bench()
    for _ in range(10):
        bench.show(9, clock_off_s=50.0).show(1, clock_off_s=1.0)
    assert bench.live == []


@pytest.mark.parametrize(
    ("members", "known", "said"),
    [
        ({"reset": Reset.WATCHDOG}, {}, "remote update"),
        ({"reset": Reset.BROWNOUT}, {}, "voltage was too low"),
        ({"mains_v": 180}, {}, "voltage was too low"),
        ({"reset": Reset.POWER_ON}, {}, "loose contact"),
        ({"reset": Reset.POWER_ON}, {"played_for_s": 5.0}, "overloaded"),
    ],
)
def test_a_reboot_loop_says_whose_it_is(members, known, said):
    bench = Bench()
    for n in range(5):
        bench.show(1, members={"boot": f"{n:08x}", "up_s": 5, **members}, **known)
    assert bench.live == [Cause.REBOOT_LOOP]
    assert said in bench.said
    assert bench.show(1, every_s=7_200, members={"boot": f"{4:08x}", "up_s": 7_200}).live == []


def test_a_start_that_neighbours_share_is_a_dip_also_when_they_are_heard_later():
    bench = Bench()
    for n in range(5):
        members = {"boot": f"{n:08x}", "up_s": 5, "reset": Reset.POWER_ON}
        bench.show(1, members=members).show(1, members=members, started_with_neighbours=True)
    assert bench.found == {} or all(i.announced is None for i in bench.found.values())
    assert bench.live == []


def test_starts_that_the_neighbours_share_are_dips():
    bench = Bench()
    for n in range(9):
        bench.show(1, members={"boot": f"{n:08x}", "up_s": 5}, started_with_neighbours=True)
    assert bench.live == []


@pytest.mark.parametrize(
    ("members", "cause", "said"),
    [
        ({"current_percent": 10}, Cause.AMPLIFIER, "10 %"),
        ({"current_percent": 100, "echo": 5}, Cause.SPEAKER, "microphone did not hear"),
        ({"impedance_percent": 400}, Cause.SPEAKER, "disconnected"),
        ({"impedance_percent": 30}, Cause.SPEAKER, "shorted"),
        ({"impedance_percent": 150, "current_percent": 90}, Cause.SPEAKER, "Some of its horns"),
    ],
)
def test_sound_is_judged_twice_and_only_during_programmes(members, cause, said):
    bench = Bench().show(5, members=members).show(1, members=members, programme=True)
    assert bench.live == []
    assert bench.show(1, members=members, programme=True).live == [cause]
    assert said in bench.said
    well = {"current_percent": 100, "echo": 80, "impedance_percent": 100}
    assert bench.show(1, members=well).live == [cause]
    assert bench.show(1, members=well, programme=True).live == []


def test_while_an_emergency_waits_a_single_endpoints_fault_is_told_after_a_minute():
    bench = Bench().show(12, members={"temperature": 90})
    (incident,) = bench.found.values()
    assert incident.stage is Stage.HELD
    bench.examiner.emergency(waits=True)
    assert bench.show(1, members={"temperature": 90}).found[incident.key].stage is Stage.OPEN


def test_no_emergency_makes_urgent_what_is_batched():
    bench = Bench()
    bench.examiner.emergency(waits=True)
    bench.show(10, members={"faults": (5,)})
    assert {incident.stage for incident in bench.found.values()} == {Stage.HELD}


def test_without_monitoring_nothing_is_judged_from_it():
    silent = {"faults": (5,), "battery_mv": 11_000, "temperature": 90, "current_percent": 3}
    bench = Bench().show(30, members=silent, programme=True)
    assert bench.live == [Cause.NO_MONITORING]
    assert set(bench.show(30, members={**silent, "faults": ()}, programme=True).live) == {
        Cause.CHARGER,
        Cause.OVERTEMPERATURE,
        Cause.AMPLIFIER,
    }


def test_without_feedback_nothing_is_said_of_sound():
    assert Bench().show(9, programme=True).live == []


@pytest.mark.parametrize(
    ("known", "cause"),
    [
        ({"sounding_ordered": False}, Cause.UNAUTHORISED_AUDIO),
        ({"stopped_for_s": 11.0}, Cause.STUCK_PLAYING),
        ({"stream_age_s": 30.0}, Cause.STALE_AUDIO),
    ],
)
def test_wrong_audio_is_told_at_once_and_ends_with_it(known, cause):
    bench = Bench().show(1, members={"sounding": "x"}, **known)
    assert bench.live == [cause]
    assert bench.found.popitem()[1].stage is Stage.OPEN
    assert bench.show(1).live == []


def test_two_sets_under_one_identity_are_one_ticket_that_names_both():
    bench = Bench()
    for n in range(8):
        bench.show(1, every_s=30, members={"boot": f"{n % 2:08x}", "up_s": 5_000})
    assert bench.live == [Cause.DUPLICATE_IDENTITY]
    assert "00000000" in bench.said
    assert "00000001" in bench.said


@pytest.mark.parametrize(
    ("code", "playing", "cause"),
    [
        (1, False, Cause.SITE_POWER_FAULT),
        (2, True, Cause.AMPLIFIER),
        (3, False, Cause.AMPLIFIER),
        (4, False, Cause.FIELD_STRENGTH),
        (5, False, Cause.NO_MONITORING),
    ],
)
def test_the_fields_fault_codes_are_read_and_written(code, playing, cause):
    assert cause_of(code, playing=playing) is cause
    bench = Bench().show(2, members={"faults": (code,), "sounding": "x" if playing else None})
    assert bench.live == []
    bench.show(1, members={"faults": (code,), "sounding": "x" if playing else None})
    assert bench.live == [cause]
    assert bench.show(1).live == []
    assert code_of(cause) in range(1, 6)


def test_every_cause_has_its_handling():
    assert set(HANDLING) == set(Cause)


def test_a_fault_that_had_been_found_before_a_restart_ends_after_it():
    bench = Bench().show(12, members={"battery_mv": 11_500})
    again = Bench()
    again.examiner.recall(bench.examiner.memory())
    assert again.live == [Cause.CHARGER]
    assert again.show(1, members={"battery_mv": 12_600}).live == []


def test_every_rule_can_be_resumed_and_forgets():
    for rule in (*all_rules(), Volume()):
        for cause in rule.causes:
            rule.resume("horn-0", cause, 0.0)
            rule.forget("horn-0")
            assert rule.look(Reading(endpoint="horn-0", at=1.0, beat=beat())) is None


def degrade(bench: Bench, names: Iterable[str], to: State) -> None:
    for name in names:
        before = State.OK if to is State.DEGRADED else State.DEGRADED
        flip = Flip(
            endpoint=name,
            from_state=before,
            to_state=to,
            onset=bench.now,
            detected=bench.now,
            because=Sign.LOSSY,
        )
        bench.examiner.flip(flip)


@pytest.mark.parametrize(("count", "roots"), [(2, {"horn-0", "horn-1"}), (3, {"cell:C1"})])
def test_links_that_degrade_together_are_their_cells(count, roots):
    bench = Bench()
    names = [f"horn-{n}" for n in range(count)]
    degrade(bench, names, State.DEGRADED)
    bench.now += 7_100
    assert bench.settle().live == []
    bench.now += 200
    bench.settle()
    assert {incident.root for incident in bench.examiner.live} == roots
    degrade(bench, names, State.OK)
    assert bench.settle().live == []
