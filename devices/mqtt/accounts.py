"""The accounts of the broker that the controller runs: Mosquitto's password file, read by either broker."""

import hashlib
import hmac
import secrets
from base64 import b64decode, b64encode
from pathlib import Path

from devices.mqtt.access import HUB_PREFIX, checked_user
from devices.mqtt.kept import keep

ITERATIONS = (
    101  # Mosquitto's own number: passwords are drawn, not chosen, and a county reconnects all at once
)
SALT_BYTES = 12


class Accounts:
    """User names and salted hashes: read when made, changed in memory, written by `save`.

    Raises ValueError for a file that is not Mosquitto's, naming the line.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._hashes: dict[str, str] = {}
        if path.exists():
            self._hashes = dict(
                _line(path, *each) for each in enumerate(path.read_text("utf-8").splitlines(), 1)
            )

    def __contains__(self, user: str) -> bool:
        return user in self._hashes

    def set(self, user: str, password: str) -> None:
        """Make an account or change its password; raises ValueError for a name that cannot be one."""
        if not password:
            raise ValueError(
                f"the password of {user!r} is empty: draw one, for instance with secrets.token_urlsafe()"
            )
        salt = secrets.token_bytes(SALT_BYTES)
        digest = _digest(password, salt, ITERATIONS)
        self._hashes[checked_user(user, hub=user.startswith(HUB_PREFIX))] = (
            f"$7${ITERATIONS}${b64encode(salt).decode()}${b64encode(digest).decode()}"
        )

    def remove(self, user: str) -> None:
        """Delete an account; nothing happens where there is none."""
        self._hashes.pop(user, None)

    def verify(self, user: str, password: str) -> bool:
        """Whether this is the user's password."""
        stored = self._hashes.get(user)
        if stored is None:
            return False
        _, _, iterations, salt, digest = stored.split("$")
        return hmac.compare_digest(_digest(password, b64decode(salt), int(iterations)), b64decode(digest))

    def save(self) -> None:
        """Write the file, readable to its owner only; a reader meets the old file or the new one."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        text = "".join(f"{user}:{stored}\n" for user, stored in sorted(self._hashes.items()))
        keep(self.path, text)


def _digest(password: str, salt: bytes, iterations: int) -> bytes:
    return hashlib.pbkdf2_hmac("sha512", password.encode(), salt, iterations)


def _line(path: Path, number: int, line: str) -> tuple[str, str]:
    user, _, stored = line.partition(":")
    fields = stored.split("$")
    if len(fields) != 5 or fields[:2] != ["", "7"] or not fields[2].isdecimal():
        raise ValueError(
            f"line {number} of {path} is not user:$7$iterations$salt$hash; restore it or remove the line"
        )
    return user, stored
