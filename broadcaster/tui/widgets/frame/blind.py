"""The banner that says since when nothing is known."""

from datetime import datetime
from zoneinfo import ZoneInfo

from textual.widgets import Static

from broadcaster.language import _
from broadcaster.tui.moments import clock


class BlindBanner(Static):
    """Hidden while the controller answers."""

    def see(self, blind_since: datetime | None, zone: ZoneInfo) -> None:
        """Says since when nothing is known, or hides."""
        self.display = blind_since is not None
        if blind_since is not None:
            message = _(
                "! BLIND since {time}: the controller does not answer. What is shown may have changed."
            )
            self.update(message.format(time=clock(blind_since, zone)))
