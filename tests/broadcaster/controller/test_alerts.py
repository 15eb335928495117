"""Alerts on the wire: out before everything else, with their audio, for as long as they are in force."""

from datetime import timedelta
from typing import Any

from sqlmodel import Session

from broadcaster.storage.changes import changed
from broadcaster.storage.tables import AlertRow
from devices import topics
from devices.documents import Alerts, Plan
from devices.reports import Want
from devices.topics import DocumentKind
from schedules.notices import NoticeKind, NoticeState
from schedules.places import Level
from schedules.precedence import BroadcastClass, Severity
from tests.broadcaster.controller.post import Post
from tests.broadcaster.county import COUNTY, LIJIA, NOW, add_asset, add_notice, sha256, sound

ALERTS = topics.area_document(COUNTY, DocumentKind.ALERTS)


def send(post: Post, name: str = "alert-1", **members: Any) -> None:
    given: dict[str, Any] = {
        "notice": "flood",
        "version": 1,
        "targets": [COUNTY],
        "klass": BroadcastClass.EMERGENCY,
        "level": Level.COUNTY,
        "severity": Severity.RED,
        "recording": sha256("siren"),
        "duration_ms": 60_000,
        "sent_at": post.now,
        "sent_by": "li",
        "starts": post.now,
        "expires": post.now + timedelta(minutes=30),
    }
    post.change(lambda session: session.add(AlertRow(id=name, **given | members)))
    post.controller.alert(post.moment)


def with_siren(post: Post) -> Post:
    post.shelf[sha256("siren")] = sound("siren")
    return post.change(lambda session: add_asset(session, "siren")).run()


def in_force(post: Post) -> tuple[str, ...]:
    body = post.body(DocumentKind.ALERTS, COUNTY)
    assert isinstance(body, Alerts)
    return tuple(alert.id for alert in body.alerts)


def test_an_alert_is_out_at_once_with_the_shape_of_its_audio(post: Post) -> None:
    with_siren(post).broker.take()
    send(post)
    assert [message.topic for message in post.broker.take()] == [ALERTS, topics.manifest(sha256("siren"))]
    assert in_force(post) == ("alert-1",)


def test_its_audio_goes_out_before_all_other(post: Post) -> None:
    with_siren(post)
    send(post)
    post.tell("li-1", Want(recording=sha256("letter"), base=0, bitmap="c0"))
    post.tell("li-1", Want(recording=sha256("siren"), base=0, bitmap="c0"))
    post.broker.take()
    post.run(2)
    chunks = [message.topic for message in post.broker.take() if message.topic.startswith("ccxm/1/to/")]
    assert [sha256("siren") in topic for topic in chunks] == [True, True, False, False]


def test_it_waits_for_no_planning(post: Post) -> None:
    waiting = []
    post.aside = waiting.append
    with_siren(post.start())
    assert len(waiting) == 1
    send(post)
    assert in_force(post) == ("alert-1",)


def test_a_drawing_that_began_before_it_takes_nothing_of_it_away(post: Post) -> None:
    waiting = []
    post.aside = waiting.append
    with_siren(post.start())
    planner = post.controller._drawing._planner
    plan = planner.plan

    def sent_meanwhile(*arguments):
        sheet = plan(*arguments)
        send(post)
        return sheet

    planner.plan = sent_meanwhile
    post.controller.drawn(waiting[0](), post.moment)
    assert in_force(post) == ("alert-1",)
    assert topics.manifest(sha256("siren")) in post.broker.retained
    post.tell("li-1", Want(recording=sha256("siren"), base=0, bitmap="80")).broker.take()
    post.run(2)
    assert any("ccxm/1/to/li-1" in message.topic for message in post.broker.take())


def test_it_ends_by_itself_also_when_the_controller_was_away_meanwhile(post: Post) -> None:
    with_siren(post)
    send(post)
    post.skip(timedelta(minutes=31)).start().run()
    assert post.body(DocumentKind.ALERTS, COUNTY) == Alerts(stopped=("alert-1",))
    post.skip(timedelta(days=2))
    assert post.body(DocumentKind.ALERTS, COUNTY) == Alerts()
    assert topics.manifest(sha256("siren")) not in post.change(changed).run().broker.retained


def test_one_whose_onset_lies_ahead_is_told_beforehand(post: Post) -> None:
    with_siren(post)
    send(post, starts=NOW + timedelta(hours=1), expires=NOW + timedelta(hours=2))
    (alert,) = post.body(DocumentKind.ALERTS, COUNTY).alerts
    assert alert.starts == NOW + timedelta(hours=1)


def test_one_that_had_expired_before_it_was_sent_is_in_force_nowhere(post: Post) -> None:
    with_siren(post)
    send(post, expires=post.now - timedelta(seconds=1))
    assert in_force(post) == ()


def test_one_that_no_document_can_hold_stops_no_other(post: Post) -> None:
    with_siren(post)
    send(post, "broken", targets=[LIJIA], volume=1000)
    send(post)
    assert in_force(post) == ("alert-1",)
    assert topics.area_document(LIJIA, DocumentKind.ALERTS) not in post.broker.retained


def test_audio_of_a_saved_emergency_is_staged_before_it_is_sent_with_its_end(post: Post) -> None:
    post.shelf |= {sha256(name): sound(name) for name in ("flood", "siren")}

    def save(session: Session) -> None:
        add_asset(session, "siren")
        add_notice(
            session,
            "flood",
            kind=NoticeKind.EMERGENCY,
            klass=BroadcastClass.EMERGENCY,
            state=NoticeState.DRAFT,
            cancel_asset="siren",
            rule=None,
            targets=[LIJIA],
        )

    post.change(save).run()
    plan = post.body(DocumentKind.PLAN, LIJIA)
    assert isinstance(plan, Plan)
    assert [item.recording for item in plan.items] == [sha256("flood"), sha256("siren")]
    assert plan.cues == ()
    assert topics.manifest(sha256("flood")) in post.broker.retained
