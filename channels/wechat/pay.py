"""WeChat Pay v3 (微信支付): JSAPI orders and refunds."""

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from datetime import date
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

from channels.bills import BillRow, DownloadedBill, FundRow
from channels.errors import ForgedAnswer, OrderClosed, OrderNotExist, RefundNotExist
from channels.payment import (
    ChannelPayment,
    ChannelRefund,
    Notice,
    PaymentRequest,
    Prepared,
    RefundRequest,
    RefundState,
)
from channels.wechat import pay_shapes
from channels.wechat.bill_download import downloaded
from channels.wechat.bills import fund_rows, trade_rows
from channels.wechat.pay_callback import read_notice
from channels.wechat.pay_gateway import PayGateway
from foundation import clock
from foundation.http import OutcomeUnknown
from foundation.settings import Settings

Shape = TypeVar("Shape")

DESCRIPTION_LENGTH = 127
REASON_BYTES = 80


class WeChatPay:
    """One merchant at WeChat Pay."""

    name = "wechat"

    def __init__(self, settings: Settings) -> None:
        self._app_id = settings.wechat.app_id
        self._pay = settings.wechat_pay
        self._gateway = PayGateway(settings)

    async def prepare(self, request: PaymentRequest) -> Prepared:
        answer = await self._gateway.ask("POST", "/v3/pay/transactions/jsapi", self._order(request))
        return Prepared(self.payment_parameters(_text(answer, "prepay_id")))

    def payment_parameters(self, prepay_id: str) -> dict[str, str]:
        """What `wx.requestPayment` takes; signed afresh each time, for a prepay_id lives two hours."""
        return self._gateway.client_parameters(prepay_id)

    async def query(self, out_trade_no: str) -> ChannelPayment:
        try:
            answer = await self._gateway.ask("GET", self._order_path(out_trade_no) + f"?{self._merchant()}")
        except OrderNotExist:
            return pay_shapes.absent_payment(out_trade_no)
        return _shaped(pay_shapes.payment, answer, out_trade_no=out_trade_no)

    async def close(self, out_trade_no: str) -> None:
        try:
            await self._gateway.ask("POST", self._order_path(out_trade_no) + "/close", {"mchid": self._pay.merchant_id})
        except (OrderClosed, OrderNotExist):
            return

    async def refund(self, request: RefundRequest) -> ChannelRefund:
        body: dict[str, Any] = {
            "out_trade_no": request.out_trade_no,
            "out_refund_no": request.out_refund_no,
            "reason": request.reason.encode()[:REASON_BYTES].decode(errors="ignore"),
            "amount": {"refund": request.amount_fen, "total": request.total_fen, "currency": "CNY"},
        }
        if request.notify_url:
            body["notify_url"] = request.notify_url
        answer = await self._gateway.ask("POST", "/v3/refund/domestic/refunds", body)
        return _shaped(pay_shapes.refund, answer, out_refund_no=request.out_refund_no)

    async def query_refund(self, *, out_refund_no: str, out_trade_no: str) -> ChannelRefund:
        try:
            answer = await self._gateway.ask("GET", f"/v3/refund/domestic/refunds/{quote(out_refund_no, safe='')}")
        except RefundNotExist:
            return ChannelRefund(out_refund_no, RefundState.ABSENT, None, out_trade_no)
        return _shaped(pay_shapes.refund, answer, out_refund_no=out_refund_no)

    def trade_bill(self, day: date) -> AbstractAsyncContextManager[DownloadedBill[BillRow]]:
        return downloaded(self._gateway, "/v3/bill/tradebill", day, trade_rows, bill_type="ALL")

    def fund_bill(self, day: date) -> AbstractAsyncContextManager[DownloadedBill[FundRow]]:
        return downloaded(self._gateway, "/v3/bill/fundflowbill", day, fund_rows)

    async def read_notice(self, headers: Mapping[str, str], body: bytes) -> Notice:
        return await read_notice(headers, body, keys=self._gateway.keys, api_v3_key=self._pay.api_v3_key)

    async def aclose(self) -> None:
        await self._gateway.aclose()

    def _order(self, request: PaymentRequest) -> dict[str, Any]:
        return {
            "appid": self._app_id,
            "mchid": self._pay.merchant_id,
            "description": request.description[:DESCRIPTION_LENGTH],
            "out_trade_no": request.out_trade_no,
            "time_expire": clock.shanghai(request.expires_at).isoformat(timespec="seconds"),
            "notify_url": request.notify_url,
            "amount": {"total": request.amount_fen, "currency": "CNY"},
            "payer": {"openid": request.payer_openid},
        }

    def _order_path(self, out_trade_no: str) -> str:
        return f"/v3/pay/transactions/out-trade-no/{quote(out_trade_no, safe='')}"

    def _merchant(self) -> str:
        return urlencode({"mchid": self._pay.merchant_id})


def _text(answer: dict[str, Any], name: str) -> str:
    value = answer.get(name)
    if not isinstance(value, str) or not value:
        raise OutcomeUnknown(retry_after=5)
    return value


def _shaped(shape: Callable[[dict[str, Any]], Shape], answer: dict[str, Any], **own: str) -> Shape:
    """A signed answer in another shape tells nothing certain; one about another number is as good as forged."""
    if any(answer.get(name) != number for name, number in own.items()):
        raise ForgedAnswer(retry_after=5)
    try:
        return shape(answer)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise OutcomeUnknown(retry_after=5) from None
