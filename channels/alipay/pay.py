"""Alipay (支付宝): JSAPI orders and refunds."""

import re
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from datetime import date
from typing import Any

from channels.alipay import pay_shapes
from channels.alipay.bill_download import downloaded
from channels.alipay.client import AlipayClient
from channels.alipay.notify import verified_form
from channels.bills import BillRow, DownloadedBill
from channels.errors import ForgedAnswer, OrderClosed, OrderNotExist, OrderPaid, OrderStateWrong, UnreadableNotice
from channels.payment import (
    ChannelPayment,
    ChannelRefund,
    ChannelState,
    Notice,
    NoticeKind,
    PaymentRequest,
    Prepared,
    RefundRequest,
    RefundState,
)
from foundation import clock, money
from foundation.errors import Invalid
from foundation.http import OutcomeUnknown
from foundation.settings import Settings

SHAPE_FAULTS = (ValueError, KeyError, TypeError, AttributeError, Invalid)


class Alipay:
    """One app and seller at Alipay."""

    name = "alipay"

    def __init__(self, settings: Settings) -> None:
        self._settings = settings.alipay
        self._client = AlipayClient(settings)

    async def prepare(self, request: PaymentRequest) -> Prepared:
        answer = await self._client.ask("AlipayTradeCreate", self._order(request), notify_url=request.notify_url)
        return Prepared({"tradeNO": self._own(answer, "out_trade_no", request.out_trade_no)["trade_no"]})

    async def query(self, out_trade_no: str) -> ChannelPayment:
        try:
            answer = await self._client.ask("AlipayTradeQuery", {"out_trade_no": out_trade_no}, safe_to_repeat=True)
        except OrderNotExist:
            return pay_shapes.absent_payment(out_trade_no)
        trade = self._own(answer, "out_trade_no", out_trade_no)
        try:
            # the answer names neither app nor seller, and is signed for the app that asked: us
            return pay_shapes.payment(
                trade,
                paid_at=trade.get("send_pay_date"),
                app_id=self._settings.app_id,
                seller_id=trade.get("seller_id") or self._settings.seller_id,
            )
        except SHAPE_FAULTS:
            raise OutcomeUnknown(retry_after=5) from None

    async def close(self, out_trade_no: str) -> None:
        try:
            await self._client.ask("AlipayTradeClose", {"out_trade_no": out_trade_no})
        except (OrderNotExist, OrderClosed):
            return
        except OrderStateWrong as fault:
            # one code for "paid" and "already closed"
            if (await self.query(out_trade_no)).state in (ChannelState.PAID, ChannelState.REFUNDED):
                raise OrderPaid(fault.vendor_code) from None

    async def refund(self, request: RefundRequest) -> ChannelRefund:
        content = {
            "out_trade_no": request.out_trade_no,
            "out_request_no": request.out_refund_no,
            "refund_amount": money.yuan(request.amount_fen),
            "refund_reason": request.reason[:256],
        }
        answer = self._own(await self._client.ask("AlipayTradeRefund", content), "out_trade_no", request.out_trade_no)
        if answer.get("fund_change") != "Y":
            return await self._repeated(request)
        # refund_fee in the answer sums all refunds of the trade, so it is not this one's amount
        return _refund(request, RefundState.DONE, answer)

    async def query_refund(self, *, out_refund_no: str, out_trade_no: str) -> ChannelRefund:
        asked = {"out_trade_no": out_trade_no, "out_request_no": out_refund_no}
        absent = ChannelRefund(out_refund_no, RefundState.ABSENT, None, out_trade_no)
        try:
            answer = await self._client.ask("AlipayTradeFastpayRefundQuery", asked, safe_to_repeat=True)
        except OrderNotExist:
            return absent
        if answer.get("refund_status") != "REFUND_SUCCESS":
            return absent  # 10000 without the refund's fields: not done
        self._own(answer, "out_request_no", out_refund_no)
        try:
            amount = money.fen(answer["refund_amount"])
        except SHAPE_FAULTS:
            raise OutcomeUnknown(retry_after=5) from None
        refunded_at = pay_shapes.moment(answer.get("gmt_refund_pay"))
        return ChannelRefund(out_refund_no, RefundState.DONE, amount, out_trade_no, answer.get("trade_no"), refunded_at)

    def trade_bill(self, day: date) -> AbstractAsyncContextManager[DownloadedBill[BillRow]]:
        return downloaded(self._client, day)

    async def read_notice(self, headers: Mapping[str, str], body: bytes) -> Notice:
        form = verified_form(body, self._client.keys)
        try:
            if "refund_fee" in form or "gmt_refund" in form:
                # comes to the same address as a payment and must not be read as a second one
                return Notice("alipay", form["notify_id"], NoticeKind.REFUND, None, _refund_notice(form), dict(form))
            payment = pay_shapes.payment(
                form, paid_at=form.get("gmt_payment"), app_id=form["app_id"], seller_id=form["seller_id"]
            )
            return Notice("alipay", form["notify_id"], NoticeKind.PAYMENT, payment, None, dict(form))
        except SHAPE_FAULTS:
            raise UnreadableNotice from None

    async def aclose(self) -> None:
        await self._client.aclose()

    def _order(self, request: PaymentRequest) -> dict[str, Any]:
        return {
            "out_trade_no": request.out_trade_no,
            "total_amount": money.yuan(request.amount_fen),
            "subject": re.sub(r"[/=&]", " ", request.description)[:256],
            "product_code": "JSAPI_PAY",
            "op_app_id": self._settings.app_id,
            "buyer_open_id": request.payer_openid,
            "seller_id": self._settings.seller_id,
            "time_expire": clock.shanghai(request.expires_at).strftime("%Y-%m-%d %H:%M:%S"),
        }

    async def _repeated(self, request: RefundRequest) -> ChannelRefund:
        """No money moved at this call: it moved at an earlier one, or has not moved yet."""
        found = await self.query_refund(out_refund_no=request.out_refund_no, out_trade_no=request.out_trade_no)
        return found if found.state is RefundState.DONE else _refund(request, RefundState.PROCESSING, {})

    def _own(self, answer: dict[str, Any], name: str, expected: str) -> dict[str, Any]:
        """A signed answer to another question is as good as forged."""
        if answer.get(name) != expected:
            raise ForgedAnswer(retry_after=5)
        return answer


def _refund(request: RefundRequest, state: RefundState, answer: dict[str, Any]) -> ChannelRefund:
    refunded_at = pay_shapes.moment(answer.get("gmt_refund_pay"))
    return ChannelRefund(
        request.out_refund_no, state, request.amount_fen, request.out_trade_no, answer.get("trade_no"), refunded_at
    )


def _refund_notice(form: Mapping[str, str]) -> ChannelRefund:
    # without a number of its own a refund carries the order's
    number = form.get("out_biz_no") or form["out_trade_no"]
    moved_at = pay_shapes.moment(form.get("gmt_refund"))
    return ChannelRefund(number, RefundState.DONE, None, form["out_trade_no"], form.get("trade_no"), moved_at)
