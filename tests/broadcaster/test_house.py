"""What lies in a county's data directory, for several threads at once."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from broadcaster.config import load
from broadcaster.house import CountyHouse
from devices.mqtt.accounts import Accounts
from devices.mqtt.wards import WARDS, load_wards


def test_no_account_and_no_ward_is_lost_that_is_made_while_another_is(tmp_path: Path) -> None:
    house, names = CountyHouse(load(tmp_path, environ={})), [f"horn-{number}" for number in range(24)]

    def make(name: str) -> None:
        house.set_account(name, "a password")
        house.set_wards(f"hub-{name}", [name])

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(make, names))
    kept = Accounts(house.broker_directory / "passwords")
    assert [name for name in names if name not in kept] == []
    assert len(load_wards(house.broker_directory / WARDS)) == len(names)
