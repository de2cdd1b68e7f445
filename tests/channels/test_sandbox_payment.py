"""Both payment channels against the sandbox over loopback, in every key mode: the same story in the same words."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

import pytest

from channels import errors
from channels.payment import (
    BankCard,
    ChannelState,
    Notice,
    NoticeKind,
    PaymentChannel,
    PaymentRequest,
    RefundRequest,
    RefundState,
    RepairsRefunds,
)
from channels.registry import open_channels
from foundation import clock, settings
from tests.builders.channels import Answer, Call, Vendor
from tests.channels.sandbox_process import Sandbox

pytestmark = pytest.mark.slow

NUMBERS = itertools.count(1)
PAYERS = {
    "wechat": "oDEMO-zhangsan-000000000001",
    "alipay": "0demo-zhangsan-0000000000000000000000000000001",
}
MODES: dict[str, tuple[str, dict[str, str]]] = {
    "wechat by public key and certificate files": ("wechat", {}),
    "wechat by downloaded certificates": (
        "wechat",
        {
            "WECHAT_PAY_PUBLIC_KEY_ID": "",
            "WECHAT_PAY_PUBLIC_KEY_FILE": "",
            "WECHAT_PAY_PLATFORM_CERT_FILES": "",
        },
    ),
    "alipay by certificate": ("alipay", {"ALIPAY_PUBLIC_KEY_FILE": ""}),
    "alipay by key": ("alipay", {"ALIPAY_APP_CERT_FILE": "", "ALIPAY_ROOT_CERT_FILE": "", "ALIPAY_CERT_FILE": ""}),
}


class Shop:
    """One channel, its counter for notices, and orders with numbers of their own."""

    def __init__(self, channel: PaymentChannel, sandbox: Sandbox, door: Vendor) -> None:
        self.channel, self.sandbox, self.door = channel, sandbox, door
        self.notices: list[Notice | Exception] = []
        self.arrived = asyncio.Event()
        door.answer = self._take_in

    async def _take_in(self, call: Call) -> Answer:
        try:
            self.notices.append(await self.channel.read_notice(call.headers, call.body))
        except errors.ForgedNotice as fault:
            self.notices.append(fault)
            return 401, {}, b'{"code":"FAIL"}'
        finally:
            self.arrived.set()
        return 200, {}, b"success"

    async def order(self, fen: int = 1230) -> PaymentRequest:
        request = PaymentRequest(
            out_trade_no=f"bill_{next(NUMBERS):06d}",
            amount_fen=fen,
            description="不动产登记费（首次）",
            payer_openid=PAYERS[self.channel.name],
            expires_at=(clock.now() + timedelta(minutes=30)).replace(microsecond=0),
            notify_url=f"{self.door.url}/callbacks/{self.channel.name}",
        )
        await self.channel.prepare(request)
        return request

    async def pay(self, number: str, how: str = "pay", **other: Any) -> None:
        await self.sandbox.pull(f"{self.channel.name}/pay/{number}", how=how, **other)

    async def next_notice(self, wanted: Callable[[Notice], bool] = lambda notice: True) -> Notice:
        async with asyncio.timeout(10):
            while True:
                for notice in self.notices:
                    if isinstance(notice, Notice) and wanted(notice):
                        return notice
                self.arrived.clear()
                await self.arrived.wait()

    def refund_of(self, request: PaymentRequest, fen: int, number: str = "") -> RefundRequest:
        return RefundRequest(
            out_trade_no=request.out_trade_no,
            out_refund_no=number or f"refund_{next(NUMBERS):06d}",
            amount_fen=fen,
            total_fen=request.amount_fen,
            reason="重复缴费",
            notify_url=request.notify_url,
        )

    async def refund_patiently(self, refund: RefundRequest) -> None:
        """Partial refunds of one order must be a (compressed) minute apart at WeChat Pay."""
        for _ in range(100):
            try:
                await self.channel.refund(refund)
                return
            except errors.SlowDown:
                await asyncio.sleep(0.05)
        raise AssertionError("still too fast")

    async def refunded(self, refund: RefundRequest) -> RefundState:
        """The refund's state once it is no longer under way."""
        for _ in range(100):
            found = await self.channel.query_refund(
                out_refund_no=refund.out_refund_no, out_trade_no=refund.out_trade_no
            )
            if found.state not in (RefundState.PROCESSING, RefundState.ABSENT):
                assert found.amount_fen in (refund.amount_fen, None)
                return found.state
            await asyncio.sleep(0.05)
        raise AssertionError("still processing")


