"""Documents on the wire: small, the same in and out, and safe against every other bytes."""

import json
from contextlib import suppress
from datetime import timedelta

import cbor2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices import cbor
from devices.documents import Alerts, Document, Manifest, Plan, Settings, TimeBeacon
from devices.errors import Refusal, RefusedDocument
from devices.sealing import LONGEST_DOCUMENT, describe, seal, unseal
from devices.signing import EDDSA, Ed25519Signer, Keyring, Signer
from tests.devices import samples
from tests.devices.samples import KEYRING, SIGNER, document

PLAN = seal(document(samples.plan()), SIGNER)
ALERTS = seal(document(Alerts(alerts=(samples.alert(),))), SIGNER)


def signed(payload: bytes, signer: Signer = SIGNER) -> bytes:
    """Any payload in an envelope with a genuine signature, built by the letter of RFC 9052."""
    protected = cbor2.dumps({1: signer.algorithm, 4: signer.kid}, canonical=True)
    signature = signer.sign(cbor2.dumps(["Signature1", protected, b"", payload]))
    return cbor2.dumps(cbor2.CBORTag(18, [protected, {}, payload, signature]))


def refusal(sealed: bytes, keyring: Keyring = KEYRING) -> Refusal:
    """Why `sealed` is refused; it must be."""
    with pytest.raises(RefusedDocument) as refused:
        unseal(sealed, keyring)
    return refused.value.reason


@settings(max_examples=150, deadline=None)
@given(samples.documents)
def test_what_was_sealed_is_what_is_unsealed(any_document: Document) -> None:
    assert unseal(seal(any_document, SIGNER), KEYRING) == any_document


@settings(max_examples=100, deadline=None)
@given(samples.documents)
def test_any_document_can_be_shown_as_json(any_document: Document) -> None:
    shown = describe(seal(any_document, SIGNER))
    assert json.loads(json.dumps(shown)) == shown


def test_a_sealed_document_is_an_ordinary_cose_sign1() -> None:
    assert signed(cbor.encode(document(samples.plan()))) == PLAN


def test_a_plan_of_120_cues_fits_into_4_kb() -> None:
    assert len(PLAN) <= 4_096


def test_an_alert_without_text_fits_into_200_bytes() -> None:
    assert len(ALERTS) <= 200


def test_saying_that_there_are_no_alerts_takes_120_bytes() -> None:
    assert len(seal(document(Alerts()), SIGNER)) <= 120


def test_times_are_cut_to_milliseconds() -> None:
    late = samples.NOW + timedelta(microseconds=999)
    opened = unseal(seal(document(TimeBeacon(), target="time", issued=late), SIGNER), KEYRING)
    assert opened.header.issued == samples.NOW


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_refused(soup: bytes) -> None:
    for reader in (describe, lambda sealed: unseal(sealed, KEYRING)):
        with pytest.raises(RefusedDocument):
            reader(soup)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from([PLAN, ALERTS]), st.data())
def test_a_document_with_a_changed_byte_is_refused(sealed: bytes, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(sealed) - 1))
    changed = sealed[:at] + bytes([sealed[at] ^ data.draw(st.integers(1, 255))]) + sealed[at + 1 :]
    refusal(changed)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from([PLAN, ALERTS]), st.data())
def test_showing_damaged_documents_raises_nothing_unforeseen(sealed: bytes, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(sealed) - 1))
    with suppress(RefusedDocument):
        describe(sealed[:at] + data.draw(st.binary(max_size=4)) + sealed[at + data.draw(st.integers(0, 4)) :])


_odd = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats()
    | st.binary(max_size=40)
    | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.integers(-1, 21) | st.text(max_size=2), inner, max_size=6)
    ),
    max_leaves=20,
)


@settings(max_examples=300, deadline=None)
@given(st.integers(1, 6), _odd, st.sampled_from([PLAN, ALERTS]), st.data())
def test_odd_values_under_a_genuine_signature_are_refused_or_read(
    key: int, value: object, sealed: bytes, data: st.DataObject
) -> None:
    payload = cbor2.loads(cbor2.loads(sealed).value[2])
    inner = payload[6].get(data.draw(st.integers(1, 3)))
    if inner and data.draw(st.booleans()):
        inner[data.draw(st.integers(0, len(inner) - 1))] = value
    else:
        payload[key] = value
    with suppress(RefusedDocument):
        unseal(signed(cbor2.dumps(payload, canonical=True)), KEYRING)


