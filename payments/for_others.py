"""代缴: the open bills of those who let a citizen pay for them."""

from dataclasses import dataclass
from datetime import date

from identity import delegation
from identity.delegation import Scope
from payments import bills
from payments.models import Bill


@dataclass(frozen=True)
class TheirBills:
    """A principal by masked name, until when they let us pay, and what they owe."""

    principal: str
    until: date
    bills: list[Bill]


async def of(agent_id: int) -> list[TheirBills]:
    """Everybody whose delegation covers paying today, with or without open bills; each person once."""
    latest: dict[int, tuple[str, date]] = {}
    for one in await delegation.granted_to(agent_id):
        if Scope.PAY in one.scope and one.until > latest.get(one.principal_id, ("", date.min))[1]:
            latest[one.principal_id] = (one.principal, one.until)
    return [
        TheirBills(name, until, await bills.mine(principal_id, which="open"))
        for principal_id, (name, until) in latest.items()
    ]
