"""Endpoints (终端): what the county knows of each loudspeaker set. An id is never given to another set."""

from collections.abc import Collection
from dataclasses import asdict, dataclass, fields
from datetime import datetime

from sqlmodel import Session, col, select

from broadcaster.registry.cells import (
    degrees,
    endpoint_id,
    link,
    resource_code,
    village_code,
    whole,
    words,
    yes,
)
from broadcaster.registry.columns import Column
from broadcaster.storage.changes import changed
from broadcaster.storage.tables import EndpointRow
from schedules.places import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One loudspeaker set as the list gives it; `position` is its place along `feeder`, the power line it hangs on."""

    id: str
    village: Place
    name: str
    site: str = ""
    link: str = "mqtt"
    feeder: str = ""
    position: int | None = None
    latitude: float | None = None
    longitude: float | None = None
    population: int = 0  # who can hear it
    resource_code: str = ""
    volume: int | None = None  # percent
    enabled: bool = True

    @property
    def key(self) -> str:
        """What tells it from others."""
        return self.id


_FIELDS = tuple(field.name for field in fields(Endpoint))

COLUMNS = (
    Column(
        name="id", chinese="终端编号", also=("终端ID", "设备编号", "编号"), read=endpoint_id, optional=False
    ),
    Column(
        name="village",
        chinese="村代码",
        also=("行政村代码", "村级代码", "村区划代码", "所属村代码"),
        read=village_code,
        optional=False,
    ),
    Column(name="name", chinese="名称", also=("终端名称", "设备名称"), read=words(100), optional=False),
    Column(name="site", chinese="安装位置", also=("位置", "安装地点", "地址"), read=words(200), empty=""),
    Column(name="link", chinese="接入方式", also=("链路", "通信方式"), read=link, empty="mqtt"),
    Column(name="feeder", chinese="供电线路", also=("线路", "台区"), read=words(100), empty=""),
    Column(name="position", chinese="线路序号", also=("杆号", "序位"), read=whole(0, 10_000)),
    Column(name="latitude", chinese="纬度", also=("lat",), read=degrees(90)),
    Column(name="longitude", chinese="经度", also=("lon", "lng"), read=degrees(180)),
    Column(
        name="population",
        chinese="覆盖人口",
        also=("人口", "覆盖人数", "人口数"),
        read=whole(0, 10_000_000),
        empty=0,
    ),
    Column(
        name="resource_code",
        chinese="资源编码",
        also=("国家资源编码", "应急广播资源编码"),
        read=resource_code,
        empty="",
    ),
    Column(name="volume", chinese="音量", also=("音量百分比",), read=whole(0, 100)),
    Column(
        name="enabled",
        chinese="启用",
        also=("是否启用", "状态"),
        read=yes,
        show=lambda enabled: "yes" if enabled else "no",
        empty=True,
    ),
)


def endpoints(session: Session) -> dict[str, Endpoint]:
    """All endpoints that are not retired, by id, in the order of villages and ids."""
    rows = session.exec(
        select(EndpointRow)
        .where(col(EndpointRow.retired_at).is_(None))
        .order_by(col(EndpointRow.village), col(EndpointRow.id))
    )
    return {row.id: endpoint_of(row) for row in rows}


def retired(session: Session) -> frozenset[str]:
    """The ids of endpoints that were taken down for good."""
    return frozenset(session.exec(select(EndpointRow.id).where(col(EndpointRow.retired_at).is_not(None))))


def store(session: Session, found: Collection[Endpoint], now: datetime) -> None:
    """Adds endpoints, or changes those of the same id; secrets and records of those that are known stay."""
    known = {row.id: row for row in session.exec(select(EndpointRow))}
    for endpoint in found:
        listed = asdict(endpoint)
        row = known.get(endpoint.id) or EndpointRow(**listed, created_at=now)
        session.add(row.sqlmodel_update(listed))
    session.flush()
    if found:
        changed(session)


def endpoint_of(row: EndpointRow) -> Endpoint:
    """What the list knows of a row."""
    return Endpoint(**{name: getattr(row, name) for name in _FIELDS})
