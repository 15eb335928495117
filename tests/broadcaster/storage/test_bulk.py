"""Many rows in one piece end up as they do one by one."""

from datetime import timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import col

from broadcaster.storage.bulk import SIZES
from broadcaster.storage.engine import among, insert_new, open_database, snapshot, transaction, upsert
from broadcaster.storage.tables import ChainRow, EndpointStateRow, PublishedRow, Row
from devices.presence import Presence
from devices.topics import DocumentKind
from schedules.records import ClockQuality
from tests.broadcaster.storage.values import NOON

MANY = sum(SIZES) + 3
STATE = {
    "endpoint": "h",
    "heard_at": NOON.astimezone(timezone(timedelta(hours=8))),
    "boot": "00c0ffee",
    "clock": ClockQuality.SYNCED,
    "held": {"area/341523000000/plan": 2**40, "临水": 1},
    "missing": ("ab" * 32,),
    "mains": True,
    "volume": None,
    "software": "'\"\\ \n 版本",
}


def kept(engine: Any, table: str) -> list[Any]:
    with snapshot(engine) as session:
        return list(session.connection().execute(text(f"select * from {table} order by 1")))


def stored(directory: Path, into: type[Row], rows: list[dict[str, Any]], at_once: int) -> Any:
    engine = open_database(f"sqlite:///{directory / str(at_once)}.db")
    with transaction(engine) as session:
        for begin in range(0, len(rows), at_once):
            upsert(session, into, rows[begin : begin + at_once])
    return engine


@pytest.mark.parametrize(
    ("into", "members"),
    [
        (EndpointStateRow, STATE),
        (EndpointStateRow, {"endpoint": "h", "presence": Presence.ONLINE}),
        (ChainRow, {"endpoint": "h", "chain": "0123456789abcdef", "previous_chains": ["x"]}),
    ],
)
def test_rows_in_one_piece_are_kept_as_rows_one_by_one(tmp_path, into, members) -> None:
    rows = [members | {"endpoint": f"h-{n:03d}"} for n in range(MANY)]
    one_by_one, in_one_piece = (stored(tmp_path, into, rows, at_once) for at_once in (1, MANY))
    assert kept(in_one_piece, into.__tablename__) == kept(one_by_one, into.__tablename__)
    with snapshot(in_one_piece) as session:
        assert session.get_one(into, "h-007").model_dump().items() >= (rows[7] | normal(rows[7])).items()


def normal(row: dict[str, Any]) -> dict[str, Any]:
    return {"missing": list(row["missing"])} if "missing" in row else {}


def test_the_columns_that_are_not_named_keep_what_they_have(tmp_path: Path) -> None:
    rows = [STATE | {"endpoint": f"h-{n:03d}"} for n in range(MANY)]
    engine = stored(tmp_path, EndpointStateRow, rows, MANY)
    with transaction(engine) as session:
        upsert(
            session,
            EndpointStateRow,
            [{"endpoint": row["endpoint"], "presence": Presence.OFFLINE} for row in rows],
        )
    with snapshot(engine) as session:
        row = session.get_one(EndpointStateRow, "h-003")
    assert (row.boot, row.presence) == ("00c0ffee", Presence.OFFLINE)


def test_of_many_rows_the_known_ones_stay_as_they_are(tmp_path: Path) -> None:
    rows = [{"endpoint": f"h-{n:03d}", "seq": 1} for n in range(MANY)]
    engine = stored(tmp_path, ChainRow, rows[:9], 1)
    with transaction(engine) as session:
        insert_new(session, ChainRow, [row | {"seq": 2} for row in rows])
    assert [seq_of(engine, "h-008"), seq_of(engine, "h-009")] == [1, 2]


def seq_of(engine: Any, endpoint: str) -> int:
    with snapshot(engine) as session:
        return session.get_one(ChainRow, endpoint).seq


def test_bytes_are_kept(tmp_path: Path) -> None:
    payloads = [bytes((n % 256, 0xFF)) for n in range(MANY)]
    rows = [
        {
            "topic": f"{n:03d}",
            "kind": DocumentKind.PLAN,
            "target": "x",
            "revision": 1,
            "issued": NOON,
            "expires": NOON,
            "digest": "",
            "payload": payload,
        }
        for n, payload in enumerate(payloads)
    ]
    engine = stored(tmp_path, PublishedRow, rows, MANY)
    with snapshot(engine) as session:
        assert [session.get_one(PublishedRow, f"{n:03d}").payload for n in range(MANY)] == payloads


def test_an_instant_without_a_zone_is_refused(tmp_path: Path) -> None:
    rows = [STATE | {"endpoint": f"h-{n:03d}", "heard_at": NOON.replace(tzinfo=None)} for n in range(MANY)]
    with pytest.raises(ValueError, match="needs a zone"):
        stored(tmp_path, EndpointStateRow, rows, MANY)


def test_rows_among_many_values_are_those_and_no_others(tmp_path) -> None:
    rows = [{"endpoint": f"h'-{n}", "chain": "0123456789abcdef"} for n in range(2_000)]
    engine = stored(tmp_path, ChainRow, rows, 2_000)
    wanted = [f"h'-{n}" for n in range(0, 4_000, 2)]
    with snapshot(engine) as session:
        endpoint = col(ChainRow.endpoint)
        found = among(session, (endpoint,), endpoint, wanted).scalars()
        assert sorted(found) == sorted(wanted[:1_000])
        assert not among(session, (ChainRow,), endpoint, []).all()
