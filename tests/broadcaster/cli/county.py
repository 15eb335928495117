"""A county with people and a recording, for command lines about notices and plans."""

import json
from pathlib import Path
from typing import Any

from broadcaster.registry.sample import AREAS, ENDPOINTS
from tests.broadcaster.cli.conftest import Call
from tests.broadcaster.cli.test_recordings import tone

LOOP = ("--plays", "3", "--window", "07:00-11:30", "--window", "14:30-18:30", "--gap", "60")


class County:
    """The sample county with the editor `li` and the approver `wang`."""

    def __init__(self, call: Call) -> None:
        self.call = call

    def fill(self, directory: Path) -> None:
        """Lists, people and a recording into an empty county."""
        self.done("area", "import", str(AREAS))
        self.done("endpoint", "import", str(ENDPOINTS))
        self.done("user", "add", "li", "--role", "operator@341523000000")
        self.done("user", "add", "wang", "--role", "approver@341523000000")
        self.done("recording", "import", str(tone(directory / "hum.wav")))

    def done(self, *arguments: str) -> str:
        """What a command prints that is to succeed."""
        code, out, err = self.call(*arguments)
        assert code == 0, err
        return out

    def told(self, *arguments: str) -> Any:
        """The JSON of a command that is to succeed."""
        return json.loads(self.done(*arguments, "--json"))

    def drafted(self, title: str, *options: str, to: str = "临水县") -> str:
        """The id of a proposal that hums."""
        named = ("--kind", "proposal", "--title", title, "--recording", "hum", "--to", to)
        return str(self.told("--as", "li", "notice", "draft", *named, *options)["id"])

    def approved(self, title: str, *options: str, to: str = "临水县") -> str:
        """The id of one that is on its way to the air."""
        notice = self.drafted(title, *options, to=to)
        self.done("--as", "li", "notice", "submit", notice)
        self.done("--as", "wang", "notice", "approve", notice)
        return notice
