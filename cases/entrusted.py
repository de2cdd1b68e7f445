"""代办 of applications and cases: whoever holds the tie may go on with them for the person whose they are.

The tie is asked of `identity.acting` each time: in the room 办件 (`Scope.PROGRESS`), for the item, today.
"""

from collections.abc import Sequence
from typing import Protocol, TypeVar

from foundation import clock
from foundation.actor import Actor
from identity import access, acting
from identity.delegation import Scope
from identity.family_errors import PersonUnknown


class OfItem(Protocol):
    """What is about an item."""

    @property
    def item_code(self) -> str: ...


T = TypeVar("T", bound=OfItem)


async def may_change(*, owner: int, item_code: str, by: Actor) -> bool:
    """Within a transaction: whether it is theirs or entrusted to them, which cannot end before the transaction does."""
    if by.kind != "citizen":
        return False
    try:
        await acting.hold(
            agent=by.number, person=owner, day=clock.today(), scope=Scope.PROGRESS, items=[item_code]
        )  # fmt: skip
    except PersonUnknown:
        return False
    return True


async def may_see(*, owner: int | None, item_code: str, by: Actor) -> bool:
    """Whether it is theirs or entrusted to them."""
    if by.kind != "citizen" or owner is None:
        return False
    return await acting.may(agent=by.number, subject=owner, scope=Scope.PROGRESS, items=[item_code])


async def visible(rows: Sequence[T], *, owner: int, by: Actor) -> list[T]:
    """Those of the owner's that are entrusted to `by`: a mandate may be for some items alone."""
    if owner == by.number:
        return list(rows)
    codes = {one.item_code for one in rows}
    may = {code for code in codes if await may_see(owner=owner, item_code=code, by=by)}
    return [one for one in rows if one.item_code in may]


async def name_of(citizen_id: int | None) -> str:
    """The masked name of an agent, for the one they act for; empty where nobody acted."""
    if citizen_id is None:
        return ""
    known = await access.profiles([citizen_id], seen_by=Actor.system("cases.entrusted"))
    return known[citizen_id].masked_name if citizen_id in known else "已注销用户"