@pytest.fixture(params=list(MODES))
async def shop(request: pytest.FixtureRequest, sandbox: Sandbox, vendor: Vendor) -> AsyncIterator[Shop]:
    name, changes = MODES[request.param]
    ours = settings.load(sandbox.env | changes)
    channels = open_channels(ours)
    await sandbox.pull("dials", public_key_share=0 if "WECHAT_PAY_PUBLIC_KEY_ID" in changes else 50)
    yield Shop(channels[name], sandbox, vendor)
    for channel in channels.values():
        await channel.aclose()


async def test_an_order_is_placed_paid_told_and_found(shop: Shop) -> None:
    request = await shop.order()
    unpaid = await shop.channel.query(request.out_trade_no)
    assert (unpaid.state, unpaid.paid_at, unpaid.amount_fen) == (ChannelState.UNPAID, None, 1230)
    await shop.pay(request.out_trade_no)
    notice = await shop.next_notice()
    told, found = notice.payment, await shop.channel.query(request.out_trade_no)
    assert notice.kind is NoticeKind.PAYMENT
    assert told == found
    assert (found.state, found.amount_fen, found.currency) == (ChannelState.PAID, 1230, "CNY")
    assert found.payer_openid == request.payer_openid
    assert found.transaction_no
    assert found.paid_at is not None
    assert abs(clock.now() - found.paid_at) < timedelta(minutes=1)
    env = shop.sandbox.env
    expected = {
        "wechat": (env["WECHAT_APP_ID"], env["WECHAT_PAY_MERCHANT_ID"]),
        "alipay": (env["ALIPAY_APP_ID"], env["ALIPAY_SELLER_ID"]),
    }
    assert (found.app_id, found.merchant_id) == expected[shop.channel.name]


async def test_the_same_order_again_is_the_same_order(shop: Shop) -> None:
    request = await shop.order()
    first, second = await shop.channel.prepare(request), await shop.channel.prepare(request)
    name = "package" if shop.channel.name == "wechat" else "tradeNO"
    assert first.parameters[name] == second.parameters[name]
    with pytest.raises(errors.OrderNumberUsed):
        await shop.channel.prepare(
            PaymentRequest(**{**vars(request), "amount_fen": request.amount_fen + 100})  # the number, another price
        )


async def test_the_parameters_open_the_wallet(shop: Shop) -> None:
    request = await shop.order()
    prepared = await shop.channel.prepare(request)
    page = await shop.sandbox.http.get(f"{shop.sandbox.url}/wallet/{shop.channel.name}", params=prepared.parameters)
    assert page.status_code == 200
    assert "12.30" in page.text


async def test_an_order_is_closed_for_good(shop: Shop) -> None:
    request = await shop.order()
    await shop.channel.close(request.out_trade_no)
    assert (await shop.channel.query(request.out_trade_no)).state is ChannelState.CLOSED
    await shop.channel.close(request.out_trade_no)
    with pytest.raises(errors.OrderClosed):
        await shop.channel.prepare(request)


async def test_a_paid_order_is_neither_closed_nor_placed_again(shop: Shop) -> None:
    request = await shop.order()
    await shop.pay(request.out_trade_no)
    for attempt in (shop.channel.close(request.out_trade_no), shop.channel.prepare(request)):
        with pytest.raises(errors.OrderPaid):
            await attempt


async def test_an_order_nobody_placed_is_absent(shop: Shop) -> None:
    found = await shop.channel.query("bill_999999")
    assert (found.state, found.amount_fen) == (ChannelState.ABSENT, None)
    await shop.channel.close("bill_999999")
    with pytest.raises(errors.ChannelRefused):
        await shop.channel.refund(RefundRequest("bill_999999", "refund_999999", 1, 1, "重复缴费"))
    absent = await shop.channel.query_refund(out_refund_no="refund_999999", out_trade_no="bill_999999")
    assert absent.state is RefundState.ABSENT


