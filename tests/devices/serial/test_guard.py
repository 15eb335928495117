"""The guard mends as many wrong bytes as it promises, wherever they are."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.serial.guard import Guard, _parity

GUARDS = st.sampled_from([Guard.LIGHT, Guard.STRONG, Guard.HEAVY])
BODIES = st.binary(min_size=1, max_size=1_100)


@given(guard=st.sampled_from(Guard), body=BODIES)
def test_a_shielded_body_is_the_body_with_parity_behind_it(guard: Guard, body: bytes) -> None:
    shielded = guard.shield(body)
    assert shielded.startswith(body)
    assert guard.bare(shielded) == body
    assert len(shielded) == len(body) + guard.words(len(body)) * guard.parity


@given(guard=GUARDS, body=BODIES, seed=st.integers(0, 2**32))
def test_half_as_many_wrong_bytes_as_parity_are_mended_anywhere(guard: Guard, body: bytes, seed: int) -> None:
    chance, shielded = random.Random(seed), bytearray(guard.shield(body))
    wrong = chance.sample(range(len(shielded)), min(guard.parity // 2, len(shielded)))
    for place in wrong:
        shielded[place] ^= chance.randrange(1, 256)
    assert guard.mend(bytes(shielded)) == (body, len(wrong))


@pytest.mark.parametrize("guard", [Guard.LIGHT, Guard.STRONG, Guard.HEAVY])
def test_a_burst_is_shared_among_the_words_of_a_long_frame(guard: Guard) -> None:
    body = bytes(range(250)) * 4
    burst = guard.words(len(body)) * guard.parity // 2
    shielded = bytearray(guard.shield(body))
    shielded[300 : 300 + burst] = bytes(byte ^ 0x5A for byte in shielded[300 : 300 + burst])
    assert guard.mend(bytes(shielded)) == (body, burst)


@given(guard=GUARDS, soup=st.binary(max_size=1_400))
def test_soup_is_never_mended_into_more_than_the_guard_can(guard: Guard, soup: bytes) -> None:
    mended = guard.mend(soup)
    if mended is not None:
        body, changed = mended
        assert len(body) == len(guard.bare(soup))
        assert changed <= guard.words(len(body)) * guard.parity // 2


def test_parity_is_that_of_the_field_s_own_libraries() -> None:
    """RS with ten bytes of parity over 1 2 3 4: the example of reedsolo's manual."""
    assert _parity(10, bytes([1, 2, 3, 4])).hex() == "2c9d1c2b3df868fa984d"
