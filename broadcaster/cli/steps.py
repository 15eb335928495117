"""The way to the air on the command line, alike for notices and playlists: who did what when, and the next step."""

from typing import TYPE_CHECKING, Annotated

import typer

from broadcaster.cli.output import Columns
from broadcaster.language import N_, _
from broadcaster.retelling import retold
from broadcaster.words import said

if TYPE_CHECKING:
    from broadcaster.desk.workflow import Step

_DESK_WROTE = "replaced by version"

Comment = Annotated[str, typer.Option(help="A word on it, kept with the step.")]
Reason = Annotated[str, typer.Option(help="What is to be changed; whoever wrote it reads it.")]


def _what(step: "Step") -> str:
    return _("write") if step.event is None else said(step.event)


def _comment(step: "Step") -> str:
    """What a person wrote, as they wrote it; what the desk wrote, in the language in use."""
    return retold(step.comment) if step.comment.startswith(_DESK_WROTE) else step.comment


STEPS: Columns = {
    N_("When"): "at",
    N_("Who"): lambda step: step.who,
    N_("Version"): "version",
    N_("Step"): _what,
    N_("Comment"): _comment,
}
