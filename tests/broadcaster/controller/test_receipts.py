"""Receipts: what an endpoint is told of its records, also when some were lost on the way."""

from devices import topics
from devices.chain import genesis
from devices.documents import Receipt
from devices.topics import DocumentKind
from tests.broadcaster.controller.post import Chain, Post, played


def test_a_first_batch_that_comes_after_a_lost_one_is_answered_with_the_beginning_of_its_chain(
    post: Post,
) -> None:
    chain = Chain("li-1").add(played(1), played(2, slot="cd" * 16))
    post.run(1)
    post.tell("li-1", chain.batch(2)).run(1)
    receipt = post.document(topics.endpoint_document("li-1", DocumentKind.RECEIPT)).body
    assert receipt == Receipt(chain=chain.name, seq=0, hash=genesis(chain.name))
    post.tell("li-1", chain.batch()).run(1)
    told = post.document(topics.endpoint_document("li-1", DocumentKind.RECEIPT)).body
    assert isinstance(told, Receipt)
    assert told.seq == 2
