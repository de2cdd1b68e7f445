"""Alipay's notifies: a signed form, sent until the answer is exactly ``success``; payment and refund to one address."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from sandbox import notices, people
from sandbox.alipay_signatures import signed_form
from sandbox.alipay_trades import Trade, logon_id
from sandbox.notices import Courier, Letter, Notice
from sandbox.rendering import yuan
from sandbox.scenarios import Manner
from sandbox.world import World, beijing

MINUTE, HOUR = 60, 3600
SCHEDULE = (4 * MINUTE, 10 * MINUTE, 10 * MINUTE, HOUR, 2 * HOUR, 6 * HOUR, 15 * HOUR)
FORGERIES = ("signature", "body")


def tell(world: World, trade: Trade, *, manner: Manner, refund: tuple[str, datetime] | None = None) -> None:
    """Notify the trade's state; ``refund`` (its request number and time) makes it a refund's notify."""
    if not trade.notify_url:
        return
    notices.tell(
        world,
        vendor="alipay",
        kind=f"{trade.status}{' 退款' if refund else ''}",
        subject=trade.out_trade_no,
        url=trade.notify_url,
        facts=_facts(world, trade, refund) | {"cert_mode": trade.cert_mode},
        manner=manner,
    )


def letter(world: World, notice: Notice, forge: str) -> Letter:
    """Sign the form. Times and notify_id stay the same on every try; notify_time is fresh."""
    params = {name: str(value) for name, value in notice.facts.items() if name != "cert_mode"}
    params |= {"notify_id": notice.id, "notify_time": beijing(world.now())}
    form = signed_form(world, params, cert_mode=bool(notice.facts["cert_mode"]), forge=forge)
    if forge == "body":
        form["total_amount"] = "0.01"
    headers = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8", "User-Agent": "Mozilla/4.0"}
    return Letter(headers, urlencode(form).encode())


def accepts(status: int, answer: str) -> bool:
    """Only these seven letters, without any space around them, stop the retries."""
    return status == 200 and answer == "success"


def _facts(world: World, trade: Trade, refund: tuple[str, datetime] | None) -> dict[str, Any]:
    person, amount = people.by_alipay(trade.buyer), yuan(trade.fen)
    told: dict[str, Any] = {
        "notify_type": "trade_status_sync",
        "app_id": world.keys["alipay_app_id"],
        "auth_app_id": world.keys["alipay_app_id"],
        "charset": "utf-8",
        "version": "1.0",
        "trade_no": trade.trade_no,
        "out_trade_no": trade.out_trade_no,
        "trade_status": trade.status,
        "subject": trade.subject,
        "seller_id": world.keys["alipay_seller_id"],
        "buyer_id": person.alipay_user_id,
        "buyer_open_id": person.alipay_open_id,
        "buyer_logon_id": logon_id(person),
        "total_amount": amount,
        "receipt_amount": amount,
        "invoice_amount": amount,
        "buyer_pay_amount": amount,
        "point_amount": "0.00",
        "gmt_create": beijing(trade.created_at),
        "fund_bill_list": f'[{{"amount":"{amount}","fundChannel":"ALIPAYACCOUNT"}}]',
    }
    told |= {name: trade.asked[name] for name in ("body", "passback_params") if name in trade.asked}
    if trade.paid_at:
        told["gmt_payment"] = beijing(trade.paid_at)
    if trade.closed_at:
        told["gmt_close"] = beijing(trade.closed_at)
    if refund:
        told |= {"out_biz_no": refund[0], "gmt_refund": beijing(refund[1]), "refund_fee": yuan(trade.refunded)}
    return told


COURIER = Courier(schedule=SCHEDULE, letter=letter, accepts=accepts)
