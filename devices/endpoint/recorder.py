"""Recorder: the endpoint's proof. Writes chained as-played records with what they settle, and sends them until receipted."""

import math
import random
from collections.abc import Callable, Iterable

import msgspec
from msgspec.structs import replace

from devices import chain, topics
from devices.codec import encode
from devices.documents import Receipt
from devices.endpoint.store import AlertMark, Change, SlotMark, Store, StoreFault, Unfinished
from devices.links import Link, Message
from devices.provisioning import Provision
from devices.topics import ReportKind
from schedules.records import AsPlayed

BATCH = 20
WINDOW = 100  # records sent and not yet receipted
GATHER_S = 2.0  # neighbours that ended together do not report together; what ends meanwhile goes along
RESEND_S = (15.0, 600.0)  # after this silence, doubled each time up to that
_NOTHING = Change()


class Recorder:
    """Records that cannot be written now are kept in memory and written with the next; `complain` hears of it."""

    def __init__(
        self,
        *,
        store: Store,
        link: Link,
        provision: Provision,
        chance: random.Random,
        complain: Callable[[str], None],
        resend_s: float = RESEND_S[0],
        gather_s: float = GATHER_S,
    ) -> None:
        self._store = store
        self._link = link
        self._chance = chance
        self._complain = complain
        self._gather_s = gather_s
        self._proof_key = provision.proof_key
        self._topic = topics.report(provision.endpoint, ReportKind.PLAYED)
        seq, digest = store.tip
        self._tip = chain.Tip(chain=store.chain, seq=seq, hash=digest or chain.genesis(store.chain))
        oldest = store.records(0, 1)
        self._receipted = oldest[0][0] - 1 if oldest else seq
        self._sent = self._receipted
        self._owed = _NOTHING  # not yet written
        self._connected = False
        self._first_resend_s = self._resend_s = resend_s
        self._again_s = math.inf  # when everything that is not receipted goes out again
        self._hurried = False
        self.next_s = math.inf

    @property
    def unreceipted(self) -> int:
        """How many records no receipt covers."""
        return self._tip.seq - self._receipted

    def take_up(self) -> None:
        """What earlier boots have left to be sent; what the disk has damaged since is left out, in a new chain."""
        bodies = [body for _, body in self._store.records(0, -1)]
        if damaged := len(bodies) - len(chain.undamaged(bodies)):
            self._complain(f"{damaged} of {len(bodies)} records were damaged and are left out")
            self._begin_chain()

    def write(
        self,
        records: Iterable[AsPlayed],
        *,
        slots: tuple[SlotMark, ...] = (),
        alerts: tuple[AlertMark, ...] = (),
        unfinished: tuple[Unfinished, ...] | None = None,
        now_s: float,
    ) -> None:
        """One decision, in one transaction: records (their `seq` is given here), what they settle, what is under way."""
        linked = tuple(self._link_one(record) for record in records)
        self._owed = Change(
            records=self._owed.records + linked,
            tip=(self._tip.seq, self._tip.hash),
            slots=self._owed.slots + slots,
            alerts=self._owed.alerts + alerts,
            unfinished=unfinished if unfinished is not None else self._owed.unfinished,
        )
        self.write_owed()
        if linked and self._connected and self._sent - self._receipted < WINDOW:
            self.next_s = min(self.next_s, now_s + self._chance.uniform(0, self._gather_s))

    def write_owed(self) -> None:
        """Write what could not be written before."""
        if self._owed is _NOTHING:
            return
        try:
            self._store.write(self._owed)
            self._owed = _NOTHING
        except StoreFault as fault:
            self._complain(str(fault))

    def connected(self, now_s: float) -> None:
        """The session is up: everything that no receipt covers goes out again, soon."""
        self._connected = True
        self._sent = self._receipted
        self._resend_s, self._again_s, self._hurried = self._first_resend_s, math.inf, False
        self.next_s = now_s + self._chance.uniform(0, self._gather_s) if self.unreceipted else math.inf

    def disconnected(self) -> None:
        self._connected = False
        self.next_s = math.inf

    def send(self, now_s: float) -> None:
        """Send what is due: new records, or after a silence all again."""
        if now_s < self.next_s:
            return
        if now_s >= self._again_s:
            self._sent = self._receipted
            self._resend_s = min(self._resend_s * 2, RESEND_S[1])
        if self._sent == self._receipted:  # later ones do not put it off
            self._again_s = now_s + self._resend_s
        while self._sent < self._tip.seq and self._sent - self._receipted < WINDOW:
            found = self._store.records(self._sent, BATCH)
            if not found:
                break
            batch = chain.batch(
                self._tip.chain, [msgspec.json.decode(body) for _, body in found], self._proof_key
            )
            self._link.publish(Message(self._topic, encode(batch)))
            self._sent = found[-1][0]
        self.next_s = self._again_s if self.unreceipted else math.inf

    def receipted(self, receipt: Receipt, now_s: float) -> None:
        """Forget what the controller keeps safe; where it holds what is not ours to continue, begin a new chain."""
        if receipt.chain != self._tip.chain:
            if self._receipted:  # it knows nothing of what we have forgotten
                self._begin_chain()
        elif not self._continues(receipt):
            self._begin_chain()
        elif receipt.seq > self._receipted:
            self._forget(receipt.seq)
        elif self._sent > self._receipted and not self._hurried:
            self._hurry(now_s)
            return
        self._go_on(now_s)

    def _link_one(self, record: AsPlayed) -> tuple[int, str]:
        seq = self._tip.seq + 1
        hashed, text = chain.link_text(replace(record, seq=seq), self._tip.hash)
        self._tip = chain.Tip(chain=self._tip.chain, seq=seq, hash=hashed)
        return seq, text

    def _continues(self, receipt: Receipt) -> bool:
        """Whether the receipt names a record of ours that we can go on from."""
        if receipt.seq == self._tip.seq:
            return receipt.hash == self._tip.hash
        if receipt.seq == self._receipted:
            return True
        if not self._receipted < receipt.seq < self._tip.seq:
            return False
        found = self._store.records(receipt.seq - 1, 1)
        return bool(found) and msgspec.json.decode(found[0][1])["hash"] == receipt.hash

    def _forget(self, seq: int) -> None:
        try:
            self._store.forget_records(seq)
        except StoreFault as fault:
            self._complain(str(fault))
        self._receipted = seq
        self._sent = max(self._sent, seq)
        self._hurried = False

    def _begin_chain(self) -> None:
        """Link everything that no receipt covered anew, from number 1."""
        self.write_owed()
        if self._owed.records:
            return  # the store is failing; the controller will send its receipt again
        kept = chain.undamaged(body for _, body in self._store.records(0, -1))
        before = self._tip
        fresh = f"{self._chance.getrandbits(64):016x}"
        self._tip = chain.Tip(chain=fresh, seq=0, hash=chain.genesis(fresh))
        relinked = [self._link_one(record) for record in kept]
        try:
            self._store.begin_chain(fresh, relinked, (self._tip.seq, self._tip.hash))
        except StoreFault as fault:
            self._tip = before
            self._complain(str(fault))
            return
        self._receipted = self._sent = 0

    def _hurry(self, now_s: float) -> None:
        """The controller lacks what was sent: it was lost on the way. Once: should it refuse it, there is no hurry."""
        self._sent, self._again_s, self._hurried = self._receipted, math.inf, True
        if self._connected:
            self.next_s = now_s + self._chance.uniform(0, self._gather_s)

    def _go_on(self, now_s: float) -> None:
        self._resend_s = self._first_resend_s
        if not self._connected or not self.unreceipted:
            self.next_s = self._again_s = math.inf
        else:
            self._again_s = now_s + self._resend_s
            self.next_s = now_s if self._sent < self._tip.seq else self._again_s
