"""What hubs say of their lines: who answers, where noise began, and between whom a joint corrodes."""

from broadcaster.repairs.taps import Taps, worn_after
from devices.reports import LineReport, TapReport


def line(
    seq: int = 1, *, calm: tuple[int, ...] = (255, 255, 255), there: int = 3, garbled: int = 0
) -> LineReport:
    """A report of a line of three; those beyond `there` have been lost for 50 s."""
    taps = tuple(
        TapReport(
            endpoint=f"s-{n}",
            address=n,
            position=n,
            there=n <= there,
            silent_s=2 if n <= there else 50,
            calm=each,
        )
        for n, each in enumerate(calm, 1)
    )
    return LineReport(boot="0" * 8, seq=seq, line="east", open=True, baud=9600, garbled=garbled, taps=taps)


def test_who_was_heard_after_an_instant_answers_and_the_lost_do_not() -> None:
    taps = Taps()
    taps.told(line(there=2), 100.0)
    assert [taps.answers(f"s-{n}", 90.0) for n in (1, 2, 3)] == [True, True, False]
    assert not taps.answers("s-1", 99.0)
    assert not taps.answers("nobody", 0.0)
    assert taps.lost("east") == ("s-3",)


def test_an_older_report_that_comes_late_says_nothing() -> None:
    taps = Taps()
    taps.told(line(2, there=1), 100.0)
    taps.told(line(1, there=3), 101.0)
    assert taps.lost("east") == ("s-2", "s-3")


def test_noise_counts_where_it_began_and_had_not_been_before() -> None:
    for always, is_news in ((0, True), (100, False)):
        taps, garbled = Taps(), 0
        for minute in range(20):
            garbled += 100 if minute >= 15 else always
            taps.told(line(minute + 1, garbled=garbled), 60.0 * minute)
        assert taps.is_noisy("east", 15 * 60.0) is is_news
        assert not taps.is_noisy("east", 8 * 60.0)


def test_a_line_that_is_noisy_from_one_tap_on_is_worn_before_it() -> None:
    assert worn_after(line(calm=(200, 190, 60))) == ("s-2", "s-3")
    assert worn_after(line(calm=(60, 190, 60))) is None
    assert worn_after(line(calm=(60, 60, 60))) is None
    assert worn_after(line(calm=(255, 255, 230))) is None
    assert worn_after(line(calm=(255,))) is None
