"""The books as people read them: accounts by their names, entries by account, day and posting, the trial balance."""

from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from foundation import database
from payments import comparing

CHANNEL_NAMES = {"wechat": "微信支付", "alipay": "支付宝"}
ACCOUNT_NAMES = {
    "channel": "{}渠道资金",
    "unit": "执收单位 {}",
    "owed": "应退缴款人",
    "fee": "{}手续费",
    "bank": "{}已结算到银行",
    "transit": "{}待查款",
    "bank:offline": "执收单位线下退款",
}
MEMOS = {
    "settled": "缴款入账",
    "owed back": "应退款",
    "refund closed": "退款关闭，恢复",
    "returned": "退款到账",
    "fee": "渠道手续费",
    "paid out": "渠道结算",
    "in transit": "挂账待查",
    "unasked": "非我方支付单收款",
    "given back": "非我方支付单退回",
    "paid offline": "线下转账退款",
    "fetched back": "渠道退回商户",
}
PAGE = 100

BALANCES = """
select account, sum(amount_fen) filter (where amount_fen > 0)::bigint as debit_fen,
       -sum(amount_fen) filter (where amount_fen < 0)::bigint as credit_fen, count(*) as entries
  from ledger_entry where $1::timestamptz is null or at < $1 group by account order by account"""

UNBALANCED = """
select posting from ledger_entry group by posting having sum(amount_fen) <> 0 limit 100"""

ENTRIES = """
select e.id, e.at, e.posting, e.account, e.amount_fen, e.memo, o.out_trade_no, e.reconciliation_id
  from ledger_entry e left join payment_order o on o.id = e.order_id
 where e.at >= $1 and e.at < $2 and ($3 = '' or e.account = $3) and ($4 = '' or o.out_trade_no = $4)
   and ($5::uuid is null or e.posting = $5) and e.id < $6
 order by e.id desc limit $7"""


@dataclass(frozen=True)
class Line:
    """One account: what went in (借) and out (贷), in fen."""

    account: str
    name: str
    debit_fen: int
    credit_fen: int
    entries: int

    @property
    def balance_fen(self) -> int:
        return self.debit_fen - self.credit_fen


@dataclass(frozen=True)
class TrialBalance:
    """试算平衡: the accounts, both sums, which are the same, and the postings that break it: none, ever."""

    lines: list[Line]
    unbalanced: list[UUID]

    @property
    def debit_fen(self) -> int:
        return sum(one.debit_fen for one in self.lines)

    @property
    def credit_fen(self) -> int:
        return sum(one.credit_fen for one in self.lines)

    @property
    def balances(self) -> bool:
        return self.debit_fen == self.credit_fen and not self.unbalanced


@dataclass(frozen=True)
class Entry:
    """分录, as a line."""

    id: int
    at: datetime
    posting: UUID
    account: str
    name: str
    amount_fen: int
    memo: str
    out_trade_no: str
    reconciliation_id: int | None


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Entries of these days in Beijing, and of one account, order or posting where it is named."""

    start: date
    end: date
    account: str = ""
    out_trade_no: str = ""
    posting: UUID | None = None


async def trial_balance(*, until: date | None = None) -> TrialBalance:
    """The books as they stood at the end of `until` in Beijing, or as they stand now."""
    end = comparing.span(until)[1] if until else None
    async with database.long_transaction(seconds=300) as tx:
        rows = await tx.fetch(BALANCES, end)
        unbalanced = await tx.fetch(UNBALANCED)
    names = await account_names([row["account"] for row in rows])
    lines = [
        Line(
            row["account"],
            names[row["account"]],
            row["debit_fen"] or 0,
            row["credit_fen"] or 0,
            row["entries"],
        )
        for row in rows
    ]
    return TrialBalance(lines, [row["posting"] for row in unbalanced])


async def off_since(moment: datetime) -> int:
    """What the entries since `moment` add up to. The entries of a posting have one moment, so it must be nothing."""
    return int(
        await database.fetchval("select coalesce(sum(amount_fen), 0)::bigint from ledger_entry where at >= $1", moment)
    )


async def account_names(accounts: Collection[str]) -> dict[str, str]:
    """Account → what people call it; a unit by the name it last had on a bill."""
    codes = [one.partition(":")[2] for one in accounts if one.startswith("unit:")]
    rows = await database.fetch(
        """select code, (select exec_unit_name from bill where exec_unit_code = code order by id desc limit 1) as name
             from unnest($1::text[]) as code""",
        codes,
    )
    units = {row["code"]: row["name"] for row in rows if row["name"]}
    return {one: _name(one, units) for one in accounts}


def _name(account: str, units: dict[str, str]) -> str:
    kind, _, code = account.partition(":")
    name = ACCOUNT_NAMES.get(account) or ACCOUNT_NAMES.get(kind, account)
    return name.format(CHANNEL_NAMES.get(code) or units.get(code) or code)


async def accounts() -> dict[str, str]:
    """All accounts in the books, by their names."""
    rows = await database.fetch(
        """with recursive known as (
               (select account from ledger_entry order by account limit 1)
               union all
               select (select account from ledger_entry e where e.account > known.account order by account limit 1)
                 from known where known.account is not null)
           select account from known where account is not null"""
    )
    return await account_names([row["account"] for row in rows])


async def entries(wanted: Wanted, *, before: int | None = None, limit: int = PAGE) -> list[Entry]:
    """The latest first; `before` is the id of the last one seen."""
    starts, ends = comparing.span(wanted.start)[0], comparing.span(wanted.end)[1]
    rows = await database.fetch(
        ENTRIES, starts, ends, wanted.account, wanted.out_trade_no, wanted.posting, before or (1 << 62), limit
    )
    names = await account_names({row["account"] for row in rows})
    return [
        Entry(
            row["id"],
            row["at"],
            row["posting"],
            row["account"],
            names[row["account"]],
            row["amount_fen"],
            memo_text(row["memo"]),
            row["out_trade_no"] or "",
            row["reconciliation_id"],
        )
        for row in rows
    ]


def memo_text(memo: str) -> str:
    """``in transit P123`` → 挂账待查 P123."""
    for known, text in MEMOS.items():
        if memo == known or memo.startswith(f"{known} "):
            return text + memo[len(known) :]
    return memo


async def all_entries(wanted: Wanted) -> AsyncIterator[list[Entry]]:
    """Every entry, the latest first, a page at a time."""
    before: int | None = None
    while page := await entries(wanted, before=before, limit=10 * PAGE):
        yield page
        before = page[-1].id
