"""SMS as a GSM modem takes it: SMS-SUBMIT in PDU mode, UCS-2, long texts in linked parts (3GPP TS 23.040, 27.005)."""

from dataclasses import dataclass

ONE_PART = 140  # bytes of user data
LINKED_PART = 134  # beside a header of 6
MOST_PARTS = 255
_SUBMIT, _RELATIVE_VALIDITY, _HAS_HEADER = 0x01, 0x10, 0x40
_UCS2, _FOUR_DAYS = 0x08, 0xAA
_INTERNATIONAL, _NATIONAL = 0x91, 0x81


@dataclass(frozen=True, slots=True)
class Pdu:
    """One part. `length`: what AT+CMGS is told, the octets without the service centre's."""

    hex: str
    length: int


def submit(number: str, text: str, reference: int) -> tuple[Pdu, ...]:
    """The parts of a text; ValueError for a number that is none, or a text of more than 255 parts."""
    address = _address(number)
    encoded = text.encode("utf-16-be")
    if len(encoded) <= ONE_PART:
        return (_pdu(address, b"", encoded),)
    parts = list(_split(encoded))
    if len(parts) > MOST_PARTS:
        raise ValueError(f"a text has at most {MOST_PARTS} parts, got {len(parts)}")
    heads = [bytes((5, 0, 3, reference & 0xFF, len(parts), n)) for n in range(1, len(parts) + 1)]
    return tuple(_pdu(address, head, part) for head, part in zip(heads, parts, strict=True))


def _pdu(address: bytes, header: bytes, body: bytes) -> Pdu:
    first = _SUBMIT | _RELATIVE_VALIDITY | (_HAS_HEADER if header else 0)
    data = header + body
    unit = bytes((first, 0)) + address + bytes((0, _UCS2, _FOUR_DAYS, len(data))) + data
    return Pdu((b"\x00" + unit).hex().upper(), len(unit))


def _address(number: str) -> bytes:
    digits = number.removeprefix("+").replace(" ", "").replace("-", "")
    if not digits.isascii() or not digits.isdigit() or not 3 <= len(digits) <= 20:
        raise ValueError(f"expected a phone number such as 13800000000 or +8613800000000, got {number!r}")
    kind = _INTERNATIONAL if number.startswith("+") else _NATIONAL
    padded = digits + "F" * (len(digits) % 2)
    swapped = "".join(padded[i + 1] + padded[i] for i in range(0, len(padded), 2))
    return bytes((len(digits), kind)) + bytes.fromhex(swapped)


def _split(encoded: bytes) -> list[bytes]:
    """Pieces of at most 134 bytes; a character of two units is not torn apart."""
    pieces, begin = [], 0
    while begin < len(encoded):
        end = min(begin + LINKED_PART, len(encoded))
        if end < len(encoded) and 0xD8 <= encoded[end - 2] <= 0xDB:
            end -= 2
        pieces.append(encoded[begin:end])
        begin = end
    return pieces
