"""An answer offers to book what some hall takes bookings for, and nothing that would end before a shut door."""

from dataclasses import replace

from appointments import served
from assistant.answering import Answer
from assistant.navigation import SCREENS, CardKind, LiveKind


async def only(answer: Answer) -> Answer:
    """`answer` without the way to a booking, and without free places, where there are none to be had."""
    if not any(one.kind is CardKind.BOOK for one in answer.cards) and not any(
        one.kind is LiveKind.SLOTS for one in answer.live
    ):
        return answer
    taken = {*SCREENS, *await served.items()}  # a rule leads to the screen for all bookings
    return replace(
        answer,
        cards=tuple(one for one in answer.cards if one.kind is not CardKind.BOOK or one.target in taken),
        live=tuple(one for one in answer.live if one.kind is not LiveKind.SLOTS or one.item_code in taken),
    )
