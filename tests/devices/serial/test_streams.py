"""Pieces get lost, doubled and disordered; messages arrive once each and in order."""

import random

from hypothesis import given
from hypothesis import strategies as st

from devices.serial.bodies import Ack, HeadPiece, Lane
from devices.serial.streams import MOST_MESSAGE, MOST_WAITING, WINDOW, Inflow, Outflow, Outgoing


def flow(*receivers: int) -> Outflow:
    return Outflow(HeadPiece, Lane.NORMAL, receivers or (1,))


@given(
    sizes=st.lists(st.integers(0, 300), min_size=1, max_size=40),
    seed=st.integers(0, 2**32),
    loss=st.floats(0, 0.7),
    begin=st.sampled_from([0, 65_530]),
)
def test_messages_arrive_once_each_and_in_order(sizes: list[int], seed: int, loss: float, begin: int) -> None:
    chance = random.Random(seed)
    messages = [chance.randbytes(size) for size in sizes]
    outflow, inflow, told, delivered, asked = flow(), Inflow(), [], [], 0
    outflow._number = inflow._following = begin
    outflow._reached[1] = begin
    for ticket, message in enumerate(messages):
        outflow.put(Outgoing(ticket, message))
    while len(delivered) < len(messages):
        pieces = []
        while (piece := outflow.next_piece(64, asked)) is not None:
            pieces += [piece] * chance.choice([1, 1, 2]) if chance.random() >= loss else []
        chance.shuffle(pieces)
        told += [message for piece in pieces for message in inflow.take(piece)]
        asked += 1
        delivered += outflow.acknowledged(1, inflow.ack, asked)
    assert told == messages
    assert delivered == list(range(len(messages)))
    assert outflow.empty


def test_no_more_than_a_window_is_under_way() -> None:
    outflow = flow()
    outflow.put(Outgoing(1, bytes(64 * 40)))
    sent = [outflow.next_piece(64, 1) for _ in range(WINDOW + 1)]
    assert [piece is None for piece in sent] == [False] * WINDOW + [True]


def test_a_piece_that_was_sent_after_the_question_is_not_sent_again() -> None:
    outflow = flow()
    outflow.put(Outgoing(1, b"x"))
    assert outflow.next_piece(64, 8)
    outflow.acknowledged(1, Ack(0), 7)
    assert outflow.next_piece(64, 9) is None
    outflow.acknowledged(1, Ack(0), 9)
    assert outflow.next_piece(64, 10)


def test_the_slowest_receiver_holds_the_window_and_one_that_leaves_does_not() -> None:
    outflow = flow(1, 2)
    outflow.put(Outgoing(1, b"x"))
    outflow.next_piece(64, 1)
    assert outflow.acknowledged(1, Ack(1), 2) == [1]
    assert not outflow.empty
    outflow.leave(2)
    assert outflow.empty


def test_newer_state_takes_the_place_of_older_that_waits() -> None:
    outflow = flow()
    for ticket, content in enumerate([b"plan 1", b"event", b"plan 2"]):
        outflow.put(Outgoing(ticket, content, None if content == b"event" else "plan"))
    pieces = [outflow.next_piece(64, 1) for _ in range(2)]
    assert [piece.content for piece in pieces if piece] == [b"event", b"plan 2"]


def test_after_a_restart_what_had_not_wholly_arrived_is_repeated_from_its_begin() -> None:
    outflow = flow()
    for ticket in range(3):
        outflow.put(Outgoing(ticket, bytes([ticket]) * 100))
    for _ in range(4):
        outflow.next_piece(64, 1)
    outflow.acknowledged(1, Ack(3), 2)
    outflow.restart()
    piece = outflow.next_piece(64, 3)
    assert piece
    assert (piece.number, piece.first, piece.content) == (0, True, bytes([1]) * 64)


def test_the_oldest_message_gives_way_when_too_many_wait() -> None:
    outflow = flow()
    gave_way = [outflow.put(Outgoing(ticket, b"x")) for ticket in range(MOST_WAITING + 1)]
    assert [each.ticket for each in gave_way if each] == [0]


def test_a_message_without_its_begin_and_one_without_end_are_dropped() -> None:
    inflow = Inflow()
    middle = HeadPiece(lane=Lane.NORMAL, number=0, first=False, last=True, content=b"x")
    assert inflow.take(middle) == []
    size = 1_024
    for number in range(1, MOST_MESSAGE // size + 3):
        piece = HeadPiece(lane=Lane.NORMAL, number=number, first=number == 1, last=False, content=bytes(size))
        assert inflow.take(piece) == []
    assert inflow._parts is None
