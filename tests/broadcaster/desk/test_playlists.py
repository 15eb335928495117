"""Playlists: notices in order, played as one block, approved like a notice."""

import pytest

from broadcaster.controller.orders import lineup
from broadcaster.desk.errors import Conflict, Invalid, NotFound, Refused
from broadcaster.desk.playlists import PlaylistDraft
from schedules.notices import NoticeState
from tests.broadcaster.county import COUNTY, HOURLY, LIJIA
from tests.broadcaster.desk.people import Station


def a_playlist(*items: str, **members: object) -> PlaylistDraft:
    return PlaylistDraft(**{"title": "早间", "items": items, "rule": HOURLY, "targets": (COUNTY,)} | members)


def items(station: Station) -> list[tuple[str, tuple[str, ...]]]:
    orders = station.ask(lineup).orders
    return [(order.id, tuple(item.notice for item in order.items)) for order in orders]


def test_a_playlist_goes_the_way_of_a_notice_and_plays_what_is_approved_of_it(station: Station) -> None:
    live, waiting = station.approved(rule=None).id, station.submitted(rule=None, asset="siren").id
    li, wang = station.desk("li").playlists, station.desk("wang").playlists
    made = li.create(draft=a_playlist(live, waiting, live))
    assert (made.duration_ms, made.state) == (180_000, NoticeState.DRAFT)
    li.submit(playlist=made.id)
    with pytest.raises(Refused):
        li.approve(playlist=made.id)
    wang.approve(playlist=made.id)
    assert items(station) == [(made.id, (live, live))]
    station.desk("wang").notices.approve(notice=waiting)
    assert items(station) == [(made.id, (live, waiting, live))]
    station.later(days=31)
    assert li.show(playlist=made.id).playlist.state is NoticeState.EXPIRED


def test_what_is_sent_again_under_its_key_is_the_same_playlist_changed(station: Station) -> None:
    notice, li = station.approved(rule=None).id, station.desk("li").playlists
    first = li.create(draft=a_playlist(notice, key="a-key-of-li-himself"))
    again = li.create(draft=a_playlist(notice, notice, key="a-key-of-li-himself"))
    assert (again.id, len(again.items)) == (first.id, 2)
    assert len(li.list()) == 1


def test_a_changed_playlist_is_a_new_version_and_the_live_one_can_be_withdrawn(station: Station) -> None:
    notice = station.approved(rule=None).id
    li, wang = station.desk("li").playlists, station.desk("wang").playlists
    made = li.create(draft=a_playlist(notice))
    li.submit(playlist=made.id)
    with pytest.raises(Conflict, match="have it rejected"):
        li.edit(playlist=made.id, draft=a_playlist(notice, notice))
    wang.approve(playlist=made.id)
    assert li.edit(playlist=made.id, draft=a_playlist(notice, notice)).version == 2
    assert items(station) == [(made.id, (notice,))]
    wang.withdraw(playlist=made.id)
    assert items(station) == []
    assert [each.id for each in li.list(state=NoticeState.DRAFT)] == [made.id]


def test_a_rejected_playlist_goes_back_with_the_reason(station: Station) -> None:
    li, wang = station.desk("li").playlists, station.desk("wang").playlists
    made = li.create(draft=a_playlist(station.draft().id))
    li.submit(playlist=made.id)
    wang.reject(playlist=made.id, comment="太长")
    history = li.show(playlist=made.id)
    assert (history.playlist.state, history.steps[-1].comment) == (NoticeState.DRAFT, "太长")


def test_what_cannot_be_a_playlist_is_refused(station: Station) -> None:
    li, notice = station.desk("li").playlists, station.draft().id
    with pytest.raises(Invalid, match="at least one notice"):
        li.create(draft=a_playlist())
    with pytest.raises(NotFound, match="n-9"):
        li.create(draft=a_playlist("n-9"))
    with pytest.raises(Invalid, match="sent, not looped"):
        li.create(draft=a_playlist(station.emergency()))
    with pytest.raises(Invalid, match="must end after"):
        li.create(draft=a_playlist(notice, valid_until=station.now))
    with pytest.raises(Refused):
        station.desk("town").playlists.create(draft=a_playlist(notice))
    assert station.desk("town").playlists.create(draft=a_playlist(notice, targets=(LIJIA,))).version == 1
