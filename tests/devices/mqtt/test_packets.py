import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.links import Message
from devices.mqtt.packets import LARGEST, MalformedPacket, packet_at, publication, publish_packet

messages = st.builds(
    Message,
    topic=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20),
    payload=st.binary(max_size=300) | st.just(bytes(20_000)),
    qos=st.integers(0, 1),
    retain=st.booleans(),
)


@given(messages, st.integers(1, 0xFFFF), st.binary(max_size=5))
def test_a_publication_comes_back_as_it_was(message: Message, identifier: int, following: bytes) -> None:
    packet = publish_packet(message, identifier)
    body = packet_at(packet + following, 0)
    assert body is not None
    assert body[1] == len(packet)
    expected = (message, identifier.to_bytes(2, "big") if message.qos else b"")
    assert publication(packet + following, packet[0], *body) == expected


@given(messages, st.data())
def test_a_part_of_a_packet_is_none_yet(message: Message, data: st.DataObject) -> None:
    packet = publish_packet(message, 1)
    assert packet_at(packet[: data.draw(st.integers(0, len(packet) - 1))], 0) is None


@given(st.binary(max_size=40), st.sampled_from([0x30, 0x31, 0x32, 0x34, 0x36]))
def test_any_bytes_are_a_publication_or_malformed(body: bytes, header: int) -> None:
    try:
        message, _ = publication(body, header, 0, len(body))
    except MalformedPacket:
        return
    assert message.topic


@pytest.mark.parametrize("packet", [b"\x30\xff\xff\xff\xff\x01", b"\x30\xff\xff\xff\x7f"])
def test_an_endless_or_enormous_packet_is_malformed(packet: bytes) -> None:
    with pytest.raises(MalformedPacket):
        packet_at(packet, 0)


def test_the_limit_is_far_above_what_we_send() -> None:
    assert LARGEST > 256 * 1024
