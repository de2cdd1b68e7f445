"""渠道结算: what a channel paid out to our bank, from its bill of the account's movements (资金账单), into the books.

Only a channel that tells its movements has this; the money of another stays in its account of the ledger.
"""

import asyncio
from datetime import date

from channels.bills import DownloadedBill, FundBills, FundRow
from foundation import audit, database
from foundation.actor import Actor
from payments import gateway, ledger
from payments.reconciliation import CHANNELS, row_of

PAYOUT = "提现"  # the word of both for money that goes to the merchant's bank; what comes back (提现退回) begins alike
BY = Actor.system("payouts")


def channels() -> list[str]:
    """Those that tell the movements of our account."""
    return [name for name in CHANNELS if isinstance(gateway.channel(name), FundBills)]


async def book(*, channel: str, day: date) -> int:
    """Post what was paid out on `day`, less what an earlier reading posted; returns the fen of the day.

    Raises what keeps us from the bill, as `reconciliation.run` does.
    """
    source = gateway.channel(channel)
    if not isinstance(source, FundBills):
        return 0
    reconciliation_id = await row_of(channel, day)
    async with source.fund_bill(day) as bill:
        fen = await asyncio.to_thread(_paid_out, bill)
    async with database.transaction() as tx:
        before = await tx.fetchval(
            "select coalesce(paid_out_fen, 0) from reconciliation where id = $1 for no key update", reconciliation_id
        )
        if fen != before:
            await ledger.paid_out(channel=channel, amount_fen=fen - before, reconciliation_id=reconciliation_id)
        await tx.execute("update reconciliation set paid_out_fen = $2 where id = $1", reconciliation_id, fen)
        await audit.record("reconciliation.payouts", subject=f"reconciliation:{reconciliation_id}", by=BY)
    return fen


def _paid_out(bill: DownloadedBill[FundRow]) -> int:
    return -sum(one.amount_fen for one in bill.rows() if one.business.startswith(PAYOUT))
