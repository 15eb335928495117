"""Everything may be killed at any instant: each play counts once, what was acknowledged stays, nothing sounds twice."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.end_to_end.station import Station, kill, noon_zone, spread, until

PLAYS, APART_S, SOON_S = 3, 10, 6.0  # later on a busy machine: as long as it took to start
HEARD = 0.9  # of its length: then it counts


@pytest.fixture
def station(tmp_path: Path) -> Iterator[Station]:
    station = Station(tmp_path, noon_zone(datetime.now(UTC)))
    yield station
    station.endpoint.end()
    station.controller.end()


def test_whatever_is_killed_when_every_play_counts_exactly_once(station):
    asset = station.lay_out()
    began_s = time.monotonic()
    station.start_both()
    until(station.is_online, "the board is there")
    station.order(asset, spread(max(SOON_S, time.monotonic() - began_s), APART_S, PLAYS))
    (recording, length_ms) = until(lambda: station.rows(RECORDING), "the recording")[0]
    first, second, third = until(lambda: station.slots()[:PLAYS], "the plan")
    until(lambda: station.holds_all(recording), "the board holds plan and audio")

    station.controller.kill()  # before a play, the broker with it
    until(lambda: station.has_recorded(first), "the first play, without the link")
    station.endpoint.kill()  # between the record and its receipt
    station.start_both()
    until(lambda: station.counted(first), "the first play's proof")

    until(lambda: any(ms > length_ms * 0.3 for ms in station.sounds(second)), "the second play")
    station.endpoint.kill()  # during a play
    station.endpoint.start()
    until(lambda: station.counted(second), "the second play, from its beginning")

    until(lambda: station.sounds(third), "the third play")
    kill(until(station.broker, "the broker"))  # during a play
    until(lambda: any(ms >= length_ms for ms in station.sounds(third)), "the third play's end")
    station.endpoint.kill()  # at the end of a play, perhaps before its record
    station.endpoint.start()
    acknowledged = until(lambda: station.counted(third) and station.rows(PROOFS), "the third play's proof")
    station.controller.kill()  # perhaps before the receipt is out
    station.endpoint.kill()
    station.start_both()
    until(lambda: station.is_receipted(third), "the receipt")

    assert set(acknowledged) <= set(station.rows(PROOFS))
    for slot in station.slots()[:PLAYS]:
        assert station.counted(slot) == 1
        assert len([ms for ms in station.sounds(slot) if ms >= length_ms * HEARD]) == 1
    (line,) = station.desk().ledger.lines()
    assert (line.plays.ordered, line.plays.counted + line.plays.made_up, line.plays.missed) == (
        PLAYS,
        PLAYS,
        0,
    )


RECORDING = "SELECT sha256, duration_ms FROM recording WHERE lower(profile) = 'speech'"
PROOFS = "SELECT endpoint, chain, seq, slot FROM played"
