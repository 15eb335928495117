from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.mqtt.connection import Backoff, Connection, connection_to


@given(st.integers(0, 5000), st.floats(0, 1, exclude_max=True))
def test_a_wait_lies_between_the_floor_and_the_doubled_window(failures: int, chance: float) -> None:
    backoff = Backoff(floor_s=5, first_s=1, cap_s=60)
    assert 5 <= backoff.delay_s(failures, chance) <= 5 + min(60, 2 ** min(failures, 10))


def test_the_window_doubles_up_to_the_cap() -> None:
    assert [Backoff().delay_s(failures, 1.0) for failures in (0, 1, 2, 5, 6, 7)] == [1, 2, 4, 32, 60, 60]


def test_an_address_says_everything() -> None:
    assert connection_to(
        "mqtts://us%40er:p%2Fw@broker.example:1884", client_id="c", tls_ca=Path("ca")
    ) == Connection(
        host="broker.example",
        port=1884,
        client_id="c",
        username="us@er",
        password="p/w",
        tls=True,
        tls_ca=Path("ca"),
    )


@pytest.mark.parametrize(("scheme", "port", "tls"), [("mqtt", 1883, False), ("mqtts", 8883, True)])
def test_a_short_address_gets_the_usual_port(scheme: str, port: int, tls: bool) -> None:
    connection = connection_to(f"{scheme}://10.0.0.1", client_id="c")
    assert (connection.port, connection.tls, connection.username) == (port, tls, None)


@pytest.mark.parametrize(
    "url", ["broker:1883", "http://broker", "mqtt://", "mqtt://broker/topic", "mqtt://b:99999"]
)
def test_another_address_is_refused(url: str) -> None:
    with pytest.raises(ValueError):
        connection_to(url, client_id="c")


def test_a_password_stays_out_of_what_is_printed() -> None:
    assert "secret" not in repr(connection_to("mqtt://user:secret@broker", client_id="c"))
