"""中介服务机构: who may issue what a guide asks for. People choose freely; the order is that of the city's list."""

from dataclasses import dataclass

from catalogue import shelf
from catalogue.directory_models import Intermediary


@dataclass(frozen=True, kw_only=True)
class Provider:
    """One of the directory. `items` are slugs of guides; `fees` says who sets its prices."""

    code: str
    name: str
    kind: str
    credit_code: str
    region: str
    address: str
    phone: str
    hours: str
    services: list[str]
    fees: str
    items: list[str]


async def everyone() -> list[Provider]:
    return await shelf.keep("directory", _read)


async def for_item(slug: str) -> list[Provider]:
    """Those who issue what the guide of this item asks for."""
    return [one for one in await everyone() if slug in one.items]


async def _read() -> list[Provider]:
    fields = Provider.__dataclass_fields__
    rows = await Intermediary.all().order_by("position", "id")
    return [Provider(**{field: getattr(row, field) for field in fields}) for row in rows]
