"""Issue numbers run by series, without gaps and without doubles."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from broadcaster.desk.errors import Conflict
from schedules.notices import NoticeKind
from tests.broadcaster.desk.people import Station, a_draft

SERIES = "村务公告"


def numbered(at: Station, **members: object) -> int | None:
    return at.draft(kind=NoticeKind.ANNOUNCEMENT, series=SERIES, **members).issue


def test_each_series_counts_for_itself(station: Station) -> None:
    assert [numbered(station), numbered(station)] == [1, 2]
    assert station.draft(series="另一系列").issue == 1
    assert station.draft().issue is None


def test_a_series_may_begin_where_the_old_one_on_paper_ended(station: Station) -> None:
    assert [numbered(station, issue=17), numbered(station)] == [17, 18]


@pytest.mark.parametrize("issue", [1, 2, 4, 9])
def test_a_number_that_is_taken_or_leaves_a_gap_is_refused(station: Station, issue: int) -> None:
    assert [numbered(station), numbered(station)] == [1, 2]
    with pytest.raises(Conflict, match="the next one is 3"):
        numbered(station, issue=issue)


def test_a_new_version_keeps_its_number(station: Station) -> None:
    notice = station.approved(series=SERIES)
    changed = station.desk("li").notices.edit(notice=notice.id, draft=a_draft(series=SERIES, title="更正"))
    assert (changed.version, changed.issue) == (2, 1)
    assert numbered(station) == 2


def test_what_is_taken_back_before_its_approval_leaves_no_gap(station: Station) -> None:
    first, _second = station.draft(series=SERIES), station.draft(series=SERIES)
    station.desk("li").notices.withdraw(notice=first.id)
    assert [numbered(station), numbered(station)] == [1, 3]


def test_what_was_approved_keeps_its_number_for_ever(station: Station) -> None:
    notice = station.approved(series=SERIES)
    station.desk("wang").notices.withdraw(notice=notice.id)
    assert numbered(station) == 2


def test_a_number_given_out_again_is_not_taken_back_by_its_first_owner(station: Station) -> None:
    first = station.draft(series=SERIES)
    station.desk("li").notices.withdraw(notice=first.id)
    assert numbered(station) == 1
    again = station.desk("li").notices.edit(notice=first.id, draft=a_draft(series=SERIES))
    assert again.issue == 2


def test_a_draft_that_leaves_the_series_gives_its_number_back(station: Station) -> None:
    notice = station.draft(series=SERIES).id
    assert station.desk("li").notices.edit(notice=notice, draft=a_draft()).issue is None
    assert numbered(station) == 1


def test_many_people_at_once_are_given_each_number_once(station: Station) -> None:
    with ThreadPoolExecutor(8) as people:
        issues = list(people.map(lambda _: numbered(station), range(24)))
    assert sorted(issues) == list(range(1, 25))
