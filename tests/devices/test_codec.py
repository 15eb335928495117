"""Reports as JSON: the same in and out, and safe against every other bytes."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.codec import LONGEST_REPORT, decode, encode
from devices.errors import BadReport
from devices.presence import Presence
from devices.reports import (
    Event,
    EventKind,
    Heartbeat,
    LineReport,
    PlayedBatch,
    Report,
    Status,
    TapReport,
    TransferReport,
    Want,
)
from devices.topics import ReportKind
from schedules.records import ClockQuality

HEARTBEAT = Heartbeat(
    boot="0a1b2c3d",
    seq=7,
    up_s=420,
    clock_ms=1_795_420_800_123,
    clock=ClockQuality.SYNCED,
    next_in_s=30,
    held={"area/341523000000/plan": 1_795_420_800},
    mains=True,
)
SAMPLES: dict[ReportKind, Report] = {
    ReportKind.STATUS: Status(state=Presence.ONLINE, epoch="0a1b2c3d"),
    ReportKind.HEARTBEAT: HEARTBEAT,
    ReportKind.EVENT: Event(boot="0a1b2c3d", seq=1, kind=EventKind.LAST_GASP, age_ms=40),
    ReportKind.PLAYED: PlayedBatch(chain="0" * 16, records=({"seq": 1},), mac="0" * 64),
    ReportKind.WANT: Want(recording="a" * 64, base=0, bitmap="ff80"),
    ReportKind.LINE: LineReport(
        boot="0a1b2c3d",
        seq=1,
        line="east",
        open=True,
        baud=9_600,
        taps=(TapReport(endpoint="horn-01", address=1, there=True, silent_s=2, answers=9, lost=1),),
        transfers=(TransferReport(recording="a" * 64, size=9, lacking={"horn-01": 5}),),
    ),
}


def complaint(kind: ReportKind, payload: bytes) -> str:
    """What is said of a bad report; it must be bad."""
    with pytest.raises(BadReport) as bad:
        decode(kind, payload)
    return str(bad.value)


@pytest.mark.parametrize("kind", ReportKind)
def test_what_was_encoded_is_what_is_decoded(kind: ReportKind) -> None:
    assert decode(kind, encode(SAMPLES[kind])) == SAMPLES[kind]


def test_members_that_are_none_do_not_travel() -> None:
    assert "battery" not in json.loads(encode(HEARTBEAT))


def test_a_heartbeat_fits_into_250_bytes() -> None:
    assert len(encode(HEARTBEAT)) <= 250


def test_members_of_members_that_are_not_known_are_passed_over_too() -> None:
    told = json.loads(encode(SAMPLES[ReportKind.LINE]))
    told["taps"][0]["mood"] = {"calm": True}
    told["transfers"][0]["colour"] = ["red"]
    assert decode(ReportKind.LINE, json.dumps(told).encode()) == SAMPLES[ReportKind.LINE]


def test_members_that_are_not_known_are_passed_over() -> None:
    later = json.dumps({**json.loads(encode(HEARTBEAT)), "humidity": {"percent": [60]}})
    assert decode(ReportKind.HEARTBEAT, later.encode()) == HEARTBEAT


@pytest.mark.parametrize(
    ("member", "value", "said"),
    [
        ("next_in_s", "60", "Expected `int`, got `str` - at `$.next_in_s`"),
        ("next_in_s", 0, "Expected `int` >= 1 - at `$.next_in_s`"),
        ("next_in_s", 60.5, "Expected `int`, got `float` - at `$.next_in_s`"),
        ("up_s", 2**53, "$.up_s"),
        ("up_s", 10**400, "$.up_s"),
        ("boot", "0a1b2c3d\n", "$.boot"),
        ("boot", "0A1B2C3D", "Expected 8 hex digits, got '0A1B2C3D' - at `$.boot`"),
        ("boot", "0a1b2c3\n", "Expected 8 hex digits, got '0a1b2c3\\n' - at `$.boot`"),
        ("boot", None, "Expected `str`, got `null` - at `$.boot`"),
        ("clock", "perfect", "Invalid enum value 'perfect' - at `$.clock`"),
        ("held", {"plan": -1}, "$.held[...]"),
        ("held", {str(n): 1 for n in range(65)}, "$.held"),
        ("missing", ["a" * 63], "$.missing[0]"),
        ("battery", 101, "$.battery"),
        ("seq", 2**31, "$.seq"),
        ("up_s", 2**31, "$.up_s"),
        ("reset", "tired", "Invalid enum value 'tired' - at `$.reset`"),
        ("faults", [6], "$.faults[0]"),
        ("volume_actual", 101, "$.volume_actual"),
        ("mains", 1, "Expected `bool | null`, got `int` - at `$.mains`"),
        ("v", 2, "$.v"),
    ],
)
def test_a_member_out_of_its_range_is_named(member: str, value: object, said: str) -> None:
    members = {**json.loads(encode(HEARTBEAT)), member: value}
    assert said in complaint(ReportKind.HEARTBEAT, json.dumps(members).encode())


def test_an_event_of_a_time_before_the_calendar_is_refused() -> None:
    assert "$.age_ms" in complaint(
        ReportKind.EVENT, b'{"boot":"0a1b2c3d","seq":1,"kind":"mains_back","age_ms":2200000000000}'
    )


def test_a_member_that_is_missing_is_named() -> None:
    assert complaint(ReportKind.WANT, b"{}") == "want: Object missing required field `recording`"


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"NaN",
        b'{"boot":NaN}',
        b'{"seq":-Infinity}',
        b"\xff\xfe",
        b'{"boot":"\xff"}',
        b'{"boot":"\\ud800"}',
        b"[" * 60_000,
        b'{"x":' * 12_000,
        b'{"records":[{"x":' + b"[" * 60_000,
        b"0" * 5_000_000,
    ],
    ids=lambda payload: payload[:12],
)
@pytest.mark.parametrize("kind", ReportKind)
def test_hostile_bytes_are_a_bad_report(kind: ReportKind, payload: bytes) -> None:
    assert complaint(kind, payload).startswith(f"{kind}: ")


def test_a_report_that_is_too_long_is_not_even_looked_at() -> None:
    assert "65537 bytes" in complaint(ReportKind.EVENT, b" " * (LONGEST_REPORT + 1))


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(ReportKind), st.data())
def test_a_damaged_report_is_bad_or_read(kind: ReportKind, data: st.DataObject) -> None:
    payload = encode(SAMPLES[kind])
    at = data.draw(st.integers(0, len(payload)))
    damaged = payload[:at] + data.draw(st.binary(max_size=3)) + payload[at + data.draw(st.integers(0, 3)) :]
    try:
        report = decode(kind, damaged)
    except BadReport:
        return
    assert decode(kind, encode(report)) == report
