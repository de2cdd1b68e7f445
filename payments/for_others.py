"""代缴: the open bills of those for whom a citizen may pay."""

from dataclasses import dataclass
from datetime import date

from identity import acting
from identity.delegation import Scope
from payments import own_bills
from payments.bill_read import BillRead


@dataclass(frozen=True)
class TheirBills:
    """Somebody by masked name, or an organisation, until when we may pay, and what they owe."""

    principal: str
    until: date
    bills: list[BillRead]


async def of(agent_id: int) -> list[TheirBills]:
    """Everybody for whom this citizen may pay today, with or without open bills; each once."""
    return [
        TheirBills(one.name, one.until or date.max, await own_bills.mine(one.citizen_id, which="open"))
        for one in await acting.subjects_of(agent_id, scope=Scope.PAY)
    ]
