"""What an item says in lists and searches: that of the version in force, never that of one whose day has not come."""

from collections.abc import Mapping
from typing import Any

import msgspec

from catalogue.item_sheet import ItemFile
from catalogue.models import Department, Guide, ServiceItem
from foundation import clock


def of(sheet: ItemFile) -> dict[str, Any]:
    """The fields of the item that its sheet fills, without its department."""
    return {
        "item_code": sheet.item_code,
        "basic_code": sheet.basic_code,
        "name": sheet.name,
        "short_name": sheet.short_name,
        "summary": sheet.summary,
        "aliases": sheet.aliases,
        "audience": list(sheet.audience),
        "themes": sheet.themes,
        "life_events": sheet.life_events,
        "halls": sheet.halls,
        "kind": sheet.kind,
        "online": sheet.channels != "hall",
        "bookable": sheet.appointment.bookable,
        "fee_fen": max(fee.amount_fen for fee in sheet.fees),
        "legal_days": sheet.period.legal_workdays,
        "promised_days": sheet.period.promised_days,
    }


def waits(item: ServiceItem | None, sheet: ItemFile) -> bool:
    """Whether the item goes on saying what its guide in force says until the sheet's day."""
    in_force = item is not None and item.guide_id is not None  # type: ignore[attr-defined]
    return in_force and sheet.effective > clock.today()


async def follow(due: Mapping[ServiceItem, Guide]) -> None:
    """Within a transaction: these items say from now on what these guides say."""
    departments = {one.code: one.id for one in await Department.all()}
    for item, guide in due.items():
        sheet = msgspec.convert(guide.content, ItemFile)
        await item.update_from_dict(of(sheet) | {"department_id": departments[sheet.department]}).save()
