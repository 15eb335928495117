"""Parts that run side by side, and work that must be repeated, are told as one fraction that only grows."""

from threading import Thread

from audio.progress import Progress, tries_of


def test_parts_add_up_by_weight() -> None:
    told: list[float] = []
    progress = Progress(told.append)
    small, large = progress.part(0.25), progress.part(0.75)
    small(1.0)
    large(0.5)
    large(1.0)
    assert told == [0.25, 0.625, 1.0]


def test_small_steps_and_steps_back_are_not_told() -> None:
    told: list[float] = []
    part = Progress(told.append).part(1.0)
    for fraction in (0.5, 0.501, 0.2, 0.6):
        part(fraction)
    assert told == [0.5, 0.6]


def test_every_further_try_fills_most_of_what_is_left() -> None:
    told: list[float] = []
    for report in tries_of(3, told.append):
        report(0.0)
        report(1.0)
    assert told == sorted(told)
    assert told[1] == 0.8
    assert told[-1] < 1.0


def test_parts_report_from_several_threads() -> None:
    told: list[float] = []
    progress = Progress(told.append)
    parts = [progress.part(0.25) for _ in range(4)]
    threads = [Thread(target=lambda part=part: [part(step / 100) for step in range(101)]) for part in parts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert told == sorted(told)
    assert told[-1] > 0.99
