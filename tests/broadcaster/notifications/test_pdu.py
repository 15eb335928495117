import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadcaster.notifications.pdu import submit


def read(pdu: str) -> tuple[str, bytes, str]:
    """(number, header, text) of a SUBMIT, read by the standard and not by our own code."""
    octets = bytes.fromhex(pdu)[1:]
    digits = octets[2]
    size = (digits + 1) // 2
    swapped = octets[4 : 4 + size].hex().upper()
    number = "".join(swapped[i + 1] + swapped[i] for i in range(0, len(swapped), 2))[:digits]
    data = octets[4 + size + 4 :]
    assert octets[4 + size + 1] == 8
    assert octets[4 + size + 3] == len(data) <= 140
    has_header = bool(octets[0] & 0x40)
    header = data[: data[0] + 1] if has_header else b""
    return ("+" if octets[3] == 0x91 else "") + number, header, data[len(header) :].decode("utf-16-be")


def test_a_short_text_is_one_part_as_the_standard_has_it() -> None:
    (part,) = submit("+8613812345678", "你好", 0)
    assert part.hex == "0011000D91683118325476F80008AA044F60597D"
    assert part.length == len(part.hex) // 2 - 1


@given(st.text(st.characters(blacklist_categories=("Cs",)), max_size=700), st.integers(0, 255))
def test_whatever_is_sent_comes_together_again(text: str, reference: int) -> None:
    parts = [read(part.hex) for part in submit("13800000000", text, reference)]
    assert "".join(body for _, _, body in parts) == text
    assert {number for number, _, _ in parts} == {"13800000000"}
    if len(parts) > 1:
        heads = [bytes((5, 0, 3, reference, len(parts), n)) for n in range(1, len(parts) + 1)]
        assert [header for _, header, _ in parts] == heads


@pytest.mark.parametrize("number", ["", "12", "13800a", "１３８００００００００", "1" * 21])
def test_what_is_no_number_is_refused(number: str) -> None:
    with pytest.raises(ValueError, match="phone number"):
        submit(number, "x", 0)
