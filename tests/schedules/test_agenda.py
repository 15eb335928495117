"""Which cue starts when on one endpoint, in good days and after outages."""

import time
from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schedules.agenda import ON_TIME, Agenda, Cue, Play, agenda, in_turn, next_play
from schedules.makeup import BREATH
from schedules.slots import Span
from tests.schedules.playing import clock, cue

DAY = (Span(start=clock("06:00"), end=clock("20:00")),)
SECOND = timedelta(seconds=1)


def hourly(
    notice: str = "letter", *, minute: int = 0, spans: tuple[Span, ...] = DAY, **how: int
) -> list[Cue]:
    """A play at every full hour of the day's spans, 14 of them."""
    begin = DAY[0].start + timedelta(minutes=minute)
    return [cue(f"{notice}-{n:02}", begin + timedelta(hours=n), DAY, notice=notice, **how) for n in range(14)]


def times(plays: Iterable[Play]) -> list[str]:
    return [f"{play.when:%H:%M:%S}" for play in plays]


def made_up(found: Agenda) -> list[Play]:
    return [play for play in found.plays if play.made_up]


def after_outage(until: datetime, cues: list[Cue], since: datetime | None = None) -> Agenda:
    """The agenda at `until`, when everything planned before `since` was heard."""
    heard = {c.slot for c in cues if since is not None and c.planned < since}
    return agenda(until, in_turn(cues), settled=heard)


def test_what_is_not_owed_starts_as_planned():
    found = agenda(clock("05:00"), hourly())
    assert [play.when for play in found.plays] == [c.planned for c in hourly()]
    assert (made_up(found), found.too_late, found.no_room) == ([], (), ())


def test_settled_slots_are_not_started_again():
    found = agenda(clock("05:00"), hourly(), settled={c.slot for c in hourly()[:13]})
    assert [play.cue.slot for play in found.plays] == ["letter-13"]


@pytest.mark.parametrize(("late", "when"), [("10:00:00", "10:00:00"), ("10:01:00", "10:01:00")])
def test_a_cue_a_minute_late_still_starts_at_once(late: str, when: str):
    first = after_outage(clock(late), hourly(), since=clock("10:00")).plays[0]
    assert (first.cue.slot, f"{first.when:%H:%M:%S}", first.made_up) == ("letter-04", when, False)


def test_a_cue_more_than_a_minute_late_is_made_up_from_the_next_whole_minute():
    first = after_outage(clock("10:01:01"), hourly(), since=clock("10:00")).plays[0]
    assert (first.cue.slot, f"{first.when:%H:%M:%S}", first.made_up) == ("letter-04", "10:02:00", True)


def test_neighbours_that_come_back_in_the_same_minute_make_up_together():
    one = after_outage(clock("10:20:07"), hourly())
    other = after_outage(clock("10:20:51"), hourly())
    assert [p.when for p in made_up(one)] == [p.when for p in made_up(other)]


def test_case_5_after_three_hours_the_owed_plays_are_spread_over_the_rest_of_the_day():
    found = after_outage(clock("10:30"), hourly(), since=clock("07:30"))
    assert times(made_up(found)) == ["10:30:00", "13:40:00", "16:49:00"]  # even, but for the gap to 17:00
    assert (found.too_late, found.no_room) == ((), ())
    assert [p.when for p in found.plays if not p.made_up] == [c.planned for c in hourly()[5:]]


def days(first: int, last: int) -> list[Cue]:
    """Three plays a day on the days of May, each day with its own window."""
    return [
        cue(
            f"{day}-{hour}",
            clock(f"{hour}:00", day),
            (Span(start=clock("06:00", day), end=clock("20:00", day)),),
        )
        for day in range(first, last + 1)
        for hour in ("09", "12", "15")
    ]


def test_case_5_after_three_days_only_today_is_made_up():
    found = after_outage(clock("12:30", 4), days(1, 5), since=clock("10:00", 1))
    assert times(made_up(found)) == ["12:30:00", "16:15:00"]
    assert {f"{c.planned:%d}" for c in found.too_late} == {"01", "02", "03"}
    assert len(found.too_late) == 8


def test_case_5_after_forty_days_everything_is_too_late():
    found = after_outage(clock("12:00", 10) + timedelta(days=31), days(1, 28))
    assert (found.plays, found.no_room) == ((), ())
    assert len(found.too_late) == 28 * 3


