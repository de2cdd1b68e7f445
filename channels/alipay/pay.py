"""Alipay (支付宝): JSAPI orders and refunds."""

import re
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from datetime import date
from typing import Any, TypeVar

from channels.alipay import pay_shapes
from channels.alipay.algorithms import RSA2, Algorithm
from channels.alipay.bill_download import downloaded
from channels.alipay.bills import fund_rows, trade_rows
from channels.alipay.client import AlipayClient
from channels.alipay.notify import verified_form
from channels.bills import BillRow, DownloadedBill, FundRow
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
from channels.shapes import text, text_or_none
from foundation import clock, money
from foundation.errors import Invalid
from foundation.http import OutcomeUnknown, OutsideUnavailable
from foundation.settings import Settings

Answer = TypeVar("Answer")
SHAPE_FAULTS = (ValueError, KeyError, TypeError, AttributeError, Invalid)


class Alipay:
    """One app and seller at Alipay."""

    name = "alipay"

    def __init__(self, settings: Settings, algorithm: Algorithm = RSA2) -> None:
        self._settings = settings.alipay
        self._client = AlipayClient(settings, algorithm)

    async def prepare(self, request: PaymentRequest) -> Prepared:
        answer = await self._client.ask("AlipayTradeCreate", self._order(request), notify_url=request.notify_url)
        trade = self._own(answer, "out_trade_no", request.out_trade_no)
        return Prepared({"tradeNO": _shaped(lambda: text(trade, "trade_no"))})

    async def query(self, out_trade_no: str) -> ChannelPayment:
        try:
            answer = await self._client.ask("AlipayTradeQuery", {"out_trade_no": out_trade_no}, safe_to_repeat=True)
        except OrderNotExist:
            return pay_shapes.absent_payment(out_trade_no)
        trade = self._own(answer, "out_trade_no", out_trade_no)
        return _shaped(
            lambda: pay_shapes.payment(
                trade,
                paid_when="send_pay_date",
                # the answer names neither app nor seller, and is signed for the app that asked: us
                app_id=self._settings.app_id,
                seller_id=text_or_none(trade, "seller_id") or self._settings.seller_id,
            )
        )

    async def close(self, out_trade_no: str) -> None:
        try:
            await self._client.ask("AlipayTradeClose", {"out_trade_no": out_trade_no})
        except (OrderNotExist, OrderClosed):
            return
        except OrderStateWrong as fault:
            # one code for "paid" and "already closed"
            if (await _sent_before(self.query(out_trade_no))).state in (ChannelState.PAID, ChannelState.REFUNDED):
                raise OrderPaid(fault.vendor_code) from None

    async def refund(self, request: RefundRequest) -> ChannelRefund:
        content = {
            "out_trade_no": request.out_trade_no,
            "out_request_no": request.out_refund_no,
            "refund_amount": money.yuan(request.amount_fen),
            "refund_reason": _plain(request.reason),
        }
        answer = self._own(await self._client.ask("AlipayTradeRefund", content), "out_trade_no", request.out_trade_no)
        if answer.get("fund_change") != "Y":
            return await self._repeated(request)
        # refund_fee in the answer sums all refunds of the trade, so it is not this one's amount
        return _shaped(
            lambda: pay_shapes.refund(request.out_refund_no, answer, request.amount_fen, moved_when="gmt_refund_pay")
        )

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
        told = answer | {"out_trade_no": out_trade_no}
        return _shaped(
            lambda: pay_shapes.refund(
                out_refund_no, told, money.fen(answer["refund_amount"]), moved_when="gmt_refund_pay"
            )
        )

    def trade_bill(self, day: date) -> AbstractAsyncContextManager[DownloadedBill[BillRow]]:
        return downloaded(self._client, "trade", day, trade_rows)

    def fund_bill(self, day: date) -> AbstractAsyncContextManager[DownloadedBill[FundRow]]:
        return downloaded(self._client, "signcustomer", day, fund_rows)

    async def read_notice(self, headers: Mapping[str, str], body: bytes) -> Notice:
        form = verified_form(body, self._client.keys)
        try:
            if "refund_fee" in form or "gmt_refund" in form:
                # comes to the same address as a payment and must not be read as a second one
                return Notice("alipay", form["notify_id"], NoticeKind.REFUND, None, _refund_notice(form), dict(form))
            payment = pay_shapes.payment(
                form, paid_when="gmt_payment", app_id=form["app_id"], seller_id=form["seller_id"]
            )
            return Notice("alipay", form["notify_id"], NoticeKind.PAYMENT, payment, None, dict(form))
        except SHAPE_FAULTS:
            raise UnreadableNotice from None

    async def keep_fresh(self) -> None:
        return  # its keys are files, which are looked at whenever they are used

    async def aclose(self) -> None:
        await self._client.aclose()

    def _order(self, request: PaymentRequest) -> dict[str, Any]:
        return {
            "out_trade_no": request.out_trade_no,
            "total_amount": money.yuan(request.amount_fen),
            "subject": _plain(request.description),
            "product_code": "JSAPI_PAY",
            "op_app_id": self._settings.app_id,
            "buyer_open_id": request.payer_openid,
            "seller_id": self._settings.seller_id,
            "time_expire": clock.shanghai(request.expires_at).strftime("%Y-%m-%d %H:%M:%S"),
        }

    async def _repeated(self, request: RefundRequest) -> ChannelRefund:
        """No money moved at this call: it moved at an earlier one, or has not moved yet."""
        asking = self.query_refund(out_refund_no=request.out_refund_no, out_trade_no=request.out_trade_no)
        found = await _sent_before(asking)
        if found.state is RefundState.DONE:
            return found
        return ChannelRefund(request.out_refund_no, RefundState.PROCESSING, request.amount_fen, request.out_trade_no)

    def _own(self, answer: dict[str, Any], name: str, expected: str) -> dict[str, Any]:
        """A signed answer to another question is as good as forged."""
        if answer.get(name) != expected:
            raise ForgedAnswer(retry_after=5)
        return answer


async def _sent_before(asking: Awaitable[Answer]) -> Answer:
    """The answer to a question about what was sent a moment ago. Raises OutcomeUnknown where it cannot be asked.

    That the question could not be sent must not sound as if nothing had been.
    """
    try:
        return await asking
    except OutsideUnavailable as fault:
        raise OutcomeUnknown(retry_after=fault.retry_after) from None


def _plain(text: str) -> str:
    """Without `/=&`, which are forbidden, and without what would shift the columns of the day's bill."""
    return re.sub(r"[/=&,\"\s]", " ", text)[:256]


def _shaped(shape: Callable[[], Answer]) -> Answer:
    """A signed answer in another shape tells nothing certain."""
    try:
        return shape()
    except SHAPE_FAULTS:
        raise OutcomeUnknown(retry_after=5) from None


def _refund_notice(form: Mapping[str, str]) -> ChannelRefund:
    # without a number of its own a refund carries the order's
    number = form.get("out_biz_no") or form["out_trade_no"]
    return pay_shapes.refund(number, form, None, moved_when="gmt_refund")
