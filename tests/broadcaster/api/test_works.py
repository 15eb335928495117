"""Long work says how much of it is done, also to who asks over HTTP."""

from collections.abc import Iterator

import httpx
import pytest

from broadcaster.api.app import create_app
from broadcaster.api.works import MOST, Works
from broadcaster.desk.door import Door
from broadcaster.desk.remote import RemoteDoor
from tests.broadcaster.api.loopback import served
from tests.broadcaster.desk.sample import VILLAGE, SampleDesk, SampleHouse


@pytest.fixture
def house() -> SampleHouse:
    return SampleHouse()


@pytest.fixture
def url(house: SampleHouse) -> Iterator[str]:
    def admit(token: str, act_as: str | None) -> Door | None:
        return house.door(token) if token == "ann" else None

    with served(create_app(SampleDesk, admit)) as url:
        yield url


def test_who_waits_for_the_controller_sees_how_much_is_done(url: str, house: SampleHouse) -> None:
    shares: list[float] = []

    def report(share: float) -> None:
        shares.append(share)
        if share == 0.25:
            house.seen.set()  # the work goes on once its progress has been seen

    desk = SampleDesk(RemoteDoor(url, "ann", report=report))
    desk.horns.add(id="h1", place=VILLAGE)
    assert desk.horns.polish(horn="h1") == "h1 shines"
    assert 0.25 in shares
    assert shares == sorted(shares)


def test_long_work_that_nobody_follows_is_done_as_well(url: str, house: SampleHouse) -> None:
    house.seen.set()
    desk = SampleDesk(RemoteDoor(url, "ann"))
    desk.horns.add(id="h1", place=VILLAGE)
    assert desk.horns.polish(horn="h1") == "h1 shines"


@pytest.mark.parametrize(("token", "status"), [("ann", 404), ("stranger", 401)])
def test_work_that_nobody_does_is_unknown_and_strangers_learn_nothing(
    url: str, token: str, status: int
) -> None:
    answer = httpx.get(f"{url}/api/v1/works/w1", headers={"Authorization": f"Bearer {token}"}, timeout=60)
    assert answer.status_code == status


def test_a_share_is_known_for_as_long_as_the_work_lasts() -> None:
    works = Works()
    with works.under_way("w1") as report:
        assert report is not None
        report(0.5)
        assert works.share("w1") == 0.5
        with works.under_way("w1") as again:
            assert again is None  # two callers with one name: the first is told
    assert works.share("w1") is None


def test_more_work_than_is_told_of_is_done_all_the_same() -> None:
    from contextlib import ExitStack

    works = Works()
    with ExitStack() as all_at_once:
        reports = [all_at_once.enter_context(works.under_way(f"w{n}")) for n in range(MOST + 1)]
        assert reports[-1] is None
    assert works.share("w0") is None
