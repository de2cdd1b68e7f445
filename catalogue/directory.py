"""中介服务机构: who may issue what a guide asks for. People choose freely; the order is that of the city's list."""

from dataclasses import dataclass

from catalogue import shelf
from catalogue.directory_errors import ProviderNotFound
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
    hidden: bool = False


async def everyone() -> list[Provider]:
    """Those that are shown."""
    return [one for one in await whole() if not one.hidden]


async def whole() -> list[Provider]:
    """Also those that are hidden, for who keeps the directory."""
    return await shelf.keep("directory", _read)


async def find(code: str) -> Provider:
    """One that is shown. Raises ProviderNotFound."""
    found = next((one for one in await everyone() if one.code == code), None)
    if found is None:
        raise ProviderNotFound
    return found


async def matching(*, kind: str = "", words: str = "", item: str = "") -> list[Provider]:
    """Those of that kind that an item's guide asks for and whose name, place or services hold the words."""
    said = words.strip().lower()
    return [
        one
        for one in await everyone()
        if (not kind or one.kind == kind)
        and (not item or item in one.items)
        and (not said or any(said in told.lower() for told in (one.name, one.region, one.address, *one.services)))
    ]


async def for_item(slug: str) -> list[Provider]:
    """Those who issue what the guide of this item asks for."""
    return await matching(item=slug)


async def _read() -> list[Provider]:
    fields = Provider.__dataclass_fields__
    rows = await Intermediary.all().order_by("position", "id")
    return [Provider(**{field: getattr(row, field) for field in fields}) for row in rows]
