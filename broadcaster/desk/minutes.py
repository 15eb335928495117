"""Minutes: what the day of an endpoint is made of, one word each."""

from enum import StrEnum


class Minute(StrEnum):
    """What an endpoint did in a minute, as far as it is known."""

    SOUNDED = "sounded"
    SILENT = "silent"  # on the mains, and nothing sounded
    DARK = "dark"  # without power
    UNKNOWN = "unknown"  # nothing was heard from it
    AHEAD = "ahead"  # not yet
