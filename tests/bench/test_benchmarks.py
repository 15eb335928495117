"""Each benchmark runs through at a tiny size and says what it must; how fast is for `python3 -m bench` to tell."""

import shutil
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest

from bench import alert, fanout, ingest, plan, prepare, serial, tui
from bench.__main__ import COLUMNS, table
from bench.county import county
from devices.mqtt.broker import BrokerKind, find_mosquitto

needs_mosquitto = pytest.mark.skipif(find_mosquitto() is None, reason="Mosquitto is not installed")


def test_the_plan_of_a_smaller_day_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    all_orders = plan.orders
    monkeypatch.setattr(plan, "ENDPOINTS", 600)
    monkeypatch.setattr(plan, "ROUNDS", 1)
    monkeypatch.setattr(plan, "orders", lambda chance: all_orders(chance)[:40])
    assert_is_a_result(plan.run())


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="the ffmpeg program is not installed")
def test_preparing_a_sentence_is_measured() -> None:
    assert_is_a_result(prepare.run(duration_ms=4_000))


def test_the_fan_out_to_a_few_endpoints_is_measured() -> None:
    found = fanout.run(endpoints=3, size=50_000, rounds=1, kinds=[BrokerKind.EMBEDDED])
    assert_is_a_result(found)
    assert found["embedded_from_announcement_s"] > found["value"]


@needs_mosquitto
def test_the_intake_of_a_few_reports_is_measured() -> None:
    assert_is_a_result(ingest.run(endpoints=20, reports=100, rounds=1))


def test_an_alert_to_a_few_endpoints_is_measured() -> None:
    found = alert.run(endpoints=2, alerts=1, rest_s=0.1, kinds=[BrokerKind.EMBEDDED])
    assert_is_a_result(found)
    assert found["embedded_silence_p99_s"] >= found["embedded_silent_there_p99_s"] > 0


def test_a_small_recording_over_a_short_line_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serial.Case, "size", 4_000)
    monkeypatch.setattr(serial, "speech_minute_s", lambda: 50.0)
    monkeypatch.setattr(serial, "bus", lambda taps: 90.0)
    monkeypatch.setattr(serial, "CASES", serial.CASES[1:2])
    monkeypatch.setattr(serial, "PATIENCE", 1_000)  # however slow the machine is
    found = serial.run()
    if shutil.which("sz"):
        assert_is_a_result(found)
    assert float(str(found["value"])) > 0
    assert found["1e-5_ours"] > 0


async def test_keys_in_the_terminal_of_a_small_county_are_measured(tmp_path: Path) -> None:
    reports = SimpleNamespace(begin=threading.Event())
    house = county(tmp_path / "county", 60)
    taken = await tui.keys_to_paint(house, tmp_path, reports, keys=4)  # type: ignore[arg-type]
    assert len(taken) == 4
    assert min(taken) > 0
    assert reports.begin.is_set()


def assert_is_a_result(found: dict[str, object]) -> None:
    assert {"name", *COLUMNS} <= found.keys()
    assert float(str(found["value"])) > 0
    assert float(str(found["baseline"])) > 0
    assert isinstance(found["met"], bool)
    assert str(found["name"]) in table({"it": found})