def test_case_6_fifty_missed_items_come_back_without_a_burst():
    cues = [c for n in range(10) for c in hourly(f"notice-{n}", minute=5 * n)[:9]]
    found = after_outage(clock("11:02"), cues, since=clock("06:00"))
    assert len(made_up(found)) == 50 + 1  # 11:00 is just two minutes ago
    for before, after in pairwise(found.plays):
        assert after.when - (before.when + before.cue.duration) >= BREATH
    last_hour = [p for p in made_up(found) if p.when >= clock("19:00")]
    assert 4 <= len(last_hour) <= 8  # an even share would be 51 plays in 9 hours


@pytest.mark.parametrize(("now", "starts"), [("19:59:00", True), ("19:59:01", False)])
def test_case_3_a_play_starts_at_its_windows_last_possible_instant_and_not_later(now: str, starts: bool):
    late = cue("late", clock("19:59:00"), DAY)
    found = agenda(clock(now), (late,))
    assert [p.when for p in found.plays] == ([clock(now)] if starts else [])
    assert found.too_late == (() if starts else (late,))


@pytest.mark.parametrize(("now", "starts"), [("19:58:50", True), ("19:59:00", True), ("19:59:01", False)])
def test_case_3_an_owed_play_uses_the_last_possible_instant(now: str, starts: bool):
    owed = cue("owed", clock("12:00"), DAY)
    found = agenda(clock(now), (owed,))
    assert len(found.plays) == starts
    assert found.too_late == (() if starts else (owed,))


def test_case_3_a_play_starts_at_the_first_instant_of_its_window():
    first = cue("first", clock("06:00"), DAY)
    assert agenda(clock("06:00"), (first,)).plays[0].when == clock("06:00")
    assert agenda(clock("05:59:59"), (first,)).plays[0].when == clock("06:00")


def test_nothing_is_made_up_between_two_windows():
    spans = (
        Span(start=clock("06:00"), end=clock("08:00")),
        Span(start=clock("18:00"), end=clock("20:00")),
    )
    owed = [cue(f"{n}", clock(f"06:{n}0"), spans) for n in range(1, 5)]
    found = after_outage(clock("09:00"), owed)
    assert times(made_up(found)) == ["18:00:00", "18:30:00", "19:00:00", "19:30:00"]
    assert found.plays[-1].playable.not_after == clock("20:00")


def test_what_does_not_fit_is_said_in_advance():
    found = after_outage(clock("19:00"), hourly(gap_s=900))
    assert times(found.plays) == ["19:00:00", "19:16:00", "19:32:00", "19:48:00"]
    assert len(found.no_room) == 10
    assert found.too_late == ()


def test_a_made_up_play_keeps_the_minimum_gap_to_the_regular_and_the_last_play_of_its_notice():
    cues = hourly(gap_s=1500)
    found = agenda(
        clock("10:01"),
        cues,
        settled={c.slot for c in cues[1:5]},
        last_ended={"letter": clock("10:01")},
    )
    assert times(made_up(found)) == ["10:26:00"]
    found = agenda(
        clock("10:01"),
        cues,
        settled={c.slot for c in cues[1:5]},
        last_ended={"letter": clock("10:20")},  # by a clock that has been set back since
    )
    assert times(made_up(found)) == ["10:01:00"]


def test_a_fixed_cue_starts_late_or_not_at_all():
    relay = cue("relay", clock("06:30"), DAY, fixed=True, latest=clock("06:36"))
    late = agenda(clock("06:33:20"), (relay,)).plays
    assert [(p.when, p.made_up) for p in late] == [(clock("06:33:20"), True)]
    assert agenda(clock("06:35:01"), (relay,)).too_late == (relay,)


def test_while_the_output_is_busy_a_cue_waits_or_is_owed():
    cues = hourly()
    siren = Span(start=clock("09:59"), end=clock("10:00:40"))
    waits = agenda(clock("09:59:30"), cues, settled={c.slot for c in cues[:4]}, busy=(siren,))
    assert (waits.plays[0].when, waits.plays[0].made_up) == (siren.end, False)
    speech = Span(start=clock("09:59"), end=clock("10:05"))
    owed = agenda(clock("09:59:30"), cues, settled={c.slot for c in cues[:4]}, busy=(speech,))
    assert [p.cue.slot for p in made_up(owed)] == ["letter-04"]
    assert made_up(owed)[0].when >= speech.end + BREATH


def test_a_promise_stands_however_often_the_agenda_is_asked():
    cues = hourly()
    first = after_outage(clock("10:30"), cues)
    promised = dict(first.promised)
    for minute in range(31, 59):
        now = clock(f"10:{minute}:20")
        played = {slot for slot, when in promised.items() if when < now}
        assert played == {"letter-00"}
        again = agenda(now, cues, settled=played, promised=promised, last_ended={"letter": clock("10:31")})
        assert again.promised == {slot: promised[slot] for slot in promised if slot not in played}


