"""The chain (记录链): as-played records that cannot be lost, doubled, reordered or forged unnoticed.

Each record is a JSON object whose hash covers the hash of the record before; an HMAC over the last hash of a batch
proves the endpoint. The controller keeps the tip (last record stored) of each endpoint and says it in a receipt.
Whatever does not continue the tip is answered with the receipt again, and the endpoint mends it: it resends from
there, or, where it cannot (the records are gone, or the tip is not of its making), begins a new chain with the
records that no receipt covered.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from devices.reports import PlayedBatch
from schedules.records import AsPlayed

Linked = dict[str, object]
"""A record as a JSON object, its "hash" included."""

LONGEST_BATCH = 64  # records


@dataclass(frozen=True, slots=True, kw_only=True)
class Tip:
    """The last record of a chain that somebody holds; seq 0 with the genesis hash is a chain without records."""

    chain: str  # 16 hex digits
    seq: int
    hash: str  # SHA-256, hex


def genesis(chain: str) -> str:
    """The hash before the first record of `chain`."""
    raise NotImplementedError


def record_to_json(record: AsPlayed) -> Linked:
    """Its members as ASCII strings and integers; those that are None are left out, times are ms, cut not rounded."""
    raise NotImplementedError


def record_from_json(members: Linked) -> AsPlayed:
    """The record, whatever "hash" says. Raises BadReport."""
    raise NotImplementedError


def canonical(members: Linked) -> bytes:
    """The one JSON form of ASCII strings and integers that hashes agree on (RFC 8785)."""
    raise NotImplementedError


def link(record: AsPlayed, previous_hash: str) -> Linked:
    """The record as a JSON object with its "hash": SHA-256 over the previous hash's bytes and its canonical form."""
    raise NotImplementedError


def batch(chain: str, linked: Iterable[Linked], proof_key: bytes) -> PlayedBatch:
    """Consecutive linked records of one chain, ready to be sent; ValueError if there is none."""
    raise NotImplementedError


class ChainVerdict(StrEnum):
    """What a batch is worth; only APPENDED and NEW_CHAIN bring records, and move the tip."""

    APPENDED = "appended"
    ALREADY_KNOWN = "already_known"
    GAP = "gap"  # records between the tip and the batch have not arrived
    FORK = "fork"  # a genuine batch that does not continue our tip: the endpoint's store was set back, or ours
    NEW_CHAIN = "new_chain"  # the endpoint began anew; the old chain stays as it is
    BAD_HASH = "bad_hash"  # its records do not follow each other
    BAD_RECORD = "bad_record"  # a record is not what the protocol asks for
    BAD_MAC = "bad_mac"  # not by this endpoint


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """The verdict, the records to store, and the tip afterwards: the one to receipt (None: nothing to receipt)."""

    verdict: ChainVerdict
    new: tuple[AsPlayed, ...] = ()
    tip: Tip | None = None
    detail: str = ""


def check(batch: PlayedBatch, tip: Tip | None, proof_key: bytes) -> Checked:
    """What `batch` adds to a chain held up to `tip` (None: nothing is known of this endpoint). Never raises."""
    raise NotImplementedError
