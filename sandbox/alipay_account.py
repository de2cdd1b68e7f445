"""Alipay's account bill (账务明细): every movement of the merchant's account, with the balance after it."""

import csv
import io

from sandbox.bill_lines import BillLine
from sandbox.world import beijing

COLUMNS = (
    "账务流水号,业务流水号,商户订单号,商品名称,发生时间,对方账号,收入金额（+元）,支出金额（-元）,账户余额（元）,交易渠道,"
    "业务类型,备注"
)
SUMMARY_COLUMNS = "类型,收入笔数,收入金额（+元）,支出笔数,支出金额（-元）,总金额（元）"


def details(lines: list[BillLine]) -> list[str]:
    """The names and a row per movement; the balance starts the days at nothing."""
    balance, table = 0, [COLUMNS]
    for number, line in enumerate(lines, 1):
        balance += -line.fen if line.is_refund else line.fen
        came, went = ("0.00", yuan(-line.fen)) if line.is_refund else (yuan(line.fen), "0.00")
        numbers = [f"{line.transaction_no}{number:04d}", line.transaction_no, line.out_trade_no]
        amounts = [came, went, yuan(balance)]
        business = "退款" if line.is_refund else "在线支付"
        table.append(tabbed([*numbers, line.subject, beijing(line.at), "", *amounts, "支付宝", business, line.reason]))
    return table


def totals(lines: list[BillLine]) -> list[str]:
    came, went = _sums(lines)
    return [f"#支出合计：{len(went)}笔，共{yuan(-sum(went))}元", f"#收入合计：{len(came)}笔，共{yuan(sum(came))}元"]


def summary(lines: list[BillLine]) -> list[str]:
    came, went = _sums(lines)
    sums = [str(len(came)), yuan(sum(came)), str(len(went)), yuan(-sum(went)), yuan(sum(came) - sum(went))]
    return [SUMMARY_COLUMNS, tabbed(["合计", *sums])]


def tabbed(fields: list[str]) -> str:
    """A comma-separated line whose fields end in a TAB, so that a spreadsheet keeps long numbers as they are."""
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow([f"{field}\t" for field in fields])
    return line.getvalue()


def yuan(fen: int) -> str:
    """-1234 → -12.34"""
    sign, rest = ("-" if fen < 0 else ""), abs(fen)
    return f"{sign}{rest // 100}.{rest % 100:02d}"


def _sums(lines: list[BillLine]) -> tuple[list[int], list[int]]:
    """What came, what went."""
    return [one.fen for one in lines if not one.is_refund], [one.fen for one in lines if one.is_refund]
