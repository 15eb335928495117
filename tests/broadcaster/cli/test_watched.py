"""What is told of now where no controller watches: as of when it is so."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from broadcaster.storage.engine import open_database, transaction
from broadcaster.storage.tables import AliveRow, GateMoveRow
from tests.broadcaster.cli.county import LOOP, County

NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)  # in Shanghai
ALIVE = AliveRow(id=1, monotonic_s=1.0, wall=NOON, boot="b")


def _stored(directory: Path, *rows: AliveRow | GateMoveRow) -> None:
    engine = open_database(f"sqlite:///{directory / 'county.db'}")
    with transaction(engine) as session:
        session.add_all(type(row)(**row.model_dump()) for row in rows)
    engine.dispose()


@pytest.mark.parametrize(
    "command",
    [
        ("endpoint", "list"),
        ("endpoint", "show", "shiqiao-01"),
        ("line", "list"),
        ("ticket", "list"),
        ("ticket", "counts"),
        ("incident", "list"),
        ("ledger",),
        ("coverage", "节约用水"),
    ],
)
def test_what_is_told_of_now_says_since_when_nobody_watched(
    county: County, tmp_path: Path, command: tuple[str, ...]
) -> None:
    county.approved("节约用水", *LOOP)
    _stored(tmp_path, ALIVE)
    for form in ((), ("--json",)):
        code, _out, err = county.call(*command, *form)
        assert (code, "As of 2026-11-23 12:00:00 (Asia/Shanghai, UTC+08:00)" in err) == (0, True)


def test_a_county_that_no_controller_ever_watched_says_so(county: County) -> None:
    _code, out, err = county.call("ticket", "list")
    assert (out, "No controller has watched" in err) == ("There is no open ticket.\n", True)


def test_of_a_county_that_is_watched_nothing_more_is_said(county: County, tmp_path: Path) -> None:
    _stored(tmp_path, ALIVE.model_copy(update={"wall": datetime.now(UTC) + timedelta(seconds=50)}))
    assert county.call("endpoint", "list")[2] == ""


def test_programs_are_told_as_of_when_endpoints_are_known(county: County, tmp_path: Path) -> None:
    assert county.told("endpoint", "show", "shiqiao-01")["known_at"] is None
    _stored(tmp_path, ALIVE)
    told = [*county.told("endpoint", "list"), county.told("coverage", county.drafted("节约用水", *LOOP))]
    assert {each["known_at"] for each in told} == {"2026-11-23T04:00:00Z"}


def test_behind_a_broker_that_is_not_reached_nothing_is_known(county: County, tmp_path: Path) -> None:
    """The controller itself lives on: what it knows is as old as the broker's silence."""
    lost = GateMoveRow(gate="broker", open=False, since=NOON - timedelta(minutes=3))
    _stored(tmp_path, ALIVE, lost)
    assert "As of 2026-11-23 11:57:00" in county.call("ticket", "list")[2]
    _stored(tmp_path, GateMoveRow(gate="broker", open=True, since=NOON - timedelta(minutes=2)))
    assert "As of 2026-11-23 12:00:00" in county.call("ticket", "list")[2]
