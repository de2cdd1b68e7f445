"""The payer's side of an Alipay trade: money moves, the merchant is notified; months later the trade is finished."""

from sandbox import alipay_notices, alipay_trades
from sandbox.alipay_trades import Trade
from sandbox.scenarios import Manner
from sandbox.wechat_pay_payment import CannotPay
from sandbox.world import World


def payable(world: World, number: str) -> Trade:
    """The unpaid trade of a trade_no or out_trade_no; CannotPay otherwise."""
    trade = alipay_trades.find(world, out_trade_no=number) or alipay_trades.find(world, trade_no=number)
    if trade is None:
        raise CannotPay("交易不存在")
    if trade.status != "WAIT_BUYER_PAY":
        raise CannotPay("交易已被支付" if trade.paid else "交易已关闭")
    return trade


def pay(world: World, trade: Trade, manner: Manner) -> str:
    """Act as the payer; returns my.tradePay's resultCode: 9000 paid, 6001 cancelled, 8000 on its way."""
    if not manner.agrees:
        trade.refused += 1
        alipay_trades.shelf(world).put(trade.out_trade_no, trade)
        return "6001"
    if manner.late:
        world.later(pay_late, after=world.soon(manner.late), out_trade_no=trade.out_trade_no)
        return "8000"
    receive(world, trade, manner)
    return "9000"


async def pay_late(world: World, out_trade_no: str) -> None:
    """The money that was on its way arrives, unless the trade was closed meanwhile."""
    trade = alipay_trades.find(world, out_trade_no=out_trade_no)
    if trade and trade.status == "WAIT_BUYER_PAY":
        receive(world, trade, Manner())


def receive(world: World, trade: Trade, manner: Manner) -> None:
    """The trade is paid now, whatever its state was; the notify goes as the manner says."""
    trade.status, trade.paid_at, trade.closed_at = "TRADE_SUCCESS", world.now(), None
    alipay_trades.shelf(world).put(trade.out_trade_no, trade)
    alipay_notices.tell(world, trade, manner=manner)


def finish(world: World, trade: Trade) -> None:
    """No refund is possible any more; the platform says so with one more notify."""
    trade.status = "TRADE_FINISHED"
    alipay_trades.shelf(world).put(trade.out_trade_no, trade)
    alipay_notices.tell(world, trade, manner=Manner())