async def test_a_lost_notice_is_made_good_by_asking(shop: Shop) -> None:
    request = await shop.order()
    await shop.pay(request.out_trade_no, "lose_notify")
    assert (await shop.channel.query(request.out_trade_no)).state is ChannelState.PAID
    assert shop.notices == []


async def test_money_goes_back_in_parts_and_only_once_per_number(shop: Shop) -> None:
    request = await shop.order(fen=1230)
    await shop.pay(request.out_trade_no)
    await shop.next_notice()
    part = shop.refund_of(request, 230)
    await shop.channel.refund(part)
    assert await shop.refunded(part) is RefundState.DONE
    await shop.channel.refund(part)  # again, the same number: nothing moves
    rest = shop.refund_of(request, 1000)
    await shop.refund_patiently(rest)
    assert await shop.refunded(rest) is RefundState.DONE
    assert (await shop.channel.query(request.out_trade_no)).state is ChannelState.REFUNDED
    with pytest.raises(errors.ChannelRefused):
        await shop.channel.refund(shop.refund_of(request, 100))
    notice = await shop.next_notice(lambda one: one.kind is NoticeKind.REFUND)
    assert notice.payment is None
    assert notice.refund is not None
    assert notice.refund.out_trade_no == request.out_trade_no


async def test_more_than_was_paid_does_not_go_back(shop: Shop) -> None:
    request = await shop.order(fen=1230)
    await shop.pay(request.out_trade_no)
    with pytest.raises(errors.RequestWrong):
        await shop.channel.refund(shop.refund_of(request, 1330))


async def test_an_empty_account_is_told(shop: Shop) -> None:
    request = await shop.order(fen=1230)
    await shop.pay(request.out_trade_no)
    with pytest.raises(errors.NotEnoughMoney):
        await shop.channel.refund(shop.refund_of(request, 108))


@pytest.mark.parametrize("kind", ["down", "system_error", "bad_signature", "drop", "drop_after_accept"])
async def test_trouble_on_the_way_is_unknown_and_the_same_order_can_be_placed_again(shop: Shop, kind: str) -> None:
    await shop.order()  # certificates are here before the trouble
    service = {"wechat": "wechat_pay", "alipay": "alipay"}[shop.channel.name]
    await shop.sandbox.pull("trouble", service=service, kind=kind, times=1)
    number = f"bill_{next(NUMBERS):06d}"
    request = PaymentRequest(
        number,
        1230,
        "工本费",
        PAYERS[shop.channel.name],
        (clock.now() + timedelta(minutes=30)).replace(microsecond=0),
        f"{shop.door.url}/callbacks",
    )
    with pytest.raises(errors.OutcomeUnknown):
        await shop.channel.prepare(request)
    await shop.channel.prepare(request)
    assert (await shop.channel.query(number)).state is ChannelState.UNPAID


@pytest.mark.parametrize("kind", ["system_error_after_accept", "drop_after_accept"])
async def test_a_refund_that_was_made_though_the_answer_says_otherwise_is_not_made_twice(shop: Shop, kind: str) -> None:
    request = await shop.order(fen=1230)
    await shop.pay(request.out_trade_no)
    refund = shop.refund_of(request, 700)
    service = {"wechat": "wechat_pay", "alipay": "alipay"}[shop.channel.name]
    await shop.sandbox.pull("trouble", service=service, kind=kind, times=1)
    with pytest.raises(errors.OutcomeUnknown):
        await shop.channel.refund(refund)
    await shop.channel.refund(refund)  # the same number
    assert await shop.refunded(refund) is RefundState.DONE
    with pytest.raises(errors.ChannelRefused):  # a second 7.00 is not there any more
        await shop.refund_patiently(shop.refund_of(request, 700))


