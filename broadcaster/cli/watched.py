"""Watched: what is told of now comes from the database; where no controller watches, as of when is told with it."""

import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from broadcaster.cli.output import text, zone_name
from broadcaster.language import _

if TYPE_CHECKING:
    from broadcaster.desk.county import CountyDesk

_LATELY = timedelta(minutes=1)  # a controller that watches says so every few seconds


def tell_age(county: "CountyDesk") -> None:
    """Says on stderr as of when the county is known, unless that is now."""
    at = county.today.known_at()
    if at is None:
        print(_("! No controller has watched this county yet: broadcaster run"), file=sys.stderr)
    elif datetime.now(UTC) - at > _LATELY:
        told = _("! As of {time} ({zone}): since then no controller with a broker has watched.")
        print(told.format(time=text(at), zone=zone_name(at)), file=sys.stderr)
