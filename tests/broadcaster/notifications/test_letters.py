"""From lines of tickets to messages that arrive exactly once."""

import json
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import ClassVar

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from broadcaster.config import Notify
from broadcaster.notifications import letters, post
from broadcaster.notifications.channels import channels
from broadcaster.repairs.causes import Cause
from broadcaster.storage import tickets as kept
from broadcaster.storage.engine import open_database, transaction
from broadcaster.storage.tables import ContactRow, CrewRow, LeaveRow, LetterRow
from broadcaster.tickets import following, orders
from broadcaster.tickets.ticket import Change
from tests.broadcaster.county import TOWN, lay_out
from tests.broadcaster.tickets.workshop import GROUND, HOUR, MINUTE, MONDAY, WORKING, incident


@pytest.fixture
def engine() -> Engine:
    engine = open_database("sqlite://")
    with transaction(engine) as session:
        lay_out(session)
        session.add(ContactRow(name="lead", place=TOWN, part="lead", channels=["hook"]))
    return engine


def put(engine: Engine, change: Change, now: datetime) -> Change:
    with transaction(engine) as session:
        saved = kept.save(session, change, None)
        letters.write(session, WORKING.zone, now)
    return Change(ticket=saved)


def broken(engine: Engine, root: str, now: datetime = MONDAY) -> Change:
    return put(engine, following.begun(incident(Cause.SPEAKER, root), GROUND, now), now)


def written(engine: Engine) -> list[LetterRow]:
    with transaction(engine) as session:
        return list(session.exec(select(LetterRow).order_by(LetterRow.made_at)))


class Receiver(BaseHTTPRequestHandler):
    """Answers 500 while it is `ill`; keeps the keys and bodies of all it was given."""

    ill = True
    asked: ClassVar[list[str]] = []
    taken: ClassVar[list[dict[str, str]]] = []

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        Receiver.asked.append(self.headers["Idempotency-Key"])
        if not Receiver.ill:
            Receiver.taken.append(body)
        self.send_response(500 if Receiver.ill else 200)
        self.end_headers()

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def hook() -> Iterator[str]:
    Receiver.ill, Receiver.asked, Receiver.taken = True, [], []
    server = HTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


def test_a_receiver_that_is_ill_for_half_an_hour_gets_exactly_one_message_later(
    engine: Engine, hook: str
) -> None:
    ways = channels(Notify(channels={"hook": hook}))
    broken(engine, "li-1")
    for minute in range(61):
        Receiver.ill = minute < 30
        post.deliver(engine, ways, MONDAY + minute * MINUTE)
    assert len(Receiver.taken) == 1
    assert len(set(Receiver.asked)) == 1
    assert len(Receiver.asked) > 3
    assert written(engine)[0].sent_at is not None


def test_a_storm_is_one_message_a_person_in_two_minutes(engine: Engine) -> None:
    told: list[post.Letter] = []
    for number in range(40):
        broken(engine, f"li-{number}", MONDAY + timedelta(seconds=number))
        post.deliver(engine, {"hook": told.append}, MONDAY + timedelta(seconds=number))
    post.deliver(engine, {"hook": told.append}, MONDAY + 2 * MINUTE)
    assert [letter.text.count("\n") + 1 for letter in told] == [1, 21]
    assert "… and 19 more." in told[1].text
    assert told[1].title == "News of 39 tickets"


def test_lines_are_told_once_however_often_they_are_looked_at(engine: Engine) -> None:
    broken(engine, "li-1")
    with transaction(engine) as session:
        assert letters.write(session, WORKING.zone, MONDAY) == 0
    assert len(written(engine)) == 1


def test_recovery_is_told_iff_the_problem_was(engine: Engine) -> None:
    known = broken(engine, "li-1")
    put(engine, following.proven(known.ticket, MONDAY + HOUR), MONDAY + HOUR)
    assert len(written(engine)) == 2
    with transaction(engine) as session:
        session.get_one(ContactRow, "lead").enabled = False
    unknown = broken(engine, "li-2", MONDAY + 2 * HOUR)
    with transaction(engine) as session:
        session.get_one(ContactRow, "lead").enabled = True
    put(engine, following.proven(unknown.ticket, MONDAY + 3 * HOUR), MONDAY + 3 * HOUR)
    assert len(written(engine)) == 2


def test_after_a_day_a_message_is_no_news_any_more(engine: Engine) -> None:
    broken(engine, "li-1")
    for minute in range(0, 26 * 60, 5):
        post.deliver(engine, {}, MONDAY + minute * MINUTE)
    (letter,) = written(engine)
    assert (letter.sent_at, letter.next_at) == (None, None)
    assert "no channel hook" in letter.last_error


def test_what_apprise_does_not_know_is_said() -> None:
    letter = post.Letter(key="k" * 32, name="lead", phone="", title="t", text="x")
    with pytest.raises(post.CannotSend, match="nonsense://"):
        channels(Notify(channels={"a": "nonsense://x"}))["a"](letter)


