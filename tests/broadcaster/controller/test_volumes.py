"""Volumes put back: the endpoint's settings are said again with a new revision, and the trail tells of it."""

from dataclasses import dataclass, field

import pytest
from sqlalchemy.exc import OperationalError

from broadcaster.controller import volumes
from broadcaster.controller.core import Controller
from broadcaster.controller.media import Media
from broadcaster.people import audit
from broadcaster.repairs.rules import PutBack
from broadcaster.storage.tables import EndpointRow
from broadcaster.trail import CONTROLLER
from devices import topics
from devices.documents import Settings
from devices.links import Message
from devices.topics import DocumentKind
from tests.broadcaster.controller.post import SIGNER, IdleRepairs, Post

TURNED = PutBack(endpoint="li-1", actual=20, ordered=70)
TOPIC = topics.endpoint_document("li-1", DocumentKind.SETTINGS)


@dataclass
class Hands(IdleRepairs):
    """Repairs that only see hands at volumes."""

    turned: list[PutBack] = field(default_factory=list)

    def to_put_back(self) -> tuple[PutBack, ...]:
        taken, self.turned = tuple(self.turned), []
        return taken


@pytest.fixture
def hands(post: Post) -> Hands:
    hands = Hands()
    post.controller = Controller(
        engine=post.engine,
        link=post.broker,
        signer=SIGNER,
        media=Media(post.shelf),
        habits=post.habits,
        repairs=hands,
    )
    post.controller.connected(post.moment)
    post.run(60)
    return hands


def said(post: Post) -> list[Message]:
    return [message for message in post.broker.take() if message.retain]


def test_settings_are_said_again_and_the_trail_tells_of_it(post: Post, hands: Hands) -> None:
    said(post)
    hands.turned = [TURNED]
    post.run(2)
    assert [message.topic for message in said(post)] == [TOPIC]
    assert post.document(TOPIC).body == Settings()
    (row,) = post.ask(lambda session: audit.entries(session, subject="li-1"))
    assert (row.who, row.parameters) == (CONTROLLER, {"actual": 20, "ordered": 70})


def test_its_own_volume_is_said_again_with_a_higher_revision(post: Post, hands: Hands) -> None:
    post.change(lambda session: setattr(session.get(EndpointRow, "li-1"), "volume", 45))
    revisions = []
    for _ in range(2):
        hands.turned = [TURNED]
        post.run(2)
        assert post.document(TOPIC).body == Settings(volume=45)
        revisions.append(post.document(TOPIC).header.revision)
    assert revisions[0] < revisions[1]


def test_what_was_said_again_is_left_as_it_is(post: Post, hands: Hands) -> None:
    hands.turned = [TURNED]
    revision = post.run(2).document(TOPIC).header.revision
    post.controller.look(post.moment)
    assert post.run(60).document(TOPIC).header.revision == revision


def test_a_database_that_is_locked_puts_it_off(post: Post, hands: Hands, monkeypatch) -> None:
    def locked(*_: object) -> list[Message]:
        raise OperationalError("locked", {}, Exception())

    hands.turned = [TURNED]
    with monkeypatch.context() as patched:
        patched.setattr(volumes, "put_back", locked)
        with pytest.raises(OperationalError):
            post.run(2)
    post.run(2)
    assert TOPIC in post.broker.retained


def test_who_is_not_registered_any_more_is_left_alone(post: Post, hands: Hands) -> None:
    hands.turned = [PutBack(endpoint="gone", actual=20, ordered=70), TURNED]
    said(post)
    post.run(2)
    assert [message.topic for message in said(post)] == [TOPIC]
