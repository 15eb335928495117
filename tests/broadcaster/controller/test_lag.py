"""What an endpoint lacks is said again without a person, and not for ever at the same pace."""

from datetime import timedelta

from devices import topics
from devices.reports import Want
from devices.topics import DocumentKind
from tests.broadcaster.controller.post import Post, heartbeat
from tests.broadcaster.county import COUNTY, LIJIA, add_notice, sha256, sound

PLAN = topics.area_document(COUNTY, DocumentKind.PLAN)


def held(post: Post, without: str = "") -> dict[str, int]:
    """What a heartbeat says of an endpoint that holds everything but one document."""
    state = {
        topic: post.document(topic).header.revision for topic in post.broker.retained if "/area/" in topic
    }
    return {topic.removeprefix("ccx/1/"): revision for topic, revision in state.items() if topic != without}


def said_again(post: Post, seq: int, without: str = "") -> list[str]:
    post.broker.take()
    post.tell("li-1", heartbeat(seq, held=held(post, without))).run(1)
    return [message.topic for message in post.broker.take() if message.retain]


def test_who_holds_everything_is_told_nothing(post):
    post.run(60)
    assert said_again(post, 1) == []


def test_a_document_that_is_not_held_is_said_again(post):
    post.run(60)
    assert said_again(post, 1, without=PLAN) == [PLAN]


def test_a_document_on_its_way_is_waited_for(post):
    post.run(5)
    assert said_again(post, 1, without=PLAN) == []


def test_a_document_that_does_not_help_is_said_ever_more_seldom(post):
    post.run(60)
    times = []
    for minute in range(60):
        post.skip(timedelta(seconds=53))
        if said_again(post, minute + 1, without=PLAN):
            times.append(minute)
    assert len(times) == 6
    assert times[-1] - times[-2] > times[1] - times[0]


def test_a_document_that_was_issued_since_the_last_look_is_lacked_too(post):
    post.run(60)
    assert said_again(post, 1) == []
    before = held(post)
    post.change(lambda session: add_notice(session, "second")).shelf[sha256("second")] = sound("second")
    post.run(90).broker.take()
    post.tell("li-1", heartbeat(2, held=before)).run(1)
    assert [message.topic for message in post.broker.take() if message.retain] == [PLAN]


def test_documents_of_other_places_are_nobodys_lag(post):
    post.run(60)
    assert topics.area_document(LIJIA, DocumentKind.SETTINGS) not in said_again(post, 1)


def test_a_manifest_that_did_not_come_is_said_again_when_it_is_asked_for(post):
    post.run(60)
    post.broker.take()
    wanted = Want(recording=sha256("letter"), base=0, bitmap="", have_manifest=False)
    post.tell("li-1", wanted, wanted).tell("li-2", wanted).run(1)
    assert [m.topic for m in post.broker.take() if m.retain] == [topics.manifest(sha256("letter"))]


def test_a_manifest_of_what_no_plan_names_is_not_said(post):
    post.run(60)
    post.broker.take()
    post.tell("li-1", Want(recording=sha256("other"), base=0, bitmap="", have_manifest=False)).run(1)
    assert [m for m in post.broker.take() if m.retain] == []
