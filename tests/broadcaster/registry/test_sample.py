from sqlmodel import Session

from broadcaster.registry import areas, endpoints, sample
from schedules.notices import NoticeKind
from schedules.places import Level, Place, level_of
from schedules.precedence import Severity


def test_the_county_has_a_village_without_an_endpoint(county: Session) -> None:
    heard = {endpoint.village for endpoint in endpoints.endpoints(county).values()}
    assert [areas.areas(county)[code].name for code in areas.villages(county) - heard] == ["高坪村"]


def test_people_are_counted_once(county: Session) -> None:
    found = areas.areas(county)
    levels = {
        level: sum(area.population for code, area in found.items() if level_of(Place(code)) is level)
        for level in (Level.COUNTY, Level.TOWN, Level.VILLAGE)
    }
    assert len(set(levels.values())) == 1


def test_there_is_a_notice_of_each_common_kind() -> None:
    kinds = {notice.kind: notice for notice in sample.notices()}
    assert kinds.keys() == set(NoticeKind) - {NoticeKind.RELAY}
    assert kinds[NoticeKind.ANNOUNCEMENT].issue == 1
    assert all(notice.rule for kind, notice in kinds.items() if kind is not NoticeKind.EMERGENCY)


def test_the_emergency_can_be_ended() -> None:
    emergency = next(notice for notice in sample.notices() if notice.kind is NoticeKind.EMERGENCY)
    assert emergency.severity is Severity.RED
    assert "解除" in (emergency.cancel or "")


def test_every_text_can_be_read_out_in_two_minutes() -> None:
    assert all(50 < len(notice.text) < 400 for notice in sample.notices())
