"""Presence: whether an endpoint has a session at the broker, as far as a hint can say."""

from enum import StrEnum


class Presence(StrEnum):
    """The retained hint that an endpoint, or the broker in its name (will), leaves behind."""

    ONLINE = "online"
    OFFLINE = "offline"
