"""The test vectors of the protocol: up to date, and read by the code as by a stranger's."""

import json
from pathlib import Path

import pytest

from devices import chain, codec, sealing
from devices.errors import BadReport, RefusedDocument
from devices.reports import PlayedBatch
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
        assert chain.check(batch, tip, proof_key).verdict == each["verdict"], each["what"]