def test_a_promise_stands_although_every_play_ends_a_little_late():
    cues = in_turn(hourly("a", gap_s=60) + hourly("b", minute=2, gap_s=60) + hourly("c", minute=4, gap_s=60))
    settled: set[str] = set()
    now, last_ended, times_told = clock("13:01:30"), {}, {}
    promised = first = agenda(now, cues).promised
    while (found := agenda(now, cues, settled=settled, last_ended=last_ended, promised=promised)).plays:
        promised, play = found.promised, found.plays[0]
        times_told[play.cue.slot] = play.when
        settled.add(play.cue.slot)
        now = last_ended[play.cue.notice] = play.when + play.cue.duration + 2 * SECOND
    assert len(first) == 22
    assert all(timedelta() <= times_told[slot] - when <= ON_TIME for slot, when in first.items())


@pytest.mark.parametrize(
    ("back", "heard", "starts"),
    [("10:00:30", False, "10:00:30"), ("10:02:30", False, "10:03:00"), ("10:02:30", True, "11:00:00")],
)
def test_case_4_an_endpoint_killed_around_a_play_sounds_it_once(back: str, heard: bool, starts: str):
    cues = hourly()
    settled = {c.slot for c in cues if c.planned < clock("10:00")}
    found = agenda(clock(back), cues, settled=settled | ({"letter-04"} if heard else set()))
    assert times(found.plays)[0] == starts


def test_a_broken_promise_is_made_anew():
    cues = hourly()
    first = after_outage(clock("10:30"), cues)
    later = agenda(clock("15:10"), cues, settled={c.slot for c in cues[5:]}, promised=first.promised)
    assert len(made_up(later)) == 5
    assert min(later.promised.values()) == clock("15:10")


def test_two_endpoints_with_the_same_cues_in_any_order_agree():
    cues = hourly("a") + hourly("b", minute=10)
    assert after_outage(clock("12:00"), cues) == after_outage(clock("12:00"), cues[::-1])


def test_the_higher_precedence_is_in_turn_first():
    same = [cue("x", clock("09:00"), DAY, notice="b"), cue("y", clock("09:00"), DAY, notice="a")]
    assert [c.notice for c in in_turn(same)] == ["a", "b"]


def test_three_hundred_cues_take_milliseconds():
    cues = in_turn(c for n in range(20) for c in hourly(f"notice-{n}", minute=2 * n, seconds=50))

    def took_ms(now: datetime) -> float:
        begun = time.process_time()
        agenda(now, cues)
        return (time.process_time() - begun) * 1000

    assert min(took_ms(clock("05:00")) for _ in range(5)) < 10
    assert min(took_ms(clock("09:30")) for _ in range(5)) < 50
    begun = time.process_time()
    for _ in range(100):
        next_play(clock("05:00"), cues)
    assert (time.process_time() - begun) * 10 < 0.3


@st.composite
def boards(draw: st.DrawFn) -> tuple[datetime, list[Cue], dict[str, object]]:
    """What an endpoint may hold at some time of a day: regular plays that do not overlap, some settled."""
    cues: list[Cue] = []
    begin = clock("06:00")
    for _ in range(draw(st.integers(1, 25))):
        begin += timedelta(minutes=draw(st.integers(0, 90)))
        seconds = draw(st.sampled_from([20, 60, 300]))
        notice = draw(st.sampled_from("abc"))
        morning = Span(start=clock("06:00"), end=max(clock("11:00"), begin + timedelta(minutes=5)))
        evening = Span(start=morning.end + timedelta(hours=2), end=morning.end + timedelta(hours=6))
        spans = draw(st.sampled_from([(morning,), (morning, evening)]))
        fixed = draw(st.integers(0, 9)) == 0
        cues.append(
            cue(
                f"{notice}{len(cues)}",
                begin,
                spans,
                notice=notice,
                seconds=seconds,
                gap_s={"a": 0, "b": 300, "c": 1800}[notice],
                fixed=fixed,
                latest=begin + timedelta(seconds=seconds + 300) if fixed else None,
            )
        )
        begin += timedelta(seconds=seconds)
    now = clock("06:00") + timedelta(seconds=draw(st.integers(0, 14 * 3600)))
    settled = frozenset(c.slot for c in cues if c.planned < now and draw(st.booleans()))
    busy_s = draw(st.integers(0, 900))
    busy = (Span(start=now - 5 * SECOND, end=now + busy_s * SECOND),) if busy_s else ()
    last = {
        n: now - timedelta(seconds=draw(st.integers(0, 3600))) for n in draw(st.sets(st.sampled_from("abc")))
    }
    return now, cues, {"settled": settled, "busy": busy, "last_ended": last}


