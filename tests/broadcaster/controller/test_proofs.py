"""Proofs: what an endpoint says really sounded is kept once, receipted only when it is safe, and never forged."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import func, select

from broadcaster.storage.tables import ChainRow, EndpointRow, PlayedRow
from devices import sealing, topics
from devices.chain import batch
from devices.documents import Receipt
from devices.reports import PlayedBatch
from devices.topics import DocumentKind
from tests.broadcaster.controller.post import KEYRING, Chain, Post, played

RECEIPT = topics.endpoint_document("li-1", DocumentKind.RECEIPT)


def kept(post: Post, endpoint: str = "li-1") -> list[int]:
    wanted = select(PlayedRow.seq).where(PlayedRow.endpoint == endpoint).order_by(PlayedRow.seq)
    return list(post.ask(lambda session: session.exec(wanted).all()))


def receipts(post: Post) -> list[Receipt]:
    return [
        sealing.unseal(message.payload, KEYRING).body
        for message in post.broker.take()
        if message.topic == RECEIPT
    ]


def faults(post: Post) -> int:
    row = post.ask(lambda session: session.get(ChainRow, "li-1"))
    return row.faults if row else 0


@pytest.fixture
def chain() -> Chain:
    return Chain("li-1").add(*(played(seq) for seq in range(1, 6)))


def test_what_is_stored_is_receipted_with_its_tip(post: Post, chain: Chain) -> None:
    post.run().tell("li-1", chain.batch()).run(1)
    assert kept(post) == [1, 2, 3, 4, 5]
    assert receipts(post) == [Receipt(chain=chain.name, seq=5, hash=chain.tip.hash)]


def test_a_batch_whose_receipt_was_lost_is_receipted_again_and_counted_once(post: Post, chain: Chain) -> None:
    post.run().tell("li-1", chain.batch(1, 3)).run(1)
    assert post.broker.retained.pop(RECEIPT)
    receipts(post)
    for again in (chain.batch(1, 3), chain.batch(1, 5), chain.batch(2, 4)):
        post.tell("li-1", again).run(1)
    assert kept(post) == [1, 2, 3, 4, 5]
    assert [receipt.seq for receipt in receipts(post)] == [3, 5, 5]


@pytest.mark.parametrize("commit", [1, 2])
def test_a_controller_killed_while_it_stores_receipts_nothing_and_the_batch_comes_again(
    post: Post, chain: Chain, commit: int
) -> None:
    post.run().broker.take()
    post.tell("li-1", chain.batch())
    post.dies_before(commit, lambda: post.run(0.5))
    assert (kept(post) == []) is (receipts(post) == [])
    post.start().run().tell("li-1", chain.batch()).run(1)
    assert kept(post) == [1, 2, 3, 4, 5]
    assert receipts(post)[-1].seq == 5


def test_batches_in_any_order_give_the_whole_chain_once_they_are_repeated(post: Post, chain: Chain) -> None:
    post.run()
    for _ in range(3):
        post.tell("li-1", chain.batch(4, 5), chain.batch(2, 3), chain.batch(1, 1)).run(1)
    assert kept(post) == [1, 2, 3, 4, 5]


def test_thirty_days_of_proofs_at_once_are_all_kept(post: Post) -> None:
    chain = Chain("li-1").add(*(played(seq, slot=f"{seq:032x}") for seq in range(1, 30 * 48 + 1)))
    post.run().tell("li-1", *chain.batches()).run(1)
    assert len(kept(post)) == 1440
    assert receipts(post)[-1].seq == 1440


def test_a_forged_batch_is_refused_counted_and_never_receipted(post: Post, chain: Chain) -> None:
    others = batch(chain.name, chain.links, b"\0" * 32)
    bent = PlayedBatch(
        chain=chain.name,
        records=({**chain.links[0], "heard_ms": 1}, *chain.links[1:]),
        mac=chain.batch().mac,
    )
    post.run().tell("li-1", others).run(1).tell("li-1", replace(bent, mac="0" * 64)).run(1)
    assert (kept(post), receipts(post), faults(post)) == ([], [], 2)


def test_a_replayed_old_chain_does_not_come_back(post: Post, chain: Chain) -> None:
    fresh = Chain("li-1", "dec0dedec0dedec0").add(played(1), played(2))
    post.run().tell("li-1", chain.batch()).run(1).tell("li-1", fresh.batch()).run(1)
    assert len(kept(post)) == 7
    post.tell("li-1", chain.batch()).run(1)
    assert receipts(post)[-1].chain == fresh.name
    post.tell("li-1", fresh.add(played(3)).batch(3)).run(1)
    assert receipts(post)[-1] == Receipt(chain=fresh.name, seq=3, hash=fresh.tip.hash)


def test_records_of_an_endpoint_without_secrets_are_not_taken(post: Post, chain: Chain) -> None:
    def retire(session) -> None:
        session.get_one(EndpointRow, "li-1").proof_key = ""

    post.run().change(retire).tell("li-1", chain.batch())
    post.tell("stranger", chain.batch()).run(1)
    assert post.ask(lambda session: session.exec(select(func.count(PlayedRow.seq))).one()) == 0


def test_records_may_be_of_another_age_than_the_receipt(post: Post) -> None:
    chain = Chain("li-1").add(played(1, started=post.now - timedelta(days=40)))
    post.run().tell("li-1", chain.batch()).run(1)
    (row,) = post.ask(lambda session: session.exec(select(PlayedRow)).all())
    assert post.now - row.received_at < timedelta(seconds=5)
