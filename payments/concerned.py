"""Whom a bill concerns: its payer, whoever acts for them, and whoever has paid it. Read with what they ask about it."""

from typing import Protocol, TypeVar

from identity import acting
from identity.delegation import Scope
from payments.errors import BillNotFound


class Whose(Protocol):
    """Whose bill it is; `concerns`: who asked is its payer, or has paid."""

    @property
    def citizen_id(self) -> int | None: ...

    @property
    def concerns(self) -> bool: ...


W = TypeVar("W", bound=Whose)

CONCERNS = """b.citizen_id is not distinct from asked.who
       or exists (select from payment_order o where o.bill_id = b.id and o.payer_id = asked.who) as concerns"""


async def shown_to(citizen_id: int, found: W | None) -> W:
    """What was found of a bill. Raises BillNotFound for everybody whom it does not concern."""
    if found is None:
        raise BillNotFound
    payer = found.citizen_id
    if found.concerns or payer and await acting.may(agent=citizen_id, subject=payer, scope=Scope.PAY):
        return found
    raise BillNotFound
