"""Alipay's bill (对账单): a zip of two GBK texts, the day's details and their summary, whose names are GBK too."""

import csv
import io
import secrets
import zipfile
from datetime import date, datetime, timedelta
from typing import Any

import msgspec

from sandbox import alipay_refunds, alipay_trades, people
from sandbox.alipay_errors import business, content, success
from sandbox.alipay_refunds import Refund
from sandbox.alipay_trades import Trade, logon_id
from sandbox.memory import Shelf
from sandbox.world import BEIJING, World, beijing

READY_HOUR = 10
LIVES = timedelta(seconds=30)
COLUMNS = (
    "支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,对方账户,订单金额（元）,"
    "商家实收（元）,支付宝红包（元）,集分宝（元）,支付宝优惠（元）,商家优惠（元）,券核销金额（元）,券名称,"
    "商家红包消费金额（元）,卡消费金额（元）,退款批次号/请求号,服务费（元）,分润（元）,备注"
)
SUMMARY_COLUMNS = (
    "门店编号,门店名称,交易订单总笔数,退款订单总笔数,订单金额（元）,商家实收（元）,支付宝优惠（元）,商家优惠（元）,"
    "卡消费金额（元）,服务费（元）,分润（元）,实收净额（元）"
)
RULE = "-" * 40


class Wish(msgspec.Struct):
    bill_type: str
    bill_date: str


class Ticket(msgspec.Struct):
    """What a download address stands for, for half a minute."""

    first: date
    last: date
    until: datetime


class GbkName(zipfile.ZipInfo):
    """A name stored as GBK bytes without the UTF-8 flag, as the vendor's archiver leaves it."""

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:
        return self.filename.encode("gbk"), self.flag_bits & ~0x800


def tickets(world: World) -> Shelf[Ticket]:
    return world.memory.shelf("alipay_bills", Ticket)


def offer(world: World, params: dict[str, str], base: str) -> dict[str, Any]:
    """alipay.data.dataservice.bill.downloadurl.query, for a day (from ten the next morning) or a month."""
    wish = content(params, Wish)
    if wish.bill_type not in ("trade", "signcustomer"):
        raise business("isp.unknown_bill_type", "账单类型不正确")
    first, last = _span(wish.bill_date)
    now = world.now()
    ready = datetime(last.year, last.month, last.day, READY_HOUR, tzinfo=BEIJING) + timedelta(days=1)
    if now < ready or not any(_lines(world, first, last)):
        raise business("isp.bill_not_exist", "账单不存在")
    token = secrets.token_urlsafe(32)
    tickets(world).put(token, Ticket(first, last, now + LIVES))
    return success(bill_download_url=f"{base}/alipay/bill?token={token}")


def download(world: World, token: str) -> bytes | None:
    """The zip behind a download address; None when the address is too old."""
    ticket = tickets(world).get(token)
    if ticket is None or world.now() > ticket.until:
        return None
    stem = f"{world.keys['alipay_seller_id']}0156_{ticket.first:%Y%m%d}"
    paid, refunds = _lines(world, ticket.first, ticket.last)
    details = _details(world, ticket, paid, refunds)
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as bundle:
        bundle.writestr(GbkName(f"{stem}_业务明细.csv"), details.encode("gbk", "replace"))
        bundle.writestr(GbkName(f"{stem}_业务明细(汇总).csv"), _summary(world, ticket, paid, refunds).encode("gbk"))
    return archive.getvalue()


def _span(text: str) -> tuple[date, date]:
    try:
        if len(text) == 7:
            first = _date(f"{text}-01")
            return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        return _date(text), _date(text)
    except ValueError as fault:
        raise business("isp.invalid_bill_date", "账单日期格式为yyyy-MM-dd或yyyy-MM") from fault


def _date(text: str) -> date:
    return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=BEIJING).date()


def _lines(world: World, first: date, last: date) -> tuple[list[Trade], list[Refund]]:
    def within(moment: datetime | None) -> bool:
        return moment is not None and first <= moment.astimezone(BEIJING).date() <= last

    paid = [one for one in alipay_trades.shelf(world) if within(one.paid_at) and one.bill_as != 0]
    return paid, [one for one in alipay_refunds.shelf(world) if within(one.moved_at)]


def _details(world: World, ticket: Ticket, paid: list[Trade], refunds: list[Refund]) -> str:
    rows = [_row(trade, _billed(trade), trade.paid_at) for trade in paid]
    for refund in refunds:
        trade = alipay_trades.shelf(world).get(refund.out_trade_no)
        assert trade
        rows.append(_row(trade, -refund.fen, refund.moved_at, refund=refund))
    came, went = sum(map(_billed, paid)), sum(refund.fen for refund in refunds)
    return "\r\n".join(
        [
            *_head(world, ticket, "业务明细查询", "业务明细列表"),
            COLUMNS,
            *(_tabbed(row) for row in rows),
            f"#{RULE}业务明细列表结束{RULE}",
            f"#交易合计：{len(paid)}笔，商家实收共{_yuan(came)}元，商家优惠共0.00元",
            f"#退款合计：{len(refunds)}笔，商家实收退款共{_yuan(-went)}元，商家优惠退款共0.00元",
            f"#导出时间：[{beijing(world.now())}]",
            "",
        ]
    )


def _summary(world: World, ticket: Ticket, paid: list[Trade], refunds: list[Refund]) -> str:
    came, went = sum(map(_billed, paid)), sum(refund.fen for refund in refunds)
    net = _yuan(came - went)
    row = ["合计", "", str(len(paid)), str(len(refunds)), net, net, "0.00", "0.00", "0.00", "0.00", "0.00", net]
    return "\r\n".join(
        [
            *_head(world, ticket, "业务汇总查询", "业务汇总列表"),
            SUMMARY_COLUMNS,
            _tabbed(row),
            f"#{RULE}业务汇总列表结束{RULE}",
            f"#导出时间：[{beijing(world.now())}]",
            "",
        ]
    )


def _head(world: World, ticket: Ticket, title: str, table: str) -> list[str]:
    ends = ticket.last + timedelta(days=1)
    return [
        f"#支付宝{title}",
        f"#账号：[{world.keys['alipay_seller_id']}0156]",
        f"#起始日期：[{ticket.first:%Y年%m月%d日} 00:00:00]   终止日期：[{ends:%Y年%m月%d日} 00:00:00]",
        f"#{RULE}{table}{RULE}",
    ]


def _row(trade: Trade, fen: int, at: datetime | None, *, refund: Refund | None = None) -> list[str]:
    assert at
    money, account = _yuan(fen), logon_id(people.by_alipay(trade.buyer))
    kind, batch, remark = ("退款", refund.out_request_no, refund.reason) if refund else ("交易", "", "")
    start = [trade.trade_no, trade.out_trade_no, kind, trade.subject, beijing(trade.created_at), beijing(at)]
    sums = [money, money, *(["0.00"] * 5), "", "0.00", "0.00"]
    return [*start, "", "", "", "", account, *sums, batch, "0.00", "0.00", remark]


def _tabbed(fields: list[str]) -> str:
    """A comma-separated line whose fields end in a TAB, so that a spreadsheet keeps long numbers as they are."""
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow([f"{field}\t" for field in fields])
    return line.getvalue()


def _billed(trade: Trade) -> int:
    return trade.fen if trade.bill_as is None else trade.bill_as


def _yuan(fen: int) -> str:
    sign, rest = ("-" if fen < 0 else ""), abs(fen)
    return f"{sign}{rest // 100}.{rest % 100:02d}"
