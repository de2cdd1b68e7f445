"""WeChat Pay's bills (交易账单, 资金账单): a day's orders and refunds as a text of back-quoted fields, in yuan."""

import gzip
import hashlib
import secrets
from datetime import date, datetime, timedelta
from typing import Any

import msgspec

from sandbox import bill_lines, wechat_pay_orders, wechat_pay_refunds
from sandbox.bill_lines import BillLine
from sandbox.memory import Shelf
from sandbox.wechat_pay_errors import PayError
from sandbox.wechat_pay_orders import Order
from sandbox.wechat_pay_refunds import Refund
from sandbox.world import BEIJING, World, beijing

READY_HOUR = 10
LIVES = timedelta(minutes=5)
COMMON = (
    "公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,"
    "应结订单金额,代金券金额"
)
REFUND_PART = "微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态"
TAIL = "商品名称,商户数据包,手续费,费率,订单金额"
HEADS = {
    "ALL": f"交易时间,{COMMON},{REFUND_PART},{TAIL},申请退款金额,费率备注",
    "SUCCESS": f"交易时间,{COMMON},{TAIL},费率备注",
    "REFUND": f"交易时间,{COMMON},退款申请时间,退款成功时间,{REFUND_PART},{TAIL},申请退款金额,费率备注",
}
TOTALS = "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额"
FLOW_HEAD = (
    "记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额(元),账户结余(元),"
    "资金变更提交申请人,备注,业务凭证号"
)
FLOW_TOTALS = "资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额"


class Ticket(msgspec.Struct):
    """What a download address stands for, while it lives."""

    text: str
    zipped: bool
    until: datetime


def tickets(world: World) -> Shelf[Ticket]:
    return world.memory.shelf("wechat_pay_bills", Ticket)


def trade_bill(world: World, *, day: str, kind: str, tar: str, base: str) -> dict[str, str]:
    """Apply for the day's trade bill: {hash_type, hash_value (of the uncompressed text), download_url}."""
    wanted = _day(world, day)
    if kind not in HEADS:
        raise PayError("PARAM_ERROR", "bill_type 只能是 ALL、SUCCESS 或 REFUND", {"field": "bill_type"})
    lines = [one for one in bill_lines.between(world, "wechat", wanted, wanted) if _on(kind, one)]
    if not lines:
        raise PayError("NO_STATEMENT_EXIST", "请求的账单文件不存在：该日无交易")
    rows = [_refund_row(world, one, kind) if one.is_refund else _paid_row(world, one, kind) for one in lines]
    takings = sum(one.fen for one in lines if not one.is_refund)
    back = sum(one.fen for one in lines if one.is_refund)
    totals = [str(len(rows)), _yuan(takings), _yuan(back), "0.00", "0.00000", _yuan(takings), _yuan(back)]
    return _offer(world, HEADS[kind], rows, TOTALS, totals, tar, base)


def fund_flow_bill(world: World, *, day: str, tar: str, base: str) -> dict[str, str]:
    """Apply for the day's fund flow of the basic account; its balance starts the day at nothing."""
    wanted = _day(world, day)
    moves = [(order.paid_at, order.transaction_id, "交易", "收入", order.total, order.out_trade_no)
             for order in _paid_on(world, wanted) if order.paid_at]  # fmt: skip
    moves += [(one.success_at, one.refund_id, "退款", "支出", one.fen, one.out_refund_no)
              for one in _refunded_on(world, wanted) if one.success_at]  # fmt: skip
    if not moves:
        raise PayError("NO_STATEMENT_EXIST", "请求的账单文件不存在：该日无资金流水")
    balance, rows = 0, []
    for at, number, business, direction, fen, voucher in sorted(moves):
        balance += fen if direction == "收入" else -fen
        amounts = [_yuan(fen), _yuan(balance)]
        rows.append([beijing(at), number, number, business, business, direction, *amounts, "system", "", voucher])
    came = [move[4] for move in moves if move[3] == "收入"]
    went = [move[4] for move in moves if move[3] == "支出"]
    totals = [str(len(rows)), str(len(came)), _yuan(sum(came)), str(len(went)), _yuan(sum(went))]
    return _offer(world, FLOW_HEAD, rows, FLOW_TOTALS, totals, tar, base)


