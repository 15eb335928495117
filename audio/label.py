"""Label: what stands beside a recording for people to read: its facts, its title, where it came from."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime

from audio.recording import Codec, Profile, Recording


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """On a label rebuilt from the bytes alone, `title` and `source_name` are empty and `profile` is None."""

    recording: Recording
    added_at: datetime
    title: str = ""
    source_name: str = ""
    profile: Profile | None = None

    def to_json(self) -> bytes:
        fields = {**asdict(self), "added_at": self.added_at.isoformat()}
        return json.dumps(fields, ensure_ascii=False, indent=1, sort_keys=True).encode()

    @classmethod
    def from_json(cls, text: bytes) -> "Label":
        """Raises ValueError on anything but what `to_json` wrote, such as half of it."""
        try:
            fields = json.loads(text)
            recording = fields.pop("recording")
            return cls(
                recording=Recording(**{**recording, "codec": Codec(recording["codec"])}),
                added_at=datetime.fromisoformat(fields["added_at"]),
                title=fields["title"],
                source_name=fields["source_name"],
                profile=Profile(fields["profile"]) if fields["profile"] else None,
            )
        except (TypeError, KeyError, AttributeError) as error:
            raise ValueError(f"This is not a label: {error!r}.") from error
