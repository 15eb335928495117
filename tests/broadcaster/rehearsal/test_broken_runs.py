"""Every law can fail: a run is broken on purpose, and the law sees it. What cannot be broken this way is in test_laws."""

from dataclasses import replace
from datetime import timedelta

from broadcaster.rehearsal import horn, rehearse
from broadcaster.rehearsal.county import Scenario
from broadcaster.rehearsal.fuse import FusedStore
from broadcaster.rehearsal.laws import Law
from broadcaster.rehearsal.troubles import CALM, Climate, Mishap, Trouble
from broadcaster.rehearsal.truth import Ears
from devices import cbor
from devices.documents import Alerts, Plan
from devices.endpoint.clock import Clock, Instant
from devices.endpoint.core import Endpoint
from devices.errors import Refusal, RefusedDocument
from devices.sealing import _opened, unseal

DAY_S = 86_400.0
KILLED_OFTEN = replace(CALM, endpoint_killed_days=0.05)
FORGED = replace(CALM, forgery_days=0.05)


def broken(days: float = 0.5, climate: Climate = CALM, mishaps: tuple[Mishap, ...] = ()) -> set[Law]:
    found = rehearse.rehearse(Scenario(seed=3, days=days, endpoints=3, climate=climate, mishaps=mishaps))
    return {violation.invariant for violation in found.violations}


def every_endpoint(monkeypatch, **different) -> None:
    """Endpoints are built with something else than what they should have."""
    monkeypatch.setattr(horn, "Endpoint", lambda **given: Endpoint(**(given | different)))


def test_a_store_that_forgets_what_sounded_plays_it_twice(monkeypatch):
    monkeypatch.setattr(FusedStore, "slots", lambda _store: ())
    assert broken(climate=KILLED_OFTEN) >= {Law.HEARD_TWICE, Law.COUNTED_TWICE}


def test_an_endpoint_that_believes_any_clock_plays_in_quiet_hours(monkeypatch):
    def five_hours_fast(board: horn.Horn) -> Instant:
        return Instant(mono_s=board._mono_s, wall=board._world.now + timedelta(hours=5), synced=True)

    monkeypatch.setattr(Clock, "_doubt", lambda _clock, _system: "")
    monkeypatch.setattr(horn.Horn, "_instant", five_hours_fast)
    assert broken() >= {Law.QUIET_HOURS, Law.OUTSIDE_WINDOW}


def test_an_endpoint_that_verifies_no_signature_obeys_the_forger(monkeypatch):
    every_endpoint(monkeypatch, unseal=lambda payload, _keyring: cbor.decode(_opened(payload).payload))
    assert Law.FORGERY_OBEYED in broken(climate=FORGED)


def test_an_endpoint_that_does_not_hear_a_stop_goes_on(monkeypatch):
    class Stubborn(Endpoint):
        def _obey(self, document, message, now):
            if document.body != Alerts(stopped=("alert-1",)):
                super()._obey(document, message, now)

    monkeypatch.setattr(horn, "Endpoint", Stubborn)
    assert broken(0.25) == {Law.WITHDRAWN_SOUNDED}


def test_an_endpoint_that_ignores_alerts_is_found(monkeypatch):
    class Indifferent(Endpoint):
        def _obey(self, document, message, now):
            if not isinstance(document.body, Alerts):
                super()._obey(document, message, now)

    monkeypatch.setattr(horn, "Endpoint", Indifferent)
    assert broken(0.25) == {Law.ALERT_UNHEARD}


def test_an_endpoint_that_looks_at_no_expiry_plays_after_its_lease(monkeypatch):
    def endless(payload, keyring):
        document = unseal(payload, keyring)
        later = document.header.expires + timedelta(days=99)
        return replace(document, header=replace(document.header, expires=later))

    every_endpoint(monkeypatch, unseal=endless)
    monkeypatch.setattr(rehearse, "HABITS", replace(rehearse.HABITS, lease=timedelta(hours=6)))
    cut = Mishap(at_s=0.02 * DAY_S, trouble=Trouble.LINK_CUT, subject="341523100200", lasts_s=0.6 * DAY_S)
    assert Law.AFTER_LEASE in broken(0.6, mishaps=(cut,))


def test_an_endpoint_that_takes_no_plan_is_found_lagging(monkeypatch):
    def only_others(payload, keyring):
        document = unseal(payload, keyring)
        if isinstance(document.body, Plan):
            raise RefusedDocument(Refusal.TOO_LONG, "a plan")
        return document

    every_endpoint(monkeypatch, unseal=only_others)
    assert Law.LAGGING in broken()


def test_a_controller_that_receipts_what_it_did_not_store_loses_proof(monkeypatch):
    monkeypatch.setattr("broadcaster.controller.proofs.insert_new_values", lambda *_given: None)
    assert broken() >= {Law.PROOF_LOST, Law.HEARD_UNPROVED}


def test_an_output_that_only_claims_to_sound_is_found(monkeypatch):
    monkeypatch.setattr(Ears, "hear", lambda _ears, _heard: None)
    assert broken() >= {Law.PROVED_UNHEARD, Law.ALERT_UNHEARD}


def test_the_same_runs_unbroken_break_nothing():
    assert broken(climate=replace(KILLED_OFTEN, forgery_days=FORGED.forgery_days)) == set()
