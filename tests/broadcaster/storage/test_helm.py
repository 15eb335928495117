"""Of the controllers that share a server's database one works; the others stand by, and take over when it is gone."""

import subprocess
import sys
from pathlib import Path

import pytest

from broadcaster.storage.helm import Helm, Standing, lost, taken
from broadcaster.storage.migration import CannotOpen
from tests.broadcaster.storage.server import Server

HOLDS = """
import sys
from broadcaster.storage.helm import Helm
helm = Helm(sys.argv[1])
print(helm.look(), flush=True)
sys.stdin.read()
"""


class Course:
    """What a controller sees from look to look, and how long it slept between."""

    def __init__(self, *standings: Standing) -> None:
        self.standings, self.slept = list(standings), 0.0

    async def look(self) -> Standing:
        return self.standings.pop(0)

    async def sleep(self, seconds: float) -> None:
        self.slept += seconds


def test_a_database_in_a_file_has_nobody_to_share_it_with(tmp_path: Path) -> None:
    helms = [Helm(f"sqlite:///{tmp_path / 'county.db'}") for _ in range(2)]
    assert [helm.look() for helm in helms] == [Standing.AT_THE_HELM] * 2


def test_a_url_that_leads_nowhere_is_told() -> None:
    with pytest.raises(CannotOpen, match="postgresql"):
        Helm("county.db")


def test_one_is_at_the_helm_and_the_next_takes_it_when_the_first_leaves(url: str) -> None:
    first, second = Helm(url), Helm(url)
    assert (first.look(), second.look(), first.look()) == (
        Standing.AT_THE_HELM,
        Standing.BY,
        Standing.AT_THE_HELM,
    )
    first.close()
    assert second.look() is Standing.AT_THE_HELM
    second.close()


def test_the_server_is_asked_to_notice_soon_that_a_machine_lost_its_power(url: str) -> None:
    helm = Helm(url)
    helm.look()
    assert [helm._ask(f"SHOW tcp_keepalives_{name}") for name in ("idle", "interval", "count")] == [
        "4",
        "2",
        "3",
    ]
    helm.close()


def test_the_helm_of_one_county_is_not_that_of_another(server: Server, url: str) -> None:
    helms = [Helm(url), Helm(server.county())]
    assert [helm.look() for helm in helms] == [Standing.AT_THE_HELM] * 2
    for helm in helms:
        helm.close()


def test_a_controller_that_is_killed_leaves_the_helm(url: str) -> None:
    helm = Helm(url)
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDS, url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline().strip() == Standing.AT_THE_HELM
        assert helm.look() is Standing.BY
    finally:
        holder.kill()
        holder.communicate()
    while helm.look() is Standing.BY:  # until the server has seen that the connection is gone
        pass
    assert helm.look() is Standing.AT_THE_HELM
    helm.close()


def test_a_server_that_went_away_gives_the_helm_to_whoever_asks_first(server: Server, url: str) -> None:
    first, second = Helm(url), Helm(url)
    assert first.look() is Standing.AT_THE_HELM
    server.stop()
    assert (first.look(), second.look()) == (Standing.BLIND, Standing.BLIND)
    server.start()
    assert (second.look(), first.look()) == (Standing.AT_THE_HELM, Standing.BY)
    second.close()
    first.close()


async def test_a_controller_stands_by_until_the_other_is_gone(caplog: pytest.LogCaptureFixture) -> None:
    course = Course(Standing.BY, Standing.BY, Standing.BLIND, Standing.AT_THE_HELM)
    await taken(course.look, course.sleep)
    assert (course.standings, course.slept) == ([], 2.0)
    assert [line.message for line in caplog.records] == [
        "another controller works on this database: this one stands by",
        "the other controller is gone: this one takes over",
    ]


@pytest.mark.parametrize("first", [Standing.AT_THE_HELM, Standing.BLIND])
async def test_who_has_nobody_to_wait_for_begins_at_once(first: Standing) -> None:
    course = Course(first)
    await taken(course.look, course.sleep)
    assert course.slept == 0


async def test_a_server_that_is_away_is_waited_for_and_a_helm_that_was_taken_meanwhile_is_the_end() -> None:
    course = Course(Standing.AT_THE_HELM, Standing.BLIND, Standing.BLIND, Standing.BY)
    await lost(course.look, course.sleep)
    assert (course.standings, course.slept) == ([], 3.0)