async def test_a_refund_whose_answer_was_lost_is_found(shop: Shop) -> None:
    request = await shop.order(fen=1230)
    await shop.pay(request.out_trade_no)
    refund = shop.refund_of(request, 101)  # SYSTEM_ERROR once, though the refund exists
    with pytest.raises(errors.OutcomeUnknown):
        await shop.channel.refund(refund)
    await shop.channel.refund(refund)
    assert await shop.refunded(refund) is RefundState.DONE


async def test_an_abnormal_refund_goes_to_another_card(shop: Shop) -> None:
    request = await shop.order(fen=1230)
    await shop.pay(request.out_trade_no)
    refund = shop.refund_of(request, 106)
    await shop.channel.refund(refund)
    if not isinstance(shop.channel, RepairsRefunds):
        assert await shop.refunded(refund) is RefundState.DONE  # Alipay's moves a little later
        return
    assert await shop.refunded(refund) is RefundState.ABNORMAL
    asked = {"out_refund_no": refund.out_refund_no, "out_trade_no": refund.out_trade_no}
    abnormal = await shop.channel.query_refund(**asked)
    card = BankCard("ICBC_DEBIT", account="6222020200112233445", holder="张三")
    assert (await shop.channel.repair_refund(abnormal, to=card)).state is RefundState.PROCESSING
    assert await shop.refunded(refund) is RefundState.DONE
    with pytest.raises(errors.RequestWrong):
        await shop.channel.repair_refund(abnormal, to=None)
    assert "6222" not in repr(card)
    assert "张三" not in repr(card)


async def test_a_closed_refund_is_told(shop: Shop) -> None:
    request = await shop.order(fen=1230)
    await shop.pay(request.out_trade_no)
    refund = shop.refund_of(request, 107)
    await shop.channel.refund(refund)
    expected = RefundState.CLOSED if shop.channel.name == "wechat" else RefundState.DONE
    assert await shop.refunded(refund) is expected


async def test_a_forged_notice_is_refused_and_a_genuine_repeat_is_read(shop: Shop) -> None:
    request = await shop.order()
    await shop.pay(request.out_trade_no)
    await shop.next_notice()
    sent = await shop.sandbox.pull("notify/resend", subject=request.out_trade_no, forge="signature")
    assert isinstance(shop.notices[-1], errors.ForgedNotice)
    assert sent["attempts"][-1]["status"] == 401
    await shop.sandbox.pull("notify/resend", subject=request.out_trade_no)
    assert isinstance(shop.notices[-1], Notice)
    assert shop.notices[-1].payment == (await shop.channel.query(request.out_trade_no))


async def test_notices_are_believed_all_through_the_grey_share(sandbox: Sandbox, vendor: Vendor) -> None:
    """From platform certificates to the public key: nothing is switched over on our side."""
    channels = open_channels(settings.load(sandbox.env))
    shop = Shop(channels["wechat"], sandbox, vendor)
    request = await shop.order()
    await shop.pay(request.out_trade_no)
    await shop.next_notice()
    for share in (0, 50, 100):
        await sandbox.pull("dials", public_key_share=share)
        for _ in range(4):
            await sandbox.pull("notify/resend", subject=request.out_trade_no)
    serials = {call.headers["wechatpay-serial"] for call in vendor.calls}
    assert all(isinstance(notice, Notice) for notice in shop.notices)
    assert any(serial.startswith("PUB_KEY_ID_") for serial in serials)
    assert any(not serial.startswith("PUB_KEY_ID_") for serial in serials)
    for channel in channels.values():
        await channel.aclose()


async def test_the_signature_probes_of_both_directions_are_refused(sandbox: Sandbox, vendor: Vendor) -> None:
    channels = open_channels(settings.load(sandbox.env))
    shop = Shop(channels["wechat"], sandbox, vendor)
    probed = await sandbox.pull("wechat_pay/probe", url=f"{vendor.url}/callbacks/wechat")
    assert probed["status"] == 401
    await sandbox.pull("trouble", service="wechat_pay", kind="sign_test", times=1)
    with pytest.raises(errors.ForgedAnswer):
        await shop.order()
    for channel in channels.values():
        await channel.aclose()
