"""代缴: the open bills of those for whom a citizen may pay."""

from dataclasses import dataclass
from datetime import date

from foundation.questions import ask_as_one
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


async def and_own(agent_id: int, *, payer: int) -> tuple[list[BillRead], list[TheirBills]]:
    """The payer's own bills, and those of everybody for whom this citizen may pay today, with or without open ones."""
    await ask_as_one(own := own_bills.mine(payer), whom := acting.subjects_of(agent_id, scope=Scope.PAY))
    owed = await own_bills.open_of([one.citizen_id for one in whom.answer])
    theirs = [TheirBills(one.name, one.until or date.max, owed.get(one.citizen_id, [])) for one in whom.answer]
    return own.answer, theirs