@pytest.mark.parametrize(
    ("what", "encoded"),
    [
        ("trailing bytes", "a6010602647469 6d650301040005010 6a000"),
        ("a key twice", "a7010602647469 6d6503010400050106a006a0"),
        ("keys out of order", "a6026474696d65010603010400050106a0"),
        ("a number longer than needed", "a6011806026474696d6503010400050106a0"),
        ("an indefinite map", "bf010602647469 6d6503010400050106a0ff"),
        ("a fraction", "a601 06 02 64 74696d65 03 01 04 f93c00 05 01 06 a0"),
        ("a boolean for a number", "a601 06 02 64 74696d65 03 f5 04 00 05 01 06 a0"),
        ("a date for a number", "a601 06 02 64 74696d65 03 01 04 c100 05 01 06 a0"),
        ("no lifetime", "a601 06 02 64 74696d65 03 01 04 00 05 00 06 a0"),
        ("issued after the year 9999", "a601 06 02 64 74696d65 03 01 04 1b00ffffffffffffff 05 01 06 a0"),
        ("a target that is hex but text", "a601 06 02 64 61626364 03 01 04 00 05 01 06 a0"),
        ("not a map", "80"),
        ("nothing", ""),
    ],
)
def test_a_genuine_signature_does_not_excuse(what: str, encoded: str) -> None:
    assert refusal(signed(bytes.fromhex(encoded.replace(" ", "")))) is Refusal.MALFORMED, what


def test_the_form_that_those_deviate_from_is_read() -> None:
    payload = bytes.fromhex("a6010602647469 6d6503010400050106a0".replace(" ", ""))
    assert unseal(signed(payload), KEYRING).body == TimeBeacon()


def test_members_that_are_not_known_are_passed_over() -> None:
    payload = cbor2.loads(cbor.encode(document(Settings(volume=70))))
    payload[7] = "later"
    payload[6][23] = [1, 2]
    assert unseal(signed(cbor2.dumps(payload, canonical=True)), KEYRING).body == Settings(volume=70)


def test_a_kind_that_is_not_known_is_refused_as_such() -> None:
    payload = cbor2.loads(cbor.encode(document(Settings())))
    assert refusal(signed(cbor2.dumps(payload | {1: 7}, canonical=True))) is Refusal.UNKNOWN_KIND


def test_a_stranger_s_signature_is_refused() -> None:
    stranger = Ed25519Signer.generate()
    assert refusal(seal(document(Alerts()), stranger)) is Refusal.UNKNOWN_KEY


def test_a_signature_moved_to_another_document_is_refused() -> None:
    assert refusal(PLAN[:-64] + ALERTS[-64:]) is Refusal.BAD_SIGNATURE


@pytest.mark.parametrize(
    ("protected", "unprotected"),
    [
        ({1: EDDSA}, {4: SIGNER.kid}),
        ({1: EDDSA, 4: SIGNER.kid, 3: 60}, {}),
        ({1: EDDSA, 4: SIGNER.kid}, {1: EDDSA}),
    ],
)
def test_other_forms_of_cose_are_refused(
    protected: dict[int, object], unprotected: dict[int, object]
) -> None:
    header, payload = cbor2.dumps(protected, canonical=True), cbor.encode(document(Alerts()))
    signature = SIGNER.sign(cbor2.dumps(["Signature1", header, b"", payload]))
    sealed = cbor2.dumps(cbor2.CBORTag(18, [header, unprotected, payload, signature]))
    assert refusal(sealed) is Refusal.MALFORMED


def test_a_document_that_no_broker_would_carry_is_not_sealed() -> None:
    with pytest.raises(ValueError) as complaint:
        seal(document(samples.plan(cues=13_000)), SIGNER)
    assert "plan for 341523000000" in str(complaint.value)


def test_a_document_that_is_too_long_is_not_even_looked_at() -> None:
    assert refusal(bytes(LONGEST_DOCUMENT + 1)) is Refusal.TOO_LONG


def test_what_the_wire_cannot_carry_is_named() -> None:
    with pytest.raises(ValueError) as complaint:
        seal(document(Settings(volume=101)), SIGNER)
    assert str(complaint.value) == "settings: volume: expected a whole number from 0 to 100, got 101"


def test_a_cue_of_an_item_that_is_not_there_is_refused() -> None:
    plan = samples.plan(cues=3, items=1)
    with pytest.raises(ValueError) as complaint:
        cbor.encode(document(Plan(items=(), cues=plan.cues)))
    assert "cue 0" in str(complaint.value)


def test_a_manifest_has_one_digest_for_each_chunk() -> None:
    with pytest.raises(ValueError) as complaint:
        Manifest(size=16_385, codec="opus", duration_ms=1, chunk_size=16_384, digests=(bytes(8),))
    assert "16385 bytes are 2 chunks of 16384, got 1 digests" in str(complaint.value)
