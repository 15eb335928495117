"""The chain (记录链): as-played records that cannot be lost, doubled, reordered or forged unnoticed.

A record is a JSON object of ASCII strings and whole numbers. Its hash covers the hash of the record before; an HMAC
over the last hash of a batch proves the endpoint. The controller keeps the tip, the last record stored, of each
endpoint and says it in a receipt. Whatever does not continue the tip is answered with that receipt again, and the
endpoint mends it: it sends again from there or, where it cannot (the records are gone, or the tip is not of its
making), begins a new chain with the records that no receipt covered.
"""

import hashlib
import hmac
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from devices.epoch import from_ms, to_ms
from devices.errors import BadReport
from devices.reports import Boot, Natural, Ordinal, Percent, PlayedBatch, Sha256
from schedules.records import AsPlayed, ClockQuality, MissedBecause, Result

Linked = dict[str, object]
"""A record as a JSON object, its "hash" included."""

_PLAIN = frozenset((int, str))

_Ascii = Annotated[str, Meta(pattern=r"^[!-~]{1,64}\Z")]


class _Members(msgspec.Struct, omit_defaults=True, kw_only=True):
    """The members of a record on the wire, in the order of their names: as they stand, they encode canonically."""

    alert: _Ascii | None = None
    because: MissedBecause | None = None
    boot: Boot
    clock: ClockQuality
    ended_ms: Natural | None = None
    full_ms: Natural
    hash: Any = None
    heard_ms: Natural
    notice: _Ascii
    recording: Sha256 | None = None
    result: Result
    seq: Ordinal
    slot: Annotated[str, Meta(pattern=r"^[0-9a-f]{32}\Z")] | None = None
    started_ms: Natural | None = None
    version: Natural
    volume: Percent


class Tip(Struct, frozen=True, kw_only=True, gc=False):
    """The last record of a chain that somebody holds; seq 0 with the genesis hash: a chain without records."""

    chain: str  # 16 hex digits
    seq: int
    hash: str  # SHA-256, hex


def genesis(chain: str) -> str:
    """The hash before the first record of `chain`."""
    return hashlib.sha256(b"ccx/1 chain " + chain.encode()).hexdigest()


def record_to_text(record: AsPlayed) -> str:
    """The canonical form of its members: ASCII strings and whole numbers, None left out; times in ms, cut, not rounded.

    Raises BadReport.
    """
    return _encoded(_members(record)).decode()


def _members(record: AsPlayed) -> _Members:
    return _Members(
        seq=record.seq,
        slot=record.slot,
        alert=record.alert,
        notice=record.notice,
        version=record.version,
        recording=record.recording,
        started_ms=None if record.started is None else to_ms(record.started),
        ended_ms=None if record.ended is None else to_ms(record.ended),
        heard_ms=record.heard_ms,
        full_ms=record.full_ms,
        result=record.result,
        because=record.because,
        volume=record.volume,
        clock=record.clock,
        boot=record.boot,
    )


def _encoded(members: _Members) -> bytes:
    encoded = msgspec.json.encode(members)
    return encoded if encoded.isascii() else canonical(msgspec.to_builtins(members))


def record_from_json(members: Linked) -> AsPlayed:
    """The record; its "hash", and members that we do not know, are passed over. Raises BadReport."""
    try:
        read = msgspec.convert(members, _Members)
        if (read.slot is None) == (read.alert is None):
            raise ValueError("expected either slot or alert")
        return AsPlayed(
            seq=read.seq,
            slot=read.slot,
            alert=read.alert,
            notice=read.notice,
            version=read.version,
            recording=read.recording,
            started=None if read.started_ms is None else from_ms(read.started_ms),
            ended=None if read.ended_ms is None else from_ms(read.ended_ms),
            heard_ms=read.heard_ms,
            full_ms=read.full_ms,
            result=read.result,
            because=read.because,
            volume=read.volume,
            clock=read.clock,
            boot=read.boot,
        )
    except ValueError as problem:
        raise BadReport(f"as-played record {members.get('seq')}: {problem}") from None


def canonical(members: Linked) -> bytes:
    """The one JSON form of ASCII strings and whole numbers that hashes agree on (RFC 8785). Raises BadReport."""
    if _PLAIN.issuperset(map(type, members.values())):
        encoded = msgspec.json.encode(members, order="sorted")
        if encoded.isascii():
            return encoded
    for name, value in members.items():
        plain = type(value) is int or (isinstance(value, str) and value.isascii())
        if not (plain and name.isascii()):
            raise BadReport(f"as-played record: member {name!r} is neither ASCII text nor a whole number")
    return msgspec.json.encode(members, order="sorted")


def link(record: AsPlayed, previous_hash: str) -> Linked:
    """The record as a JSON object with its "hash"; `previous_hash` is the genesis for the first."""
    members = _members(record)
    unlinked: Linked = msgspec.to_builtins(members)
    return {**unlinked, "hash": _hash(_encoded(members), previous_hash)}


def link_text(record: AsPlayed, previous_hash: str) -> tuple[str, str]:
    """Its hash, and the canonical form of what `link` gives. Raises BadReport."""
    members = _members(record)
    members.hash = hashed = _hash(_encoded(members), previous_hash)
    return hashed, _encoded(members).decode()


def undamaged(texts: Iterable[str]) -> list[AsPlayed]:
    """Of consecutive records as `link_text` gave them: those that a disk has not changed since, as far as it can be seen."""
    records, before = [], None
    for text in texts:
        try:
            linked = msgspec.json.decode(text, type=Linked)
            record, hashed = record_from_json(linked), str(linked["hash"])
            if before is None or hashed == _hash_of(linked, before):
                records.append(record)
            before = hashed
        except (msgspec.MsgspecError, BadReport, KeyError, ValueError):
            before = None
    return records


