"""Alipay's bill (对账单): a zip of two GBK texts, the day's details and their summary, whose names are GBK too."""

import io
import secrets
import zipfile
from datetime import date, datetime, timedelta
from typing import Any

import msgspec

from sandbox import alipay_account, bill_lines, people
from sandbox.alipay_account import tabbed, yuan
from sandbox.alipay_errors import business, content, success
from sandbox.alipay_trades import logon_id
from sandbox.bill_lines import BillLine, Faults
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

    kind: str
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
    late = now < ready or bill_lines.faults(world, "alipay").late
    told = bill_lines.between if wish.bill_type == "trade" else bill_lines.truly
    if late or not told(world, "alipay", first, last):
        raise business("isp.bill_not_exist", "账单不存在")
    token = secrets.token_urlsafe(32)
    tickets(world).put(token, Ticket(wish.bill_type, first, last, now + LIVES))
    return success(bill_download_url=f"{base}/alipay/bill?token={token}")


def download(world: World, token: str) -> bytes | None:
    """The zip behind a download address; None when the address is too old."""
    ticket = tickets(world).get(token)
    if ticket is None or world.now() > ticket.until:
        return None
    stem = f"{world.keys['alipay_seller_id']}0156_{ticket.first:%Y%m%d}"
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, text in _texts(world, ticket).items():
            bundle.writestr(GbkName(f"{stem}_{name}.csv"), text.encode("gbk", "replace"))
    return _damaged(archive.getvalue(), bill_lines.faults(world, "alipay"))


def _texts(world: World, ticket: Ticket) -> dict[str, str]:
    """The texts in the archive by the end of their names."""
    if ticket.kind == "signcustomer":
        lines = bill_lines.truly(world, "alipay", ticket.first, ticket.last)
        return {
            "账务明细": _table(world, ticket, "账务明细", alipay_account.details(lines), alipay_account.totals(lines)),
            "账务汇总": _table(world, ticket, "账务汇总", alipay_account.summary(lines), []),
        }
    lines = bill_lines.between(world, "alipay", ticket.first, ticket.last)
    (paid, came), (back, went) = _sums(lines)
    net = yuan(came - went)
    totals = [
        f"#交易合计：{paid}笔，商家实收共{yuan(came)}元，商家优惠共0.00元",
        f"#退款合计：{back}笔，商家实收退款共{yuan(-went)}元，商家优惠退款共0.00元",
    ]
    row = ["合计", "", str(paid), str(back), net, net, "0.00", "0.00", "0.00", "0.00", "0.00", net]
    return {
        "业务明细": _table(world, ticket, "业务明细", [COLUMNS, *(tabbed(_row(line)) for line in lines)], totals),
        "业务明细(汇总)": _table(world, ticket, "业务汇总", [SUMMARY_COLUMNS, tabbed(row)], []),
    }


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


def _damaged(archive: bytes, faults: Faults) -> bytes:
    """Alipay announces no hash: a byte of the details changed on the way shows in the archive's own check sums."""
    if faults.cut:
        return archive[: len(archive) // 2]
    if faults.wrong_hash:
        name, extra = int.from_bytes(archive[26:28], "little"), int.from_bytes(archive[28:30], "little")
        at = 30 + name + extra + 20  # within the packed details, behind their header
        return archive[:at] + bytes([archive[at] ^ 0xFF]) + archive[at + 1 :]
    return archive


def _table(world: World, ticket: Ticket, title: str, table: list[str], totals: list[str]) -> str:
    """A table with who and when above it and its totals below."""
    ends = ticket.last + timedelta(days=1)
    lines = [
        f"#支付宝{title}查询",
        f"#账号：[{world.keys['alipay_seller_id']}0156]",
        f"#起始日期：[{ticket.first:%Y年%m月%d日} 00:00:00]   终止日期：[{ends:%Y年%m月%d日} 00:00:00]",
        f"#{RULE}{title}列表{RULE}",
        *table,
        f"#{RULE}{title}列表结束{RULE}",
        *totals,
        f"#导出时间：[{beijing(world.now())}]",
    ]
    return "".join(f"{line}\r\n" for line in lines)


def _sums(lines: list[BillLine]) -> tuple[tuple[int, int], tuple[int, int]]:
    """(count, fen) of payments, and of refunds."""
    paid, back = [one.fen for one in lines if not one.is_refund], [one.fen for one in lines if one.is_refund]
    return (len(paid), sum(paid)), (len(back), sum(back))


def _row(line: BillLine) -> list[str]:
    money, account = yuan(-line.fen if line.is_refund else line.fen), logon_id(people.by_alipay(line.payer))
    kind = "退款" if line.is_refund else "交易"
    start = [line.transaction_no, line.out_trade_no, kind, line.subject, beijing(line.created_at), beijing(line.at)]
    sums = [money, money, *(["0.00"] * 5), "", "0.00", "0.00"]
    return [*start, "", "", "", "", account, *sums, line.out_refund_no, "0.00", "0.00", line.reason]
