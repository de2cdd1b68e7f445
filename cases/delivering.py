"""结果送达: the applicant chooses a hall to fetch the result at, or an address to have it sent to."""

import json
import re
from dataclasses import dataclass
from typing import Any

from tortoise.expressions import Q

from cases import entrusted, forms
from cases.errors import CaseNotFound
from cases.filing_errors import (
    DeliveryFault,
    DeliveryNotOffered,
    DeliveryUnderway,
    FilingNotFound,
)
from cases.filing_models import Delivery, Filing
from cases.models import Case
from catalogue import items
from catalogue.errors import ItemNotFound
from catalogue.models import Hall
from foundation import audit, crypto, database
from foundation.actor import Actor

OFFERS = {"pick_up": "窗口领取", "courier": "邮寄送达"}
PHONE = re.compile(r"1[3-9][0-9]{9}|0[0-9]{2,3}-?[0-9]{7,8}")
COME_TO_NOTHING = ("refused", "withdrawn")


@dataclass(frozen=True, kw_only=True)
class Address:
    """收件人, 电话, 地址."""

    recipient: str
    phone: str
    address: str


@dataclass(frozen=True, kw_only=True)
class Choice:
    """`way`: pick_up at `hall_code`, or courier to `address`."""

    way: str
    hall_code: str = ""
    address: Address | None = None


def offered(ways: tuple[str, ...]) -> list[str]:
    """What the guide's result allows: a paper that can be fetched or sent; electronic results need neither."""
    return [way for way, word in OFFERS.items() if word in ways]


@database.retry_on_deadlock
async def choose_for_filing(*, code: str, choice: Choice, by: Actor) -> None:
    """Raises FilingNotFound, DeliveryFault, DeliveryNotOffered, DeliveryUnderway."""
    async with database.transaction():
        row = await Filing.select_for_update().get_or_none(code=code)
        if row is None or not await _theirs(row, by) or row.state in ("refused", "withdrawn", "expired"):
            raise FilingNotFound
        form = await forms.of_guide(row.guide_id)  # type: ignore[attr-defined]
        halls = (await items.find(row.item_slug)).halls
        case_id: int | None = row.case_id  # type: ignore[attr-defined]
        await _choose(choice, form.delivery, halls, by, filing_id=row.id, case_id=case_id)


@database.retry_on_deadlock
async def choose_for_case(*, case_no: str, choice: Choice, by: Actor) -> None:
    """For a case of one's own, or entrusted to one, that is under way, however it began.

    Raises CaseNotFound, DeliveryFault, DeliveryNotOffered, DeliveryUnderway.
    """
    async with database.transaction():
        case = await Case.select_for_update().get_or_none(case_no=case_no)
        if case is None or not await _theirs(case, by) or case.stage in COME_TO_NOTHING:
            raise CaseNotFound
        ways, halls = await _of_item(case.item_code)
        filing = await Filing.get_or_none(case=case)
        await _choose(choice, ways, halls, by, filing_id=filing.id if filing else None, case_id=case.id)


async def _theirs(row: Filing | Case, by: Actor) -> bool:
    owner: int | None = row.citizen_id  # type: ignore[union-attr]
    return owner is not None and await entrusted.may_change(owner=owner, item_code=row.item_code, by=by)


async def _of_item(item_code: str) -> tuple[tuple[str, ...], list[str]]:
    try:
        form, page = await forms.result_of(item_code)
    except ItemNotFound:
        raise DeliveryNotOffered from None
    return form, [one.code for one in page.halls]


async def _choose(
    choice: Choice, ways: tuple[str, ...], halls: list[str], by: Actor, *, filing_id: int | None, case_id: int | None
) -> None:
    if choice.way not in offered(ways):
        raise DeliveryNotOffered
    where = await _where(choice, halls)
    row = await _of(filing_id, case_id)
    if row is None:
        row = await Delivery.create(filing_id=filing_id, case_id=case_id, way=choice.way, **where)
    elif row.state != "chosen":
        raise DeliveryUnderway
    else:
        await Delivery.filter(id=row.id).update(way=choice.way, case_id=case_id, **where)
    await audit.record("delivery.chosen", subject=f"delivery:{row.id}", by=by, detail={"way": choice.way})


async def _where(choice: Choice, halls: list[str]) -> dict[str, Any]:
    if choice.way == "pick_up":
        if choice.hall_code not in halls:
            raise DeliveryFault(detail=[{"field": "hall_code", "problem": "请选择办理该事项的大厅"}])
        return {"hall_id": (await Hall.get(code=choice.hall_code)).id, "address_sealed": ""}
    address = _checked(choice.address)
    told = json.dumps([address.recipient, address.phone, address.address], ensure_ascii=False)
    return {"hall_id": None, "address_sealed": crypto.seal(told)}


def _checked(given: Address | None) -> Address:
    if given is None:
        raise DeliveryFault(detail=[{"field": "address", "problem": "请填写收件地址"}])
    address = Address(
        recipient=given.recipient.strip(), phone=given.phone.strip(), address=" ".join(given.address.split())
    )
    faults = [
        ("recipient", "请填写收件人姓名（2–40 字）", 2 <= len(address.recipient) <= 40),
        ("phone", "请填写正确的联系电话", bool(PHONE.fullmatch(address.phone))),
        ("address", "请填写详细地址（8–120 字，写到门牌号）", 8 <= len(address.address) <= 120),
    ]
    if wrong := [{"field": field, "problem": said} for field, said, right in faults if not right]:
        raise DeliveryFault(detail=wrong)
    return address


async def _of(filing_id: int | None, case_id: int | None) -> Delivery | None:
    wanted: dict[str, int] = {"filing_id": filing_id} if filing_id else {"case_id": case_id or 0}
    found = await Delivery.select_for_update().get_or_none(**wanted)
    if found is None and case_id is not None:
        found = await Delivery.select_for_update().get_or_none(case_id=case_id)
    return found


async def take_on(filing: Filing, case: Case) -> None:
    """Within a transaction: the filing became a case; fetched at its hall unless something else was chosen."""
    row = await Delivery.select_for_update().get_or_none(filing=filing)
    if row is not None:
        await Delivery.filter(id=row.id).update(case_id=case.id)
        return
    form = await forms.of_guide(filing.guide_id)  # type: ignore[attr-defined]
    if "pick_up" in offered(form.delivery):
        await Delivery.create(filing=filing, case=case, way="pick_up", hall_id=filing.hall_id)  # type: ignore[attr-defined]


async def forget_addresses(citizen_id: int) -> None:
    """Where results went that have arrived; what is on its way still needs its address."""
    nowhere = crypto.seal(json.dumps(["已删除", "", ""], ensure_ascii=False))
    owned = Delivery.filter(Q(filing__citizen_id=citizen_id) | Q(case__citizen_id=citizen_id), way="courier")
    for row in await owned.filter(state="delivered"):
        await Delivery.filter(id=row.id).update(address_sealed=nowhere)


async def forget(filing: Filing) -> None:
    """Within a transaction: what comes to nothing is delivered nowhere."""
    await Delivery.filter(filing=filing, case_id=None).delete()
