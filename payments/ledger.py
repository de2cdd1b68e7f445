"""分录: immutable double entry. The entries of a posting add up to zero; the database refuses anything else at commit.

Accounts: ``channel:<name>`` money at a channel, ``unit:<执收单位>`` money collected for a unit, ``owed:payer`` money
that must go back, ``fee:<channel>`` 手续费 the channel kept, ``bank:<channel>`` money the channel has paid out to our
bank, ``transit:<channel>`` 待查款: what a channel has otherwise than we, until it is known why. Debit is positive.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from foundation import clock, database
from payments.errors import LedgerUnbalanced

OWED = "owed:payer"
FEE, PAID_OUT = "fee", "paid out"


@dataclass(frozen=True)
class Entry:
    account: str
    amount_fen: int


async def post(
    *entries: Entry, order_id: int | None = None, reconciliation_id: int | None = None, memo: str
) -> uuid.UUID:
    """Write one posting in the verb's transaction, by one statement: it can be added to no more.

    Raises LedgerUnbalanced.
    """
    if sum(one.amount_fen for one in entries):
        raise LedgerUnbalanced(memo)
    posting = uuid.uuid4()
    await database.joined().execute(
        """insert into ledger_entry (posting, account, amount_fen, order_id, reconciliation_id, memo, at)
           select $1, account, fen, $4, $5, $6, $7 from unnest($2::text[], $3::bigint[]) as e(account, fen)""",
        posting,
        [one.account for one in entries],
        [one.amount_fen for one in entries],
        order_id,
        reconciliation_id,
        memo,
        clock.now(),
    )
    return posting


async def received(*, channel: str, unit: str, amount_fen: int, order_id: int) -> None:
    """Money came in and settles a bill of `unit`."""
    await post(
        Entry(f"channel:{channel}", amount_fen), Entry(f"unit:{unit}", -amount_fen), order_id=order_id, memo="settled"
    )


async def received_each(those: Sequence[tuple[str, str, int, int]]) -> None:
    """As `received`, for many of (channel, unit, fen, order id) in one statement, each a posting of its own."""
    rows = [
        (posting, account, amount, order_id)
        for channel, unit, fen, order_id in those
        for posting in (uuid.uuid4(),)
        for account, amount in ((f"channel:{channel}", fen), (f"unit:{unit}", -fen))
    ]
    await database.joined().execute(
        """insert into ledger_entry (posting, account, amount_fen, order_id, memo, at)
           select posting, account, fen, order_id, 'settled', $5
             from unnest($1::uuid[], $2::text[], $3::bigint[], $4::bigint[]) as e (posting, account, fen, order_id)""",
        *(list(column) for column in zip(*rows, strict=True)),
        clock.now(),
    )


async def received_too_much(*, channel: str, amount_fen: int, order_id: int | None) -> None:
    """Money came in that nobody asked for; it must go back."""
    await post(Entry(f"channel:{channel}", amount_fen), Entry(OWED, -amount_fen), order_id=order_id, memo="owed back")


async def owed_back(*, unit: str, amount_fen: int, order_id: int) -> None:
    """Money that had settled a bill of `unit` is to go back."""
    await post(Entry(f"unit:{unit}", amount_fen), Entry(OWED, -amount_fen), order_id=order_id, memo="owed back")


async def kept_after_all(*, unit: str, amount_fen: int, order_id: int) -> None:
    """The channel closed the refund: the money is the unit's again until another refund is decided."""
    await post(Entry(OWED, amount_fen), Entry(f"unit:{unit}", -amount_fen), order_id=order_id, memo="refund closed")


async def returned(*, channel: str, amount_fen: int, order_id: int | None) -> None:
    """Money that was owed went back to the payer."""
    await post(Entry(OWED, amount_fen), Entry(f"channel:{channel}", -amount_fen), order_id=order_id, memo="returned")


async def fee_kept(*, channel: str, amount_fen: int, reconciliation_id: int) -> None:
    """The channel kept a fee out of what it holds for us (or gave one back, when negative)."""
    await post(
        Entry(f"fee:{channel}", amount_fen), Entry(f"channel:{channel}", -amount_fen),
        reconciliation_id=reconciliation_id, memo=FEE,
    )  # fmt: skip


async def paid_out(*, channel: str, amount_fen: int, reconciliation_id: int) -> None:
    """The channel paid what it held for us out to our bank."""
    await post(
        Entry(f"bank:{channel}", amount_fen), Entry(f"channel:{channel}", -amount_fen),
        reconciliation_id=reconciliation_id, memo=PAID_OUT,
    )  # fmt: skip


async def in_transit(*, channel: str, amount_fen: int, reconciliation_id: int, number: str) -> None:
    """挂账: the channel holds this much more (less, when negative) than our orders say, and it is not known why."""
    await post(
        Entry(f"channel:{channel}", amount_fen), Entry(f"transit:{channel}", -amount_fen),
        reconciliation_id=reconciliation_id, memo=f"in transit {number}",
    )  # fmt: skip


async def gone_through(*, channel: str, amount_fen: int, reconciliation_id: int, number: str) -> None:
    """Money for none of our orders came in and went back to its payer: both stand in the books."""
    for memo, fen in ((f"unasked {number}", amount_fen), (f"given back {number}", -amount_fen)):
        await post(Entry(f"channel:{channel}", fen), Entry(OWED, -fen), reconciliation_id=reconciliation_id, memo=memo)


async def trial_balance() -> dict[str, int]:
    """Account → balance in fen. The values add up to zero."""
    rows = await database.fetch(
        "select account, sum(amount_fen)::bigint as fen from ledger_entry group by 1 order by 1"
    )
    return {row["account"]: row["fen"] for row in rows}
