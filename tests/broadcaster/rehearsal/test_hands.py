"""Hands at volumes in a simulated county: the real controller puts back what the real endpoints show."""

from typing import Any

import pytest

from broadcaster.rehearsal import rehearse as rehearsing
from broadcaster.rehearsal.county import Scenario
from broadcaster.rehearsal.horn import Site
from broadcaster.rehearsal.rehearse import rehearse
from broadcaster.rehearsal.troubles import CALM
from broadcaster.repairs.causes import Cause
from devices.endpoint.instruments import Readings, SetInstruments


class Knob(SetInstruments):
    """A volume that a hand turns down again and again, as soon as it has been seen to be right."""

    def __init__(self, hands: int) -> None:
        super().__init__(Readings(volume_actual=70))
        self.hands, self.seen, self.put_back = hands, 0, 0

    def read(self) -> Readings:
        if self.readings.volume_actual == 70:
            self.seen += 1
        if self.hands and self.seen > 2:
            self.hands, self.seen = self.hands - 1, 0
            self.readings = Readings(volume_actual=10)
        return super().read()

    def set_volume(self, percent: int) -> None:
        self.put_back += self.readings.volume_actual != percent
        super().set_volume(percent)


def test_a_hand_is_put_right_three_times_and_then_somebody_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    knobs: list[Knob] = []

    def site(**given: Any) -> Site:
        knobs.append(Knob(hands=0 if knobs else 4))
        return Site(**given, instruments=knobs[-1])

    monkeypatch.setattr(rehearsing, "Site", site)
    found = rehearse(Scenario(seed=1, days=0.3, endpoints=2, climate=CALM))
    assert found.violations == ()
    assert [(knob.put_back, knob.readings.volume_actual) for knob in knobs] == [(3, 10), (0, 70)]
    assert [ticket.cause for ticket in found.tickets] == [Cause.VOLUME_TAMPERED]
