"""The test vectors of the protocol: up to date, and read by the code as by a stranger's."""

import json
from pathlib import Path

import pytest

from devices import chain, codec, sealing
from devices.errors import BadReport, RefusedDocument
from devices.reports import PlayedBatch
from devices.serial import frames, parcels
from devices.serial.frames import BadFrame, Frame
from devices.serial.mixing import indices, named
from devices.signing import Keyring, PublicKey
from devices.topics import ReportKind
from docs.vectors import make

VECTORS = Path(make.__file__).parent


def read(name: str) -> dict[str, list[dict[str, object]]]:
    """One file of vectors."""
    found: dict[str, list[dict[str, object]]] = json.loads((VECTORS / name).read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("name", make.FILES)
def test_vectors_are_what_the_code_produces(name: str) -> None:
    produced = make.render(make.FILES[name]())
    assert (VECTORS / name).read_text(encoding="utf-8") == produced, "run: python -m docs.vectors.make"


def test_genuine_documents_are_unsealed_and_others_refused() -> None:
    vectors = read("documents.json")
    keyring = Keyring([PublicKey(key=bytes.fromhex(str(vectors["public_key"])))])
    for genuine in vectors["genuine"]:
        sealed = bytes.fromhex(str(genuine["sealed"]))
        assert sealing.unseal(sealed, keyring) == make.DOCUMENTS[str(genuine["what"])]
        assert sealing.describe(sealed) == genuine["means"]
    for tolerated in vectors["like_no_alerts"]:
        sealed = bytes.fromhex(str(tolerated["sealed"]))
        assert sealing.unseal(sealed, keyring) == make.DOCUMENTS["no alerts"], tolerated["what"]
    for refused in vectors["refused"]:
        with pytest.raises(RefusedDocument) as refusal:
            sealing.unseal(bytes.fromhex(str(refused["sealed"])), keyring)
        assert refusal.value.reason == refused["reason"], refused["what"]


def test_reports_are_read_or_refused() -> None:
    vectors = read("reports.json")
    for good in vectors["good"]:
        kind = ReportKind(str(good["kind"]))
        assert codec.decode(kind, str(good["payload"]).encode()) == make.REPORTS[kind]
    for bad in vectors["bad"]:
        with pytest.raises(BadReport):
            codec.decode(ReportKind(str(bad["kind"])), str(bad["payload"]).encode())


def test_batches_are_judged_from_what_the_file_says_alone() -> None:
    vectors = read("chain.json")
    proof_key = bytes.fromhex(str(vectors["proof_key"]))
    for each in vectors["checks"]:
        batch = codec.decode(ReportKind.PLAYED, json.dumps(each["batch"]).encode())
        assert isinstance(batch, PlayedBatch)
        held = each["held"]
        tip = chain.Tip(**held) if isinstance(held, dict) else None
        given_up = each["given_up"]
        assert isinstance(given_up, list)
        verdict = chain.check(batch, tip, proof_key, abandoned=given_up).verdict
        assert verdict == each["verdict"], each["what"]


def test_frames_parcels_and_mixes_of_serial_lines_are_read() -> None:
    vectors = read("serial.json")
    for each in [*vectors["frames"], *vectors["conversation"]]:
        frame = Frame.from_bytes(bytes.fromhex(str(each["wire"]))[:-1])
        assert (frame.address, frame.sequence) == (each["address"], each["sequence"])
        assert type(frame.body).__name__ == each["kind"]
    for refused in vectors["refused"]:
        with pytest.raises(BadFrame):
            frames.read(bytes.fromhex(str(refused["wire"]))[:-1])
    for each in vectors["parcels"]:
        message = parcels.from_bytes(bytes.fromhex(str(each["parcel"])), each["owner"] and str(each["owner"]))
        assert (message.topic, message.payload.hex()) == (each["topic"], each["payload"])
    for each in vectors["mixes"]:
        assert indices(named(int(str(each["seed"])), 20)) == each["named"]
