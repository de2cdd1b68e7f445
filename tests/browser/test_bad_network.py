"""A network that swallows answers, and one that is gone: what the citizen's pages do and, above all, what they say."""

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import pytest

from identity.family_models import DelegationInvitation
from miniprogram_bff.app import create_app
from payments import gateway, settlement
from payments.models import PaymentOrder
from tests.browser.citizen import drawn, signed_in_with
from tests.builders.doors import sign_in
from tests.builders.payments import Till, a_bill, a_payer
from tests.serving import serving

if TYPE_CHECKING:
    from playwright.async_api import Page, Route

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("db", "redis_db")]

# What WeChat's own browser offers to a page: it asks its owner, and says what they did.
BRIDGE = """window.asked = [];
window.WeixinJSBridge = { invoke(what, given, done) {
  window.asked.push(given.package);
  done({ err_msg: 'get_brand_wcpay_request:ok' });
} };"""


@pytest.fixture
async def till() -> AsyncIterator[Till]:
    one = Till("wechat")
    gateway.use({"wechat": one})
    yield one
    gateway.use({})


class Swallowing:
    """Lets what is asked through to the door; the first answer never arrives."""

    def __init__(self) -> None:
        self.keys: list[str] = []

    async def __call__(self, route: "Route") -> None:
        self.keys.append(await route.request.header_value("Idempotency-Key") or "")
        answer = await route.fetch()
        if len(self.keys) == 1:
            await route.abort()
        else:
            await route.fulfill(response=answer)


async def test_a_lost_answer_pays_once_and_what_is_old_is_said_to_be(till: Till, phone: "Page") -> None:
    citizen, payer = await a_payer("wechat")
    await a_bill(payer=payer)
    token = (await sign_in(citizen))["Authorization"].removeprefix("Bearer ")
    swallowing = Swallowing()
    await phone.add_init_script(BRIDGE)
    await phone.route("**/checkout", swallowing)
    async with serving(create_app()) as base:
        await signed_in_with(phone, f"{base}/h5", token)
        await phone.goto(f"{base}/h5/#/bills")
        await phone.get_by_role("link", name="不动产登记费").click()
        await phone.get_by_role("button", name="微信支付").click()
        await phone.get_by_role("alert").get_by_text("还不知道支付是否已发起").wait_for()
        order = await PaymentOrder.get()  # the door had done it
        await phone.get_by_role("button", name="微信支付").click()
        await phone.locator("[data-result=waiting]").wait_for()
        await phone.get_by_text("确认之前还不算到账").wait_for()  # although the phone says that it was paid
        assert await phone.evaluate("window.asked") == [f"prepay_id={order.out_trade_no}"]
        assert all(swallowing.keys)
        assert len(set(swallowing.keys)) == 1  # the same wish
        assert await PaymentOrder.all().count() == 1

        await phone.context.set_offline(True)
        await phone.locator("[data-result=unheard]").wait_for()
        await phone.get_by_text("请勿重复支付").wait_for()
        await phone.get_by_role("link", name="我的缴费单").click()
        await phone.get_by_text("网络不通，以下是").wait_for()
        await phone.get_by_text("待缴", exact=True).wait_for()
        await settlement.settle(till.pay(order.out_trade_no))
        await phone.context.set_offline(False)
        await phone.go_back()
        await phone.locator("[data-result=settled]").wait_for()
        await phone.get_by_role("link", name="我的缴费单").click()
        await drawn(phone)
        await phone.get_by_text("已缴清", exact=True).wait_for()
        assert await phone.get_by_text("网络不通").count() == 0


async def test_a_lost_answer_makes_one_invitation(phone: "Page") -> None:
    citizen, _ = await a_payer("wechat")
    token = (await sign_in(citizen))["Authorization"].removeprefix("Bearer ")
    swallowing = Swallowing()
    await phone.route("**/delegations/invitations", swallowing)
    async with serving(create_app()) as base:
        await signed_in_with(phone, f"{base}/h5", token)
        await phone.goto(f"{base}/h5/#/family")
        await phone.get_by_text("请人代我办理").first.click()
        make = phone.get_by_role("button", name="生成邀请码")
        await make.click()
        await phone.get_by_role("alert").wait_for()
        made = await DelegationInvitation.get()  # the door had done it
        await make.click()
        await phone.get_by_role("heading", name="邀请码", exact=True).wait_for()
        assert await DelegationInvitation.all().values_list("id", flat=True) == [made.id]
        assert (len(swallowing.keys), len(set(swallowing.keys))) == (2, 1)  # the same wish
