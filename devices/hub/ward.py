"""A ward: an endpoint as its line sees it."""

from dataclasses import dataclass, field

from devices.hub.documents import Kept, Need, topics_for
from devices.hub.provision import TapProvision
from devices.serial.steady import Steady


@dataclass(frozen=True, slots=True)
class Said:
    """A document on its way; `shared`: it was said to everybody at once."""

    ticket: int
    revision: int
    shared: bool


@dataclass(slots=True)
class Ward:
    """What holds of it now; what reached it is in `reached`."""

    endpoint: str
    address: int
    position: int | None
    topics: tuple[str, ...]
    there: bool = False
    boot: str = ""
    under_way: dict[str, Said] = field(default_factory=dict)  # by topic
    refused: dict[str, float] = field(default_factory=dict)  # recording → when
    got: dict[str, float] = field(default_factory=dict)
    lacks: dict[str, Need] = field(default_factory=dict)  # recordings
    settling: bool = True  # documents are on their way that may name more
    steady: Steady = field(default_factory=Steady)  # how calm the line is to it

    def is_told(self, kept: Kept) -> bool:
        """Whether a document is on its way to it, in that revision or a newer one."""
        said = self.under_way.get(kept.topic)
        return said is not None and said.revision >= kept.revision

    def forget_shared(self) -> None:
        """It came or went: what was said to all does not reach it."""
        self.under_way = {topic: said for topic, said in self.under_way.items() if not said.shared}


def ward_at(tap: TapProvision) -> Ward:
    """Who is at a tap; nothing is known of it yet."""
    return Ward(
        endpoint=tap.endpoint,
        address=tap.address,
        position=tap.position,
        topics=topics_for(tap.endpoint, tap.areas),
    )
