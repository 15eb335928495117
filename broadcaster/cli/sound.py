"""Sound on the machine where the command runs."""

import io
from typing import TYPE_CHECKING

import typer

from broadcaster.desk.errors import Unavailable
from broadcaster.language import N_, _

if TYPE_CHECKING:
    from audio.recording import Profile


def profile(said: str) -> "Profile":
    """The profile of that name."""
    from audio.recording import Profile

    try:
        return Profile(said)
    except ValueError:
        known = ", ".join(Profile)
        raise typer.BadParameter(
            _("expected one of {known}; got {got}").format(known=known, got=said)
        ) from None


def play(content: bytes) -> None:
    """Sounds a recording until its end or Ctrl-C; Unavailable where this machine has nothing to sound with."""
    from audio.playback import open_pcm
    from devices.endpoint.sinks import CommandSink, sound_card_command

    try:
        sink = CommandSink(sound_card_command())
    except LookupError as error:
        raise Unavailable(
            N_(
                "This machine has no program for its sound card: install alsa-utils, or export the audio to a file."
            )
        ) from error
    try:
        for block in open_pcm(io.BytesIO(content)):
            sink.write(block)
        sink.drain()
    except KeyboardInterrupt:
        sink.cut()
    except OSError as error:
        raise Unavailable(N_("The sound card does not take it: {reason}"), reason=error) from error
