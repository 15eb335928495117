"""Cues held: plans are read once, and again only where they or quiet hours changed."""

from datetime import time
from zoneinfo import ZoneInfo

from devices.documents import Header, Plan
from devices.endpoint import cues
from devices.endpoint.settings import QuietHours
from schedules.rules import Window
from tests.devices import samples

ZONE = ZoneInfo("Asia/Shanghai")
NIGHT = QuietHours(windows=(Window(start=time(21), end=time(6)),), zone=ZONE)
NEVER = QuietHours(windows=(), zone=ZONE)
FIRST, SECOND, NEWER = ((samples.document(Plan(), revision=n).header, Plan()) for n in (1, 2, 3))


def test_a_plan_is_read_once_for_as_long_as_it_and_quiet_hours_stay(monkeypatch):
    read: list[Header] = []
    monkeypatch.setattr(cues, "held_cues", lambda header, _plan, _quiet: [read.append(header)])
    reader = cues.Reader()
    for plans in ([FIRST, SECOND], [FIRST, SECOND], [FIRST, NEWER]):
        assert len(reader.read(plans, NIGHT)) == 2
    assert read == [FIRST[0], SECOND[0], NEWER[0]]
    reader.read([FIRST], NEVER)
    assert read[3:] == [FIRST[0]]


def test_a_plan_that_is_held_no_more_is_forgotten(monkeypatch):
    monkeypatch.setattr(cues, "held_cues", lambda header, _plan, _quiet: [header])
    reader = cues.Reader()
    assert reader.read([FIRST, SECOND], NIGHT) == (FIRST[0], SECOND[0])
    assert reader.read([SECOND], NIGHT) == (SECOND[0],)
