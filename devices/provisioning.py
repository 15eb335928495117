"""Provisioning (终端开通): what an endpoint is given once, before it can take part."""

from dataclasses import dataclass
from pathlib import Path

from devices.signing import PublicKey
from schedules.places import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Provision:
    """Who an endpoint is, where it connects, whom it trusts, and its two secrets: `password` and `proof_key`."""

    endpoint: str
    village: Place
    areas: tuple[Place, ...]  # the areas whose documents it obeys, narrowest first: village, town, county
    host: str
    port: int = 1883
    tls: bool = False
    ca: str | None = None  # PEM; None trusts the system's authorities
    username: str
    password: str
    proof_key: bytes  # 32 bytes
    keys: tuple[PublicKey, ...]
    zone: str = "Asia/Shanghai"  # IANA
    site: str = ""  # the site's name, for people

    def to_json(self) -> str:
        """As a file for the endpoint; it holds secrets."""
        raise NotImplementedError

    @classmethod
    def from_json(cls, text: str | bytes) -> "Provision":
        """Read and validated. Raises BadProvision."""
        raise NotImplementedError

    def save(self, path: Path) -> None:
        """Write the file so that only its owner can read it, replacing it as a whole."""
        raise NotImplementedError

    @classmethod
    def load(cls, path: Path) -> "Provision":
        """Read a saved file. Raises BadProvision, also if there is none."""
        raise NotImplementedError
