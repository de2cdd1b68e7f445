"""The payer's side of a WeChat Pay order: money moves, the merchant is notified."""

import secrets

from sandbox import notices, wechat_pay_orders
from sandbox.scenarios import Manner
from sandbox.wechat_pay_orders import Order
from sandbox.world import World


class CannotPay(Exception):
    """The order is paid, closed, expired or unknown; the sentence is what the payer reads."""


def payable(world: World, number: str) -> Order:
    """The unpaid order behind a prepay_id or out_trade_no; CannotPay otherwise."""
    order = wechat_pay_orders.by_prepay(world, number) or wechat_pay_orders.find(world, number)
    if order is None:
        raise CannotPay("订单不存在或支付会话已过期")
    if order.state != "NOTPAY":
        raise CannotPay({"CLOSED": "订单已关闭"}.get(order.state, "订单已支付，请勿重复支付"))
    return order


def pay(world: World, order: Order, manner: Manner) -> str:
    """Act as the payer; returns the front end's result: ok, cancel, or unknown while the money is on its way."""
    if not manner.agrees:
        order.refused += 1
        wechat_pay_orders.shelf(world).put(order.out_trade_no, order)
        return "cancel"
    if manner.late:
        wait = world.soon(manner.late)
        world.later(pay_late, after=wait, out_trade_no=order.out_trade_no, copies=manner.copies)
        return "unknown"
    receive(world, order, manner)
    return "ok"


async def pay_late(world: World, out_trade_no: str, copies: int) -> None:
    """The money that was on its way arrives, unless the order was closed meanwhile."""
    order = wechat_pay_orders.find(world, out_trade_no)
    if order and order.state == "NOTPAY":
        receive(world, order, Manner(copies=copies))


def receive(world: World, order: Order, manner: Manner) -> None:
    """The order is paid now, whatever its state was; the notify goes as the manner says."""
    now = world.now()
    order.state, order.paid_at, order.payer = "SUCCESS", now, order.asked["payer"]["openid"]
    order.transaction_id = f"420000{now:%Y%m%d}{secrets.randbelow(10**14):014d}"
    wechat_pay_orders.shelf(world).put(order.out_trade_no, order)
    notices.tell(
        world,
        vendor="wechat_pay",
        kind="TRANSACTION.SUCCESS",
        subject=order.out_trade_no,
        url=order.asked["notify_url"],
        facts=wechat_pay_orders.facts(world, order),
        manner=manner,
    )
