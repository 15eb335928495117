"""Proofs: the chain of each endpoint and the as-played records in it."""

from datetime import datetime

from sqlalchemy import BigInteger, Index
from sqlmodel import Field

from broadcaster.storage.tables.columns import Json, Row, UtcDateTime, Word
from schedules.records import ClockQuality, MissedBecause, Result


class ChainRow(Row, table=True):
    """The tip of an endpoint's chain, the last receipt, and the chains that it gave up."""

    __tablename__ = "chain"

    endpoint: str = Field(primary_key=True)
    chain: str = ""  # 16 hex digits; empty until a first batch was genuine
    seq: int = 0
    hash: str = ""
    receipt_revision: int = Field(default=0, sa_type=BigInteger)
    faults: int = 0  # batches refused: forged, broken or forked
    previous_chains: list[str] = Field(default_factory=list, sa_type=Json)


class PlayedRow(Row, table=True):
    """播出记录: what an endpoint says really sounded."""

    __tablename__ = "played"
    __table_args__ = (Index(None, "slot", "endpoint"),)

    endpoint: str = Field(primary_key=True)
    chain: str = Field(primary_key=True)
    seq: int = Field(primary_key=True)
    slot: str | None = None
    alert: str | None = Field(default=None, index=True)
    notice: str
    version: int
    recording: str | None = None
    started: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ended: datetime | None = Field(default=None, sa_type=UtcDateTime)
    heard_ms: int
    full_ms: int
    result: Result = Field(sa_type=Word(Result))
    because: MissedBecause | None = Field(default=None, sa_type=Word(MissedBecause))
    volume: int = 0
    clock: ClockQuality = Field(sa_type=Word(ClockQuality))
    boot: str
    received_at: datetime = Field(sa_type=UtcDateTime, index=True)
