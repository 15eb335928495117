"""The simulated county behind --demo."""

import threading

from broadcaster.desk.notices import NoticeDraft
from broadcaster.registry.sample import LINE
from broadcaster.rehearsal.tapped import TappedHorn
from broadcaster.tui.demo import APPROVER, WRITER, SimulatedCounty, tone
from schedules.notices import NoticeKind


def test_the_county_lives_and_its_people_can_order(tmp_path):
    county = SimulatedCounty(tmp_path)
    county.wake()
    county.pass_time(700)
    desk = county.desk(WRITER)
    seen = desk.today.show()
    assert (seen.endpoints.connected, seen.endpoints.known) == (24, 24)
    assert len(seen.plays) == 13
    asset = desk.recordings.list()[0].id
    assert "⣿" in "".join(desk.recordings.picture(asset=asset, width=20).lines)
    draft = NoticeDraft(kind=NoticeKind.PROPOSAL, title="试", targets=("341523100000",), asset=asset)
    made = desk.notices.draft(draft=draft)
    desk.notices.submit(notice=made.id)
    assert county.desk(APPROVER).notices.approve(notice=made.id).state == "approved"


def test_a_village_on_a_slow_line_is_there_and_its_recordings_arrive_one_after_the_other(tmp_path):
    county = SimulatedCounty(tmp_path)
    county.wake()
    turning = threading.Thread(target=county.pass_time, args=(300,))  # as in the demo: not where it was built
    turning.start()
    turning.join()
    desk = county.desk(WRITER)
    (line,) = desk.lines.list()
    assert (line.name, line.baud, line.is_open) == (LINE, 9_600, True)
    assert [each.there for each in line.endpoints] == [True, True]
    assert line.transfers
    county.pass_time(900)
    (line,) = desk.lines.list()
    assert line.transfers == ()
    wired = [horn for horn in county._horns if isinstance(horn, TappedHorn)]
    assert len(wired) == 2
    assert all(horn.arrived for horn in wired)


def test_a_tone_is_a_file_that_every_player_knows():
    assert tone(1, 440)[:4] == b"RIFF"
