"""Pinyin initials: 石桥村 is found by sqc, as people type it."""

from functools import lru_cache


@lru_cache(maxsize=20_000)
def initials(text: str) -> frozenset[str]:
    """The initials of a text, in every reading that its characters have alone; few, because readings multiply."""
    from pypinyin import Style, pinyin

    rows: list[str] = [""]
    for readings in pinyin(text, style=Style.FIRST_LETTER, heteronym=True):
        letters = dict.fromkeys(reading[:1].lower() for reading in readings if reading)
        rows = [row + letter for row in rows[:8] for letter in letters] or rows
    return frozenset(rows)


def matches(search: str, text: str) -> bool:
    """Whether a text holds what is searched for, as it stands or by its initials."""
    wanted = search.strip().casefold()
    if not wanted or wanted in text.casefold():
        return True
    return wanted.isascii() and any(wanted in row for row in initials(text))
