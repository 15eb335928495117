"""Telling: what went wrong at the desk, as people read it."""

from broadcaster.desk.errors import DeskError
from broadcaster.language import _
from broadcaster.words import facts_said


def told(error: DeskError) -> str:
    """The error with its problems, in the language in use."""
    lines = [_(error.message).format_map(facts_said(error.facts))]
    lines += [f"{one.where}: {_(one.message).format_map(facts_said(one.facts))}" for one in error.problems]
    return "\n".join(lines)
