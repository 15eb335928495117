"""Numerals: how a number written in figures is said in Mandarin."""

import re

_FIGURES = "零一二三四五六七八九"
_PLACES = ("", "十", "百", "千")
_GROUPS = ("", "万", "亿")
_LONGEST = 4 * len(_GROUPS)


def digits(figures: str, one: str = "一") -> str:
    """Figure by figure, as years and codes are read: 2026 → 二零二六."""
    return "".join(one if figure == "1" else _FIGURES[int(figure)] for figure in figures)


def telephone(figures: str) -> str:
    """As numbers to dial are read, where 一 would sound like 七: 119 → 幺幺九."""
    return digits(figures, one="幺")


def integer(figures: str) -> str:
    """As a quantity: 1005 → 一千零五, 20000 → 两万. Figures too many to be a quantity are read one by one."""
    figures = figures.lstrip("0")
    if not figures:
        return "零"
    if len(figures) > _LONGEST:
        return digits(figures)
    groups = [figures[max(0, end - 4) : end] for end in range(len(figures), 0, -4)]
    said = "".join(
        _group(group.zfill(4) if index < len(groups) - 1 else group, _GROUPS[index])
        for index, group in reversed(list(enumerate(groups)))
    )
    said = re.sub("零+", "零", said).rstrip("零")
    return said.removeprefix("一") if said.startswith("一十") else said


def decimal(figures: str) -> str:
    """3.14 → 三点一四; without a point as `integer`."""
    whole, point, fraction = figures.partition(".")
    return integer(whole) + ("点" + digits(fraction) if point else "")


def _group(figures: str, name: str) -> str:
    """Up to four figures with the name of their group; empty zeros shrink to one later."""
    if not int(figures):
        return "零"
    said = "".join(
        "零" if figure == "0" else _place(figure, _PLACES[len(figures) - 1 - index])
        for index, figure in enumerate(figures)
    )
    said = said.rstrip("零")
    return ("两" if said == "二" and name else said) + name


def _place(figure: str, place: str) -> str:
    return ("两" if figure == "2" and place == "千" else _FIGURES[int(figure)]) + place
