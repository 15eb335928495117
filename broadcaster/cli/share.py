"""Shares as people see them in lists: a bar of braille, one cell wide in every terminal, and a percentage."""

BAR_CELLS = 12


def bar(share: float, of: float) -> str:
    """`share` as part of `of`, in half cells."""
    halves = round(2 * BAR_CELLS * share / of) if of > 0 else 0
    return "⣿" * (halves // 2) + "⡇" * (halves % 2)


def percent(reached: int, all_of_them: int = 100) -> str:
    """Rounded down: only what is complete is 100 %."""
    return f"{bar(reached, all_of_them)} {100 * reached // max(all_of_them, 1)} %".lstrip()
