"""Rules: faults that one endpoint's own reports show, one file each. What groups share is found by correlation."""

from broadcaster.repairs.rules.battery import Battery
from broadcaster.repairs.rules.clock import Clock
from broadcaster.repairs.rules.duplicates import Duplicates
from broadcaster.repairs.rules.heat import Heat
from broadcaster.repairs.rules.legacy import Legacy
from broadcaster.repairs.rules.reading import Reading, Rule, Verdict
from broadcaster.repairs.rules.reboots import Reboots
from broadcaster.repairs.rules.sound import Sound
from broadcaster.repairs.rules.volume import PutBack, Turned, Volume
from broadcaster.repairs.rules.wrong_audio import WrongAudio

__all__ = [
    "Battery",
    "Clock",
    "Duplicates",
    "Heat",
    "Legacy",
    "PutBack",
    "Reading",
    "Reboots",
    "Rule",
    "Sound",
    "Turned",
    "Verdict",
    "Volume",
    "WrongAudio",
    "all_rules",
]


def all_rules() -> tuple[Rule, ...]:
    """One of each but of `Volume`, which has something done; knowing nothing yet."""
    return (Battery(), Clock(), Duplicates(), Heat(), Legacy(), Reboots(), Sound(), WrongAudio())