def batch(chain: str, linked: Iterable[Linked], proof_key: bytes) -> PlayedBatch:
    """Consecutive linked records of one chain, ready to be sent; ValueError if there is none."""
    records = tuple(linked)
    if not records:
        raise ValueError(f"batch of chain {chain}: expected at least one record")
    return PlayedBatch(chain=chain, records=records, mac=_mac(chain, str(records[-1]["hash"]), proof_key))


def _hash_of(linked: Linked, previous_hash: str) -> str:
    """What its hash has to be; members that we do not know count."""
    unhashed = {name: value for name, value in linked.items() if name != "hash"}
    return _hash(canonical(unhashed), previous_hash)


def _hash(unhashed: bytes, previous_hash: str) -> str:
    """SHA-256 over the previous hash's bytes and the canonical form of a record without its own hash."""
    return hashlib.sha256(bytes.fromhex(previous_hash) + unhashed).hexdigest()


def _mac(chain: str, last_hash: str, proof_key: bytes) -> str:
    return hmac.digest(proof_key, bytes.fromhex(chain + last_hash), "sha256").hex()


class ChainVerdict(StrEnum):
    """What a batch is worth; only APPENDED and NEW_CHAIN bring records, and move the tip."""

    APPENDED = "appended"
    ALREADY_KNOWN = "already_known"
    GAP = "gap"  # records between the tip and the batch have not arrived
    FORK = "fork"  # genuine, but not from our tip on: the endpoint's store was set back, or ours
    NEW_CHAIN = "new_chain"  # the endpoint began anew; the old chain stays as it is
    BAD_HASH = "bad_hash"  # its records do not follow each other
    BAD_RECORD = "bad_record"  # a record is not what the protocol asks for
    BAD_MAC = "bad_mac"  # not by this endpoint


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """The verdict, the records to store, and the tip to keep and to receipt afterwards, whatever the verdict.

    The tip is None only where nothing genuine ever came of this endpoint.
    """

    verdict: ChainVerdict
    new: tuple[AsPlayed, ...] = ()
    tip: Tip | None
    detail: str = ""


def check(
    batch: PlayedBatch, tip: Tip | None, proof_key: bytes, *, abandoned: Collection[str] = ()
) -> Checked:
    """What `batch` adds to what is held up to `tip` (None: nothing is known of this endpoint). Never raises.

    `abandoned`: chains of this endpoint that a new chain replaced; they do not come back.
    """
    try:
        return _checked(batch, tip, proof_key, abandoned)
    except (BadReport, ValueError) as problem:
        return Checked(verdict=ChainVerdict.BAD_RECORD, tip=tip, detail=str(problem))


def _checked(batch: PlayedBatch, tip: Tip | None, proof_key: bytes, abandoned: Collection[str]) -> Checked:
    hashes = [str(linked.get("hash")) for linked in batch.records]
    if not hmac.compare_digest(_mac(batch.chain, hashes[-1], proof_key).encode(), batch.mac.encode()):
        return Checked(
            verdict=ChainVerdict.BAD_MAC, tip=tip, detail=f"chain {batch.chain}, last hash {hashes[-1]}"
        )
    records = [record_from_json(linked) for linked in batch.records]
    broken = _first_broken(batch.records, records)
    if broken is not None:
        return Checked(verdict=ChainVerdict.BAD_HASH, tip=tip, detail=f"chain {batch.chain}, {broken}")
    if batch.chain in abandoned:
        return Checked(verdict=ChainVerdict.FORK, tip=tip, detail=f"chain {batch.chain} was given up before")
    return _against(batch, records, tip)


def _first_broken(linked: Sequence[Linked], records: Sequence[AsPlayed]) -> str | None:
    """Where a batch is no chain in itself; the hash of its first record only the tip can tell."""
    for (before, this), (last, record) in zip(pairwise(linked), pairwise(records), strict=True):
        if record.seq != last.seq + 1:
            return f"record {record.seq} comes after {last.seq}"
        if this.get("hash") != _hash_of(this, str(before.get("hash"))):
            return f"record {record.seq} has not the hash of its members"
    return None


def _against(batch: PlayedBatch, records: list[AsPlayed], tip: Tip | None) -> Checked:
    """A sound batch against what is held of its chain."""
    held = tip if tip is not None and tip.chain == batch.chain else None
    held = held or Tip(chain=batch.chain, seq=0, hash=genesis(batch.chain))
    first, last = records[0].seq, records[-1].seq
    if first > held.seq + 1:
        missing = f"chain {batch.chain}: records {held.seq + 1} to {first - 1} have not arrived"
        return Checked(verdict=ChainVerdict.GAP, tip=tip or held, detail=missing)
    if last < held.seq:
        return Checked(verdict=ChainVerdict.ALREADY_KNOWN, tip=tip)
    known = held.seq - first + 1  # how many of the batch are held already
    if known == 0:
        agrees = batch.records[0].get("hash") == _hash_of(batch.records[0], held.hash)
    else:
        agrees = batch.records[known - 1].get("hash") == held.hash
    if not agrees:
        detail = f"chain {batch.chain} does not continue record {held.seq} with hash {held.hash}"
        return Checked(verdict=ChainVerdict.FORK, tip=tip, detail=detail)
    if first + known > last:
        return Checked(verdict=ChainVerdict.ALREADY_KNOWN, tip=tip)
    return Checked(
        verdict=ChainVerdict.APPENDED if held is tip else ChainVerdict.NEW_CHAIN,
        new=tuple(records[known:]),
        tip=Tip(chain=batch.chain, seq=last, hash=str(batch.records[-1]["hash"])),
    )