def download(world: World, token: str) -> tuple[bytes, bool]:
    """The file behind a download address and whether it is gzipped."""
    ticket = tickets(world).get(token)
    if ticket is None or world.now() > ticket.until:
        raise PayError("INVALID_REQUEST", "账单下载链接已失效，请重新申请")
    content = ticket.text.encode()
    return (gzip.compress(content), True) if ticket.zipped else (content, False)


def _day(world: World, text: str) -> date:
    now = world.now()
    try:
        wanted = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=BEIJING).date()
    except ValueError as fault:
        raise PayError("PARAM_ERROR", "账单日期格式应为YYYY-MM-DD", {"field": "bill_date"}) from fault
    if wanted >= now.date() or wanted < now.date() - timedelta(days=92):
        raise PayError("PARAM_ERROR", "账单日期应为三个月内、今天之前的日期", {"field": "bill_date"})
    too_early = wanted == now.date() - timedelta(days=1) and now.hour < READY_HOUR
    if too_early or bill_lines.faults(world, "wechat").late:
        raise PayError("STATEMENT_CREATING", "账单文件正在生成中，请稍后再试")
    return wanted


def _paid_on(world: World, day: date) -> list[Order]:
    orders = wechat_pay_orders.shelf(world)
    return [one for one in orders if one.paid_at and one.paid_at.astimezone(BEIJING).date() == day]


def _refunded_on(world: World, day: date) -> list[Refund]:
    refunds = wechat_pay_refunds.shelf(world)
    return [one for one in refunds if one.success_at and one.success_at.astimezone(BEIJING).date() == day]


def _on(kind: str, line: BillLine) -> bool:
    return kind == "ALL" or line.is_refund == (kind == "REFUND")


def _common(world: World, line: BillLine, state: str, settled: str) -> list[str]:
    names = [world.keys["wechat_app_id"], world.keys["wechat_pay_merchant_id"], "0", ""]
    numbers = [line.transaction_no, line.out_trade_no, line.payer]
    return [beijing(line.at), *names, *numbers, "JSAPI", state, "OTHERS", "CNY", settled, "0.00"]


def _tail(line: BillLine, fen: str) -> list[str]:
    return [line.subject, line.attach, "0.00000", "0.00%", fen]


def _paid_row(world: World, line: BillLine, kind: str) -> list[str]:
    fen = _yuan(line.fen)
    row = _common(world, line, "SUCCESS", fen)
    if kind == "SUCCESS":
        return [*row, *_tail(line, fen), ""]
    return [*row, "0", "0", "0.00", "0.00", "", "", *_tail(line, fen), "0.00", ""]


def _refund_row(world: World, line: BillLine, kind: str) -> list[str]:
    row = _common(world, line, "REFUND", "0.00")
    if kind == "REFUND":
        row += [beijing(line.created_at), beijing(line.at)]
    fen = _yuan(line.fen)
    part = [line.refund_no, line.out_refund_no, fen, "0.00", "ORIGINAL", "SUCCESS"]
    return [*row, *part, *_tail(line, "0.00"), fen, ""]


def _offer(
    world: World, head: str, rows: list[list[str]], total_head: str, totals: list[str], tar: str, base: str
) -> dict[str, Any]:
    lines = [head, *(_quoted(row) for row in rows), total_head, _quoted(totals)]
    faults = bill_lines.faults(world, "wechat")
    text = "".join(f"{line}\r\n" for line in (lines[:-2] if faults.cut else lines))
    token = secrets.token_urlsafe(32)
    tickets(world).put(token, Ticket(text, tar == "GZIP", world.now() + LIVES))
    return {
        "hash_type": "SHA1",
        "hash_value": hashlib.sha1(text.encode() + (b" " if faults.wrong_hash else b"")).hexdigest(),
        "download_url": f"{base}/v3/billdownload/file?token={token}",
    }


def _quoted(fields: list[str]) -> str:
    """Each field behind a back-quote; a comma inside would shift the columns, so it is widened as the vendor does."""
    return ",".join("`" + field.replace(",", "，").replace("\n", " ") for field in fields)


def _yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"
