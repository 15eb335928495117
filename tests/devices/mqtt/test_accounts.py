from pathlib import Path

import pytest

from devices.mqtt.accounts import Accounts

MADE_BY_MOSQUITTO_PASSWD = (
    "e1:$7$101$CBZ6cD75aqheS0qI"
    "$nMG8N7dJ75eCoSQE2it1jNETJAgoP9wWZcvZt9v/2qcU3S6ke/H//eOPL4Xs1REtq4/oNtiHmwoMJ6V5TYqb8Q==\n"
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "broker" / "passwords"


def test_a_saved_account_is_known_to_the_next_reader(path: Path) -> None:
    accounts = Accounts(path)
    accounts.set("e1", "口令")
    accounts.save()
    again = Accounts(path)
    assert again.verify("e1", "口令")
    assert not again.verify("e1", "another")
    assert not again.verify("e2", "口令")


def test_a_new_password_replaces_the_old_one_and_a_removed_account_is_gone(path: Path) -> None:
    accounts = Accounts(path)
    accounts.set("e1", "old")
    accounts.set("e1", "new")
    assert not accounts.verify("e1", "old")
    accounts.remove("e1")
    accounts.remove("e1")
    assert "e1" not in accounts


def test_the_file_is_its_owners_alone_and_no_part_is_left_over(path: Path) -> None:
    accounts = Accounts(path)
    accounts.set("e1", "secret")
    accounts.save()
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(path.parent.iterdir()) == [path]
    assert "secret" not in path.read_text()


def test_mosquittos_own_lines_are_understood(path: Path) -> None:
    path.parent.mkdir()
    path.write_text(MADE_BY_MOSQUITTO_PASSWD)
    assert Accounts(path).verify("e1", "correct horse")
    assert not Accounts(path).verify("e1", "battery staple")


def test_a_foreign_line_is_named(path: Path) -> None:
    path.parent.mkdir()
    path.write_text("e1:plain text\n")
    with pytest.raises(ValueError, match=r"line 1 of .*passwords is not user:\$7\$"):
        Accounts(path)


def test_an_empty_password_is_refused(path: Path) -> None:
    with pytest.raises(ValueError, match="empty"):
        Accounts(path).set("e1", "")