def inside(play: Play) -> bool:
    """Whether it sounds inside one of its spans and before its latest."""
    end = play.when + play.cue.duration
    return end <= play.cue.latest and any(s.start <= play.when and end <= s.end for s in play.cue.spans)


@settings(max_examples=150, deadline=None)
@given(boards())
def test_every_cue_is_in_one_place_and_every_play_where_it_may_be(board):
    now, cues, held = board
    found = agenda(now, cues, **held)
    places = [p.cue.slot for p in found.plays] + [c.slot for c in (*found.too_late, *found.no_room)]
    assert sorted(places) == sorted(c.slot for c in cues if c.slot not in held["settled"])
    assert all(inside(play) and play.when >= now for play in found.plays)
    assert all(not c.room_from(now) for c in found.too_late)
    for play in found.plays:
        if not play.made_up:
            assert timedelta() <= play.when - play.cue.planned <= ON_TIME


@settings(max_examples=150, deadline=None)
@given(boards())
def test_made_up_plays_keep_their_distance(board):
    now, cues, held = board
    plays = agenda(now, cues, **held).plays
    for before, after in pairwise(plays):
        assert after.when >= before.when + before.cue.duration
    for play in plays:
        if play.made_up and not play.cue.fixed:
            assert all(apart(play, other) for other in plays if other is not play)


def apart(play: Play, other: Play) -> bool:
    """Whether a made-up play keeps the breath and, to its own notice, the gap."""
    gap = play.cue.gap_s * SECOND if other.cue.notice == play.cue.notice else BREATH
    silence = max(gap, BREATH)
    after = other.when >= play.when + play.cue.duration + silence
    return after or play.when >= other.when + other.cue.duration + silence


@settings(max_examples=150, deadline=None)
@given(boards())
def test_what_has_no_room_fits_nowhere(board):
    now, cues, held = board
    found = agenda(now, cues, settled=held["settled"])
    for lost in found.no_room:
        ends = [p.when + p.cue.duration for p in found.plays]
        starts = [end + silence for end in ends for silence in (BREATH, lost.gap_s * SECOND)]
        for start in [span.start for span in lost.room_from(now + BREATH)] + starts:
            play = Play(when=start, cue=lost, made_up=True)
            free = start >= now + BREATH and inside(play) and all(apart(play, p) for p in found.plays)
            assert lost.fixed or not free


@settings(max_examples=150, deadline=None)
@given(boards())
def test_the_next_play_is_the_agendas_first(board):
    now, cues, held = board
    plays = agenda(now, in_turn(cues), **held).plays
    assert next_play(now, in_turn(cues), **held) == (plays[0] if plays else None)


@settings(max_examples=100, deadline=None)
@given(boards(), st.integers(1, 90))
def test_an_endpoint_that_looks_again_and_again_plays_what_it_first_promised(board, every_minutes):
    now, cues, held = board
    settled, last_ended = set(held["settled"]), dict(held["last_ended"])
    first = agenda(now, cues, **held | {"busy": ()})
    promised, played = first.promised, []
    while (found := agenda(now, cues, settled=settled, last_ended=last_ended, promised=promised)).plays:
        promised, play = found.promised, found.plays[0]
        look = now + timedelta(minutes=every_minutes)
        if look < play.when:
            now = look
            continue
        played.append(play)
        settled.add(play.cue.slot)
        now = last_ended[play.cue.notice] = play.when + play.cue.duration
    assert tuple(played) == first.plays


@settings(max_examples=100, deadline=None)
@given(
    st.integers(1, 30),
    st.sampled_from([20, 60, 400]),
    st.sampled_from([0, 60, 300, 2000]),
    st.integers(0, 840),
)
def test_as_many_are_made_up_as_fit(owed, seconds, gap_s, minutes):
    now = clock("06:00") + timedelta(minutes=minutes)
    cues = [cue(f"{n:02}", clock("05:00"), DAY, seconds=seconds, gap_s=gap_s) for n in range(owed)]
    cues = [c for c in cues if now > c.planned + ON_TIME]
    room = (DAY[0].end - now).total_seconds() - seconds
    fit = 0 if room < 0 else int(room // (seconds + max(gap_s, 60))) + 1
    found = agenda(now, cues)
    assert len(found.plays) == min(owed, fit)
    assert len(found.no_room) + len(found.too_late) == owed - min(owed, fit)
