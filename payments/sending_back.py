"""Money that is nobody's here goes back one way only: out of quarantine, or by a difference of a reconciliation.

Each is decided on a row of its own, which the other does not lock. So whoever lets such money go takes the lock of its
number first and looks at the other only then.
"""

from collections.abc import Collection

from foundation import database

ALONE = "select pg_advisory_xact_lock(hashtextextended('sent_back:' || $1 || ':' || $2, 1))"
# Over there it is gone once it is returned, whatever the bill of its day says.
IN_QUARANTINE = """
select out_trade_no from quarantined_notice
 where channel = $1 and out_trade_no = any($2) and kind = 'payment' and state in ('open', 'returning', 'returned')"""
BY_DIFFERENCE = """
select exists (select from difference d join reconciliation r on r.id = d.reconciliation_id
                where r.channel = $1 and d.number = $2 and d.what = 'payment' and d.resolution = 'send_back'
                  and d.state in ('approved', 'resolved'))"""


async def alone(*, channel: str, number: str) -> None:
    """Until the caller's transaction ends nobody else lets the money of this number go."""
    await database.joined().execute(ALONE, channel, number)


async def in_quarantine(*, channel: str, numbers: Collection[str]) -> set[str]:
    """Those whose money quarantine holds, sends back or has sent back."""
    return {row["out_trade_no"] for row in await database.fetch(IN_QUARANTINE, channel, list(numbers))}


async def by_difference(*, channel: str, number: str) -> bool:
    """Whether two people of reconciliation have sent it back."""
    return bool(await database.fetchval(BY_DIFFERENCE, channel, number))
