"""What departments push: events of cases, in any order, any number of times."""

from cases import taking_in
from cases.pushed import Missing as Missing
from cases.pushed import PushedEvent as PushedEvent
from cases.pushed import Registration as Registration
from foundation.actor import Actor
from foundation.errors import Refusal


async def append(*, event: PushedEvent, by: Actor) -> str:
    """``appended`` or ``repeated``. Raises the refusals of `cases.errors`."""
    return (await _taken(event, by)).outcome


async def register(*, event: PushedEvent, by: Actor) -> str:
    """登记赋码: the number of the case, given with its first event, and the same one when it is registered again.

    The registration carries a `reference`, or the event its number. Raises the refusals of `cases.errors`.
    """
    return (await _taken(event, by)).case_no


async def _taken(event: PushedEvent, by: Actor) -> taking_in.Taken:
    (answer,) = await taking_in.take_in([event], by=by)
    if isinstance(answer, Refusal):
        raise answer
    return answer
