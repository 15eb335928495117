"""Whatever befalls a hub, its line and its uplink: afterwards everybody holds what holds, and no report is lost."""

import hashlib
import random

import pytest

from devices.documents import Plan
from devices.links import Message
from devices.reports import Event, EventKind
from devices.serial.emulated import Unplugged, Weather
from devices.topics import ReportKind
from tests.devices.endpoint.village import cue, item, plan
from tests.devices.hub.rig import Rig
from tests.devices.serial.parties import recording

STORMY = Weather(bit_errors=5e-5, lost_runs=0.002, doubled_runs=0.002, cuts=((20.0, 25.0), (60.0, 85.0)))
EVERYTHING_MENDED_S = 120.0


class Story:
    """A rig and what happened to it, from a seed."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.rig = Rig(taps=2, baud=38_400, weather=STORMY, seed=seed)
        self.contents = [recording(6_000, seed + number) for number in range(3)]
        self.newest: Message | None = None
        self.said: dict[int, list[int]] = {tap: [] for tap in self.rig.names}
        for content in self.contents:
            self.rig.announce(hashlib.sha256(content).hexdigest(), content)

    def order(self) -> None:
        self.content = self.chance.choice(self.contents)
        needs = item(recording=hashlib.sha256(self.content).hexdigest())
        self.newest = self.rig.order(plan(cue("21:00"), items=(needs,)))

    def report(self) -> None:
        tap = self.chance.choice(list(self.rig.names))
        if not isinstance(self.rig.wire.ends[tap], Unplugged):
            number = len(self.said[tap]) + 1
            self.said[tap].append(number)
            event = Event(boot="0a1b2c3d", seq=number, kind=EventKind.DOOR_OPENED)
            self.rig.report(tap, event, ReportKind.EVENT)

    def power(self) -> None:
        tap = self.chance.choice(list(self.rig.names))
        away = isinstance(self.rig.wire.ends[tap], Unplugged)
        (self.rig.plug if away else self.rig.pull)(tap)

    def uplink(self) -> None:
        (self.rig.cut_uplink if self.rig.linked else self.rig.mend_uplink)()

    def live(self) -> None:
        deeds = [self.order, self.report, self.report, self.power, self.uplink, self.rig.boot]
        for _ in range(14):
            self.chance.choice(deeds)()
            self.rig.run(self.chance.uniform(0.1, 6.0))

    def mend(self) -> None:
        if not self.rig.linked:
            self.rig.mend_uplink()
        for tap in self.rig.names:
            self.power_on(tap)
        self.order()
        self.rig.run(EVERYTHING_MENDED_S)

    def power_on(self, tap: int) -> None:
        if isinstance(self.rig.wire.ends[tap], Unplugged):
            self.rig.plug(tap)


@pytest.mark.parametrize("seed", range(5))
def test_a_line_converges_after_any_troubles(seed: int) -> None:
    story = Story(seed)
    story.live()
    story.mend()
    assert story.newest is not None
    for tap in story.rig.names:
        heard = [message for message in story.rig.told(tap) if message.topic == story.newest.topic]
        assert heard[-1].payload == story.newest.payload
        assert story.rig.has(tap, hashlib.sha256(story.content).hexdigest())


@pytest.mark.parametrize("seed", range(4))
def test_no_report_that_a_tap_knows_to_have_arrived_is_lost(seed: int) -> None:
    """The hub dies again and again; its disk does not."""
    story = Story(seed + 100)
    rig, up = story.rig, set()
    for _ in range(10):
        story.report()
        rig.run(story.chance.uniform(0.1, 3.0))
        up |= {(m.topic, m.payload) for m in rig.uplink.sent}
        if story.chance.random() < 0.5:
            rig.boot()
    rig.run(60)
    up |= {(m.topic, m.payload) for m in rig.uplink.sent}
    for tap, numbers in story.said.items():
        arrived = [payload for topic, payload in up if topic == f"ccx/1/endpoint/horn-{tap}/event"]
        assert len(arrived) == len(numbers)


def test_a_withdrawn_plan_reaches_who_was_away() -> None:
    rig = Rig(taps=2).run(3)
    rig.order(plan(cue("21:00")))
    rig.run(4)
    rig.pull(2)
    rig.run(30)
    empty = rig.order(Plan())
    rig.plug(2)
    rig.run(70)
    heard = [message for message in rig.told(2) if message.topic == empty.topic]
    assert heard[-1].payload == empty.payload
