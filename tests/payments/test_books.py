"""The books as people read them, and what the database refuses to do to them."""

import subprocess
import sys
import uuid
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import asyncpg
import pytest

from foundation import clock, database
from payments import ledger_reading, settlement, trial_balance
from payments.ledger_reading import Wanted
from payments.models import LedgerEntry, PaymentOrder
from payments.reconciliation_jobs import add_up_the_books
from tests.builders.payments import begun
from tests.payments.conftest import Tills

ROOT = Path(__file__).parents[2]
ENTRIES = "insert into ledger_entry (posting, account, amount_fen, memo, at) values "
BALANCED = "($1, 'unit:3507', 5, '', now()), ($1, 'channel:wechat', -5, '', now())"
TODAY = Wanted(start=clock.today() - timedelta(days=1), end=clock.today() + timedelta(days=1))


async def settled(tills: Tills) -> PaymentOrder:
    _, order, _ = await begun()
    await settlement.settle(tills.wechat.pay(order.out_trade_no))
    return order


async def in_two_steps(posting: uuid.UUID) -> None:
    async with database.transaction() as tx:
        await tx.execute(ENTRIES + BALANCED, posting)
        async with database.transaction():
            await tx.execute(ENTRIES + BALANCED, posting)


async def test_a_posting_is_written_once_and_nothing_is_added_however_well_it_balances(tills: Tills):
    await settled(tills)
    posting = (await LedgerEntry.first()).posting
    with pytest.raises(asyncpg.RestrictViolationError, match="is closed"):
        await database.execute(ENTRIES + BALANCED, posting)
    with pytest.raises(asyncpg.RestrictViolationError, match="is closed"):
        await in_two_steps(uuid.uuid4())
    await database.execute(ENTRIES + BALANCED, uuid.uuid4())
    assert (await ledger_reading.trial_balance()).balances


@pytest.mark.parametrize(
    ("rows", "error"),
    [
        ("($1, 'unit:3507', 5, '', now()), ($1, 'channel:wechat', -4, '', now())", asyncpg.CheckViolationError),
        ("($1, 'unit:3507', 5, '', now())", asyncpg.CheckViolationError),
        ("($1, 'pocket:mine', 5, '', now()), ($1, 'channel:wechat', -5, '', now())", asyncpg.CheckViolationError),
        ("($1, 'unit:', 5, '', now()), ($1, 'channel:wechat', -5, '', now())", asyncpg.CheckViolationError),
        ("($1, 'unit:3507', 0, '', now()), ($1, 'channel:wechat', 0, '', now())", asyncpg.CheckViolationError),
    ],
)
async def test_what_no_posting_may_be(db: None, rows: str, error: type[Exception]):
    with pytest.raises(error):
        await database.execute(ENTRIES + rows, uuid.uuid4())
    assert not await LedgerEntry.exists()


async def test_the_trial_balance_by_name_and_as_of_a_day(tills: Tills):
    await settled(tills)
    found = await ledger_reading.trial_balance()
    assert [(one.name, one.debit_fen, one.credit_fen) for one in found.lines] == [
        ("微信支付渠道资金", 8000, 0),
        ("执收单位 自然资源局", 0, 8000),
    ]
    assert found.balances
    assert (await ledger_reading.trial_balance(until=clock.today() - timedelta(days=2))).lines == []
    printed = trial_balance.text(found)
    assert "合计" in printed
    assert printed.splitlines()[1].split() == ["channel:wechat", "微信支付渠道资金", "80.00", "0.00", "80.00"]
    assert printed.endswith("试算平衡。")


async def test_the_command_prints_it_and_fails_when_the_books_are_off(tills: Tills, environment: dict[str, str]):
    await settled(tills)
    ran = [sys.executable, "-m", "payments.trial_balance"]
    done = subprocess.run(ran, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, "试算平衡。" in done.stdout) == (0, True), done.stderr
    off = ledger_reading.TrialBalance([ledger_reading.Line("unit:1", "执收单位 1", 5, 4, 2)], [uuid.uuid4()])
    assert not off.balances
    assert "不平衡" in trial_balance.text(off)


class Undone(Exception):
    """Ends a transaction without a trace."""


async def test_books_that_were_tampered_with_are_seen(tills: Tills):
    order = await settled(tills)
    await settled(tills)
    with suppress(Undone):
        async with database.transaction() as tx:
            await tx.execute("set local session_replication_role = replica")
            await tx.execute(
                "update ledger_entry set amount_fen = 1 where amount_fen = 8000 and order_id = $1", order.id
            )
            found = await ledger_reading.trial_balance()
            assert (found.balances, len(found.unbalanced)) == (False, 1)
            assert await ledger_reading.off_since(clock.now() - timedelta(hours=1)) == 1 - 8000
            await add_up_the_books()
            raise Undone
    assert await ledger_reading.off_since(clock.now() - timedelta(hours=1)) == 0


async def test_entries_by_account_order_posting_and_page(tills: Tills):
    first, second = await settled(tills), await settled(tills)
    everything = await ledger_reading.entries(TODAY)
    assert [one.out_trade_no for one in everything] == [second.out_trade_no] * 2 + [first.out_trade_no] * 2
    assert {one.memo for one in everything} == {"缴款入账"}
    (one,) = await ledger_reading.entries(
        Wanted(start=TODAY.start, end=TODAY.end, account="unit:3507", out_trade_no=first.out_trade_no)
    )
    assert (one.amount_fen, one.name) == (-8000, "执收单位 自然资源局")
    posting = Wanted(start=TODAY.start, end=TODAY.end, posting=one.posting)
    assert len(await ledger_reading.entries(posting)) == 2
    assert [row.id for row in await ledger_reading.entries(TODAY, before=everything[1].id)] == [
        row.id for row in everything[2:]
    ]
    assert await ledger_reading.accounts() == {
        "channel:wechat": "微信支付渠道资金",
        "unit:3507": "执收单位 自然资源局",
    }
    pages = [page async for page in ledger_reading.all_entries(TODAY)]
    assert [len(page) for page in pages] == [4]
    assert ledger_reading.memo_text("in transit P1") == "挂账待查 P1"
