"""Proofs: as-played batches, checked against each endpoint's chain, stored, and receipted. Nothing is receipted unstored."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col

from broadcaster.controller.publishing import receipt
from broadcaster.storage.engine import among, insert_new_values, upsert_values
from broadcaster.storage.mapping import PLAYED_COLUMNS, played_values
from broadcaster.storage.tables import ChainRow, EndpointRow, PlayedRow
from devices.chain import ChainVerdict, Tip, check
from devices.documents import Receipt
from devices.links import Message
from devices.reports import PlayedBatch
from devices.signing import Signer
from schedules.records import AsPlayed

log = logging.getLogger(__name__)

_SUSPECT = frozenset(
    {ChainVerdict.FORK, ChainVerdict.BAD_HASH, ChainVerdict.BAD_RECORD, ChainVerdict.BAD_MAC}
)

_CHAIN = ("endpoint", "chain", "seq", "hash", "receipt_revision", "faults", "previous_chains")
_NO_TIP = Tip(chain="", seq=0, hash="")
_NONE: tuple[Any, ...] = ("", 0, "", 0, 0, ())  # of an endpoint that has no chain yet


@dataclass(slots=True)
class _Chain:
    """What is known of one endpoint's chain while a transaction lasts."""

    proof_key: bytes
    tip: Tip | None
    receipt_revision: int
    faults: int
    abandoned: list[str]  # chains that the endpoint gave up for a new one
    lacking: Tip | None = None  # where a chain begins of which nothing but later records has arrived


def take(
    session: Session, batches: Iterable[tuple[str, PlayedBatch]], signer: Signer, now: datetime
) -> list[Message]:
    """Stores what the batches (by endpoint, in order of arrival) add; returns the receipts to send after the commit."""
    batches = list(batches)
    chains = _chains(session, {endpoint for endpoint, _ in batches})
    rows: list[tuple[object, ...]] = []
    for endpoint, batch in batches:
        if endpoint in chains:
            rows += [
                played_values(endpoint, batch.chain, record, now)
                for record in _taken(endpoint, batch, chains[endpoint])
            ]
    insert_new_values(session, PlayedRow, PLAYED_COLUMNS, rows)
    receipts = []
    for endpoint, chain in chains.items():
        if (tip := chain.tip or chain.lacking) is not None:
            body = Receipt(chain=tip.chain, seq=tip.seq, hash=tip.hash)
            chain.receipt_revision, message = receipt(endpoint, body, chain.receipt_revision, signer, now)
            receipts.append(message)
    upsert_values(session, ChainRow, _CHAIN, [_values(endpoint, chain) for endpoint, chain in chains.items()])
    return receipts


def _taken(endpoint: str, batch: PlayedBatch, chain: _Chain) -> tuple[AsPlayed, ...]:
    checked = check(batch, chain.tip, chain.proof_key, abandoned=chain.abandoned)
    if checked.verdict in _SUSPECT:
        chain.faults += 1
        facts = {"endpoint": endpoint, "verdict": checked.verdict, "detail": checked.detail}
        log.warning("a batch of as-played records was refused", extra=facts)
    if checked.verdict is ChainVerdict.NEW_CHAIN and chain.tip is not None:
        chain.abandoned.append(chain.tip.chain)
    if checked.new:
        chain.tip = checked.tip
    chain.lacking = checked.tip
    return checked.new


def _chains(session: Session, endpoints: set[str]) -> dict[str, _Chain]:
    keys = among(session, (col(EndpointRow.id), col(EndpointRow.proof_key)), col(EndpointRow.id), endpoints)
    columns = tuple(col(getattr(ChainRow, name)) for name in _CHAIN)
    known = {endpoint: rest for endpoint, *rest in among(session, columns, columns[0], endpoints)}
    return {
        endpoint: _known(bytes.fromhex(key), *known.get(endpoint, _NONE))
        for endpoint, key in sorted(map(tuple, keys))
    }


def _known(
    proof_key: bytes, chain: str, seq: int, last: str, revision: int, faults: int, previous: Iterable[str]
) -> _Chain:
    tip = Tip(chain=chain, seq=seq, hash=last) if chain else None
    return _Chain(proof_key, tip, revision, faults, list(previous))


def _values(endpoint: str, chain: _Chain) -> tuple[object, ...]:
    """The values of the columns in _CHAIN."""
    tip = chain.tip or _NO_TIP
    return (
        endpoint,
        tip.chain,
        tip.seq,
        tip.hash,
        chain.receipt_revision,
        chain.faults,
        chain.abandoned,
    )
