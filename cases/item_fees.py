"""事项收费: what an application on line costs. At 受理 its bill is raised with the case, or staff say why not.

Departments that push their cases name the fee themselves.
"""

import re
from dataclasses import asdict, dataclass

from cases.fee_models import ItemFee
from cases.fees import Fee
from cases.filing_errors import FeeReasonNeeded, ItemFeeInvalid
from catalogue import items
from foundation import audit, database
from foundation.actor import Actor
from payments.bills import PushedItem

CODE = re.compile(r"[0-9A-Za-z-]{1,40}")
MOST_FEN = 100_000_00
WHY = (4, 200)


@dataclass(frozen=True)
class Price:
    """For which 执收单位, by which 执收项目, how many fen an application."""

    exec_unit_code: str
    exec_unit_name: str
    exec_item_code: str
    exec_item_name: str
    amount_fen: int


async def of(item_code: str) -> Price | None:
    row = await ItemFee.get_or_none(item_code=item_code)
    return Price(**{name: getattr(row, name) for name in Price.__dataclass_fields__}) if row else None


async def change(*, slug: str, price: Price | None, by: Actor) -> None:
    """Holds for what is taken on from now on; None is free. Raises ItemNotFound, ItemFeeInvalid with every fault."""
    item = await items.find(slug)
    if price is not None and (faults := _faults(price)):
        raise ItemFeeInvalid(detail=faults)
    async with database.transaction():
        if price is None:
            await ItemFee.filter(item_code=item.item_code).delete()
        else:
            await ItemFee.update_or_create({**asdict(price), "set_by": str(by)}, item_code=item.item_code)
        detail = asdict(price) if price else {}
        await audit.record("item_fee.changed", subject=f"item:{item.item_code}", by=by, detail=detail)


def _faults(price: Price) -> list[str]:
    faults = []
    if not (CODE.fullmatch(price.exec_unit_code) and CODE.fullmatch(price.exec_item_code)):
        faults.append("执收单位编码和执收项目编码只能是 40 位以内的字母、数字和横线")
    if not (1 <= len(price.exec_unit_name.strip()) <= 80 and 1 <= len(price.exec_item_name.strip()) <= 80):
        faults.append("执收单位和执收项目的名称应为 1 至 80 字")
    if not 1 <= price.amount_fen <= MOST_FEN:
        faults.append("金额应在 0.01 元至 10 万元之间")
    return faults


async def owed(item_code: str, *, free_why: str) -> Fee | None:
    """What is asked for at 受理; nothing for a free item, or where staff name the ground of an exemption.

    Raises FeeReasonNeeded for a ground that says nothing.
    """
    price, why = await of(item_code), free_why.strip()
    if price is None:
        return None
    if why and not WHY[0] <= len(why) <= WHY[1]:
        raise FeeReasonNeeded
    if why:
        return None
    line = PushedItem(
        exec_item_code=price.exec_item_code, exec_item_name=price.exec_item_name, amount_fen=price.amount_fen
    )
    return Fee(exec_unit_code=price.exec_unit_code, exec_unit_name=price.exec_unit_name, items=(line,))
