"""The simulated county behind --demo."""

from broadcaster.desk.notices import NoticeDraft
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


def test_a_tone_is_a_file_that_every_player_knows():
    assert tone(1, 440)[:4] == b"RIFF"