def test_robots_are_told_through_apprise(hook: str) -> None:
    Receiver.ill = False
    address = hook.removeprefix("http://").rstrip("/")
    letter = post.Letter(key="k" * 32, name="lead", phone="", title="Ticket 1", text="amplifier")
    channels(Notify(channels={"a": f"json://{address}"}))["a"](letter)
    assert (Receiver.taken[0]["title"], Receiver.taken[0]["message"]) == ("Ticket 1", "amplifier")


def test_a_gateway_gets_number_text_and_key(hook: str) -> None:
    Receiver.ill = False
    letter = post.Letter(key="k" * 32, name="lead", phone="138", title="t", text="x")
    channels(Notify(sms_gateway=hook))["sms"](letter)
    assert Receiver.taken == [{"id": "k" * 32, "phone": "138", "text": "x"}]


def test_killed_between_sending_and_writing_it_down_it_carries_the_same_key(engine: Engine) -> None:
    told: list[str] = []

    def send_and_die(letter: post.Letter) -> None:
        told.append(letter.key)
        if len(told) == 1:
            raise SystemExit  # kill -9: nothing after this is run

    broken(engine, "li-1")
    with pytest.raises(SystemExit):
        post.deliver(engine, {"hook": send_and_die}, MONDAY)
    assert post.deliver(engine, {"hook": send_and_die}, MONDAY) == 0  # it waits for its next attempt
    for minute in range(10):
        post.deliver(engine, {"hook": send_and_die}, MONDAY + minute * MINUTE)
    assert len(told) == 2
    assert len(set(told)) == 1


def test_quiet_hours_hold_back_what_can_wait_and_not_what_cannot(engine: Engine) -> None:
    with transaction(engine) as session:
        row = session.get_one(ContactRow, "lead")
        row.quiet_hours = [["22:00", "07:00"]]
    night = MONDAY + 14 * HOUR  # 23:00 in the county
    told: list[post.Letter] = []
    broken(engine, "li-1", night)
    post.deliver(engine, {"hook": told.append}, night + HOUR)
    assert told == []
    post.deliver(engine, {"hook": told.append}, night + 8 * HOUR)
    assert len(told) == 1


def test_while_a_crew_is_away_the_letter_goes_to_its_stand_in(engine: Engine) -> None:
    with transaction(engine) as session:
        session.add_all([CrewRow(name="one", place=TOWN, stand_in="two"), CrewRow(name="two", place=TOWN)])
        session.flush()
        session.add(LeaveRow(crew="one", begins=MONDAY, ends=MONDAY + HOUR, reason="training", by="li"))
        for crew in ("one", "two"):
            session.add(ContactRow(name=f"of {crew}", place=TOWN, part="crew", crew=crew, channels=["hook"]))
    given = put(engine, orders.assign(broken(engine, "li-1").ticket, "wang", "one", MONDAY), MONDAY)
    put(engine, orders.assign(given.ticket, "wang", "one", MONDAY), MONDAY + 2 * HOUR)
    assert [letter.contact for letter in written(engine)][1:] == ["of two", "of one"]


def test_many_lines_that_come_at_once_are_one_message(engine: Engine) -> None:
    with transaction(engine) as session:
        for number in range(30):
            kept.save(session, following.begun(incident(Cause.SPEAKER, f"li-{number}"), GROUND, MONDAY), None)
        letters.write(session, WORKING.zone, MONDAY)
    told: list[post.Letter] = []
    for seconds in range(0, 300, 10):
        post.deliver(engine, {"hook": told.append}, MONDAY + timedelta(seconds=seconds))
    assert [letter.title for letter in told] == ["News of 30 tickets"]


def test_the_end_is_told_to_whoever_was_told_in_a_message_that_waited_since_before(engine: Engine) -> None:
    with transaction(engine) as session:
        session.get_one(ContactRow, "lead").quiet_hours = [["22:00", "07:00"]]
    night = MONDAY + 14 * HOUR  # 23:00 in the county
    broken(engine, "li-1", night)
    later = broken(engine, "li-2", night + HOUR)
    (letter,) = written(engine)
    assert len(letter.entries) == 2
    post.deliver(engine, {"hook": lambda _letter: None}, night + 9 * HOUR)
    put(engine, following.proven(later.ticket, night + 10 * HOUR), night + 10 * HOUR)
    assert [each.title for each in written(engine)] == ["News of 2 tickets", "Ticket 2"]


def test_a_way_that_hangs_is_tried_once_and_holds_up_no_other(engine: Engine) -> None:
    tried, told = list[str](), list[str]()

    def hang(letter: post.Letter) -> None:
        tried.append(letter.key)
        raise post.CannotSend("no answer within 15 s")

    with transaction(engine) as session:
        for number, way in enumerate([*["sms"] * 60, "hook"]):
            session.add(
                LetterRow(
                    key=f"{number:032}",
                    contact="lead",
                    channel=way,
                    entries=[],
                    title="",
                    text="",
                    made_at=MONDAY,
                    next_at=MONDAY + timedelta(seconds=number),
                )
            )
    post.deliver(engine, {"sms": hang, "hook": lambda letter: told.append(letter.key)}, MONDAY + HOUR)
    assert (len(tried), len(told)) == (1, 1)
