"""Channels: how a message leaves the house: robots, webhooks, mail and others through Apprise, SMS by gateway or modem."""

import httpx

from broadcaster.config import Notify
from broadcaster.notifications.post import CannotSend, Channel, Letter
from broadcaster.notifications.robots import robot

WITHIN_S = 15.0


def channels(settings: Notify) -> dict[str, Channel]:
    """Every channel that is set, by name; `sms` where a modem or a gateway is."""
    found: dict[str, Channel] = {name: _channel(url) for name, url in settings.channels.items()}
    if settings.sms_modem:
        found["sms"] = _by_modem(settings.sms_modem)
    elif settings.sms_gateway:
        found["sms"] = _by_gateway(settings.sms_gateway, settings.sms_token.get_secret_value())
    return found


def _channel(url: str) -> Channel:
    known = robot(url)
    if known is not None:
        return known
    return _webhook(url) if url.startswith(("http://", "https://")) else _by_apprise(url)


def _webhook(url: str) -> Channel:
    """A JSON object is posted; `Idempotency-Key` is the same for each attempt."""

    def send(letter: Letter) -> None:
        body = {"key": letter.key, "to": letter.name, "title": letter.title, "text": letter.text}
        _post(url, body, {"Idempotency-Key": letter.key})

    return send


def _by_gateway(url: str, token: str) -> Channel:
    """An SMS gateway that takes {"id", "phone", "text"} and a bearer token."""

    def send(letter: Letter) -> None:
        head = {"Idempotency-Key": letter.key} | ({"Authorization": f"Bearer {token}"} if token else {})
        _post(url, {"id": letter.key, "phone": letter.phone, "text": letter.text}, head)

    return send


def _by_modem(port: str) -> Channel:
    def send(letter: Letter) -> None:
        from broadcaster.notifications.modem import ModemFault, deliver

        try:
            deliver(port, letter.phone, letter.text, reference=int(letter.key[:2], 16))
        except (ModemFault, OSError, ValueError) as error:
            raise CannotSend(str(error)) from error

    return send


def _by_apprise(url: str) -> Channel:
    def send(letter: Letter) -> None:
        import apprise

        told = apprise.Apprise()
        if not told.add(url):
            raise CannotSend(
                f"Apprise does not know what {url.partition('://')[0]}:// is, or lacks a part of it"
            )
        if not told.notify(title=letter.title, body=letter.text):
            raise CannotSend(f"{url.partition('://')[0]}:// did not take the message")

    return send


def _post(url: str, body: dict[str, str], head: dict[str, str]) -> None:
    try:
        answer = httpx.post(url, json=body, headers=head, timeout=WITHIN_S)
        answer.raise_for_status()
    except httpx.HTTPError as error:
        raise CannotSend(str(error)) from error
