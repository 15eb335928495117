"""MQTT 3.1.1 as far as speed asks for it: where packets end, PUBLISH and PUBACK. Sections are the standard's."""

from devices.links import Message

PUBLISH = 0x30
PUBACK = 0x40
LARGEST = 4 * 1024 * 1024  # bytes; several times what any broker that we know lets through by default


class MalformedPacket(ValueError):
    """The bytes are not MQTT 3.1.1; nothing after them can be understood."""


def packet_at(buffer: bytes, begin: int) -> tuple[int, int] | None:
    """(begin, end) of the body of the packet that begins at `begin`, None while it is not whole (2.2.3).

    Raises MalformedPacket where its length is longer than four bytes or the packet than LARGEST.
    """
    length = shift = 0
    for position in range(begin + 1, min(begin + 5, len(buffer))):
        digit = buffer[position]
        length |= (digit & 0x7F) << shift
        shift += 7
        if digit < 0x80:
            if length > LARGEST:
                raise MalformedPacket(f"a packet of {length} bytes; the most that is taken is {LARGEST}")
            end = position + 1 + length
            return (position + 1, end) if end <= len(buffer) else None
    if len(buffer) - begin > 4:
        raise MalformedPacket("the length of a packet goes on after four bytes")
    return None


def publication(buffer: bytes, header: int, begin: int, end: int) -> tuple[Message, bytes]:
    """The message in a PUBLISH packet with its packet identifier's two bytes, none for QoS 0 (3.3).

    Raises MalformedPacket for what is no QoS 0 or 1 publication.
    """
    qos = header >> 1 & 3
    topic_end = begin + 2 + (buffer[begin] << 8 | buffer[begin + 1]) if end - begin >= 2 else end
    payload_begin = topic_end + 2 * qos
    if qos > 1 or payload_begin > end or topic_end <= begin + 2:
        raise MalformedPacket(
            f"a PUBLISH of QoS {qos} with {end - begin} bytes and its payload at {payload_begin - begin}"
        )
    try:
        topic = str(buffer[begin + 2 : topic_end], "utf-8")
    except UnicodeDecodeError as error:
        raise MalformedPacket(f"a topic that is not UTF-8: {error}") from error
    return Message(topic, buffer[payload_begin:end], qos, bool(header & 1)), buffer[topic_end:payload_begin]


def publish_packet(message: Message, identifier: int) -> bytes:
    """The PUBLISH packet of a message; the identifier is not sent for QoS 0."""
    topic = message.topic.encode()
    body = 2 + len(topic) + (2 if message.qos else 0) + len(message.payload)
    return b"".join(
        (
            bytes((PUBLISH | message.qos << 1 | message.retain,)),
            _length(body),
            len(topic).to_bytes(2, "big"),
            topic,
            identifier.to_bytes(2, "big") if message.qos else b"",
            message.payload,
        )
    )


def _length(size: int) -> bytes:
    digits = bytearray()
    while size > 0x7F:
        digits.append(size & 0x7F | 0x80)
        size >>= 7
    digits.append(size)
    return bytes(digits)
