"""Screens that tell of a history, opened by somebody who has a long one and a long name: held to the measures of
`test_every_screen`, which sees them with little or nothing to tell.
"""

from typing import TYPE_CHECKING

import pytest

from catalogue import favourites
from foundation.actor import Actor
from identity.idnumber import Identity
from identity.models import Citizen
from miniprogram_bff.app import create_app
from payments import gateway, refund_applications, settlement
from tests.browser import long_history
from tests.browser.test_every_screen import begun
from tests.builders import payments
from tests.builders.doors import sign_in
from tests.builders.favourites import two_items
from tests.builders.identity import id_number
from tests.builders.organisations import a_legal_person
from tests.builders.payments import Till
from tests.serving import serving

if TYPE_CHECKING:
    from playwright.async_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("db", "redis_db")]

NAME = "阿卜杜热合曼·阿卜杜克里木·买买提明江"
FIRM = "示例市经济技术开发区阿克苏地区农产品供应链管理有限责任公司"


async def test_screens_with_a_long_history_are_sound(phone: "Page") -> None:
    number = id_number()
    citizen = await a_legal_person(name=NAME, number=number)
    me, headers = Actor.citizen(citizen.id), await sign_in(citizen)
    addresses = [
        *await long_history.booked_and_waited(me, name=NAME), *await long_history.asked(me),
        *await long_history.filed(me, Identity.of("id_card", number)),
        *await paid(citizen, Identity.of("id_card", number)), *await known(citizen, me),
    ]  # fmt: skip
    async with serving(create_app()) as bff:
        visit = await begun(phone, f"{bff}/h5", headers["Authorization"])
        for address in addresses:
            await visit.judges(address)
            assert await phone.get_by_role("heading", name="没有").count() == 0, address
    gateway.use({})
    assert visit.wrong == []


async def paid(citizen: Citizen, identity: Identity) -> list[str]:
    """A bill that was paid and is asked back."""
    till = Till("wechat")
    gateway.use({"wechat": till})
    bill = await payments.a_bill(payer=identity)
    order = await payments.begin(bill, citizen)
    await settlement.settle(till.pay(order.out_trade_no))
    by = Actor.citizen(citizen.id)
    await refund_applications.apply(bill=bill, amount_fen=3000, reason="多缴了一份工本费", by=by)
    return [f"refunds/{bill.pay_code}", f"bill/{bill.pay_code}", "payments"]


async def known(citizen: Citizen, me: Actor) -> list[str]:
    """An organisation with an agent, items kept at hand, and everything on the first page and on one's own."""
    for item in await two_items():
        await favourites.add(citizen_id=me.number, item=item)
    return [*await long_history.founded(citizen, name=FIRM, agent=NAME), "favourites", "mine", "home"]
