"""Passwords: kept only as what Argon2id makes of them, with which an attacker has to work as hard as we do."""

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from broadcaster.language import N_
from broadcaster.people.errors import Unfit

SHORTEST = 10  # characters; length guards better than rules about digits and signs

# OWASP's smallest set: a station PC signs a whole county in at once without running out of memory.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


def checked_password(password: str, *, user: str) -> str:
    """The password itself; Unfit for one that is guessed at once."""
    if len(password) < SHORTEST:
        raise Unfit(
            N_("a password has {shortest} characters or more, got {got}: take a short sentence"),
            shortest=SHORTEST,
            got=len(password),
        )
    if user.casefold() in password.casefold() or len(set(password)) < 4:
        raise Unfit(N_("this password is guessed at once: take a short sentence without the user name"))
    return password


def hashed(password: str) -> str:
    """What to keep."""
    return _HASHER.hash(password)


def matches(password: str, kept: str) -> bool:
    """Whether this is the password; takes as long where none is kept, so that nobody learns who exists."""
    try:
        return _HASHER.verify(kept or _nobodys(), password) and bool(kept)
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(kept: str) -> bool:
    """Whether it was made with other parameters than today's, and should be made anew at the next sign-in."""
    return _HASHER.check_needs_rehash(kept)


@cache
def _nobodys() -> str:
    return hashed("the password of nobody")
