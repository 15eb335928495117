"""The placeholder: what stands for a value in help and usage, in the words of who reads it: `FILE`, `文件`."""

import re
from collections.abc import Mapping
from typing import Any

from broadcaster.language import N_, _

_OF_TYPES: Mapping[str, str] = {
    "bool": "",  # it is said, or not
    "str": N_("TEXT"),
    "int": N_("NUMBER"),
    "int range": N_("NUMBER"),
    "float": N_("NUMBER"),
    "float range": N_("NUMBER"),
    "path": N_("FILE"),
    "datetime": N_("DATE[THH:MM]"),
}
_OPTIONAL = re.compile(r"(\[)(.+)(\])|()(.+?)(…?)")
_A_NAME = re.compile(r"[A-Z]{3}")


def settle(parameter: Any, context: Any) -> None:
    """Gives a parameter of typer's its placeholder in the language in use; an argument's choices stand beside it."""
    kind = _kind(parameter, context)
    opening, name, closing = _parts(_of(parameter, kind))
    parameter.metavar = f"{opening}{_(name) if _A_NAME.search(name) else name}{closing}"
    beside = "" if kind in _OF_TYPES else kind
    parameter.display_type = lambda _context: beside


def msgid(parameter: Any, context: Any) -> str | None:
    """What of its placeholder is translated; choices stand for themselves."""
    name = _parts(_of(parameter, _kind(parameter, context)))[1]
    return name if _A_NAME.search(name) else None


def _of(parameter: Any, kind: str) -> str:
    if parameter.metavar is not None:
        return str(parameter.metavar)
    if parameter.param_type_name == "argument":
        return str(parameter.name).upper()
    return _OF_TYPES.get(kind, kind)


def _kind(parameter: Any, context: Any) -> str:
    shown = str(parameter.display_type(context))
    return shown.removeprefix("<").removesuffix(">").removeprefix("list[").removesuffix("]")


def _parts(placeholder: str) -> tuple[str, str, str]:
    """What says that it may be left out or repeated stands around the name."""
    fits = _OPTIONAL.fullmatch(placeholder)
    return tuple(part for part in fits.groups() if part is not None) if fits else ("", placeholder, "")  # type: ignore[return-value]
