import pytest
from sqlmodel import Session

from broadcaster.registry.provisioning import Surroundings, provision, retire
from broadcaster.storage.changes import changes
from broadcaster.storage.tables import EndpointRow
from devices.provisioning import Provision
from devices.signing import Ed25519Signer
from tests.broadcaster.storage.values import NOON

KEYS = (Ed25519Signer.from_seed(bytes(32)).public,)
SURROUNDINGS = Surroundings(host="10.0.0.2", port=1883, keys=KEYS, zone="Asia/Shanghai")


def provisioned(session: Session, accounts: dict[str, str]) -> Provision:
    return provision(session, "shiqiao-01", SURROUNDINGS, set_account=accounts.__setitem__, now=NOON)


def test_an_endpoint_is_told_who_it_is_and_whom_it_obeys(county: Session) -> None:
    made = provisioned(county, {})
    assert (made.endpoint, made.username, made.village) == ("shiqiao-01", "shiqiao-01", "341523100200")
    assert made.areas == ("341523100200", "341523100000", "341523000000")
    assert (made.host, made.keys, made.zone) == ("10.0.0.2", KEYS, "Asia/Shanghai")
    assert made.site == "石桥村村委会楼顶"


def test_both_ends_hold_the_same_secrets(county: Session) -> None:
    accounts: dict[str, str] = {}
    before = changes(county)
    made = provisioned(county, accounts)
    county.expire_all()
    row = county.get_one(EndpointRow, "shiqiao-01")
    assert accounts == {"shiqiao-01": made.password}
    assert (row.proof_key, row.provisioned_at) == (made.proof_key.hex(), NOON)
    assert changes(county) > before


def test_provisioning_again_makes_new_secrets(county: Session) -> None:
    accounts: dict[str, str] = {}
    first, second = provisioned(county, accounts), provisioned(county, accounts)
    assert first.password != second.password
    assert first.proof_key != second.proof_key
    assert accounts == {"shiqiao-01": second.password}
    assert county.get_one(EndpointRow, "shiqiao-01").proof_key == second.proof_key.hex()


def test_a_retired_endpoint_keeps_its_row_and_loses_its_secrets_and_account(county: Session) -> None:
    accounts: dict[str, str] = {}
    provisioned(county, accounts)
    retire(county, "shiqiao-01", remove_account=accounts.pop, now=NOON)
    row = county.get_one(EndpointRow, "shiqiao-01")
    assert (row.enabled, row.proof_key, row.retired_at, accounts) == (False, "", NOON, {})
    with pytest.raises(ValueError, match="was retired on 2026-11-24: a new set gets a new id"):
        provisioned(county, accounts)
    assert accounts == {}


def test_an_endpoint_that_nobody_knows_gets_nothing(county: Session) -> None:
    with pytest.raises(LookupError, match="no endpoint 'horn-99'"):
        provision(county, "horn-99", SURROUNDINGS, set_account=dict[str, str]().__setitem__, now=NOON)
    with pytest.raises(LookupError, match="no endpoint 'horn-99'"):
        retire(county, "horn-99", remove_account=lambda user: None, now=NOON)
