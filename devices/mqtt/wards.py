"""Wards: the endpoints for which each hub speaks at the broker, in a file beside the accounts."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from devices.mqtt.kept import keep

WARDS = "hubs"  # the file's name


def load_wards(path: Path) -> dict[str, tuple[str, ...]]:
    """Hub → its endpoints; none where there is no file. Raises ValueError for a file that is not ours."""
    if not path.exists():
        return {}
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, tuple[str, ...]])
    except msgspec.MsgspecError as error:
        raise ValueError(f"{path}: {error}; remove it, and provision the hubs again") from error


def save_wards(path: Path, wards: Mapping[str, Sequence[str]]) -> None:
    """Write the file; a reader meets the old one or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    keep(path, msgspec.json.format(msgspec.json.encode(wards)).decode() + "\n")
