"""Conversations with people: moments in and out of office hours, and a conversation that waits for somebody."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from assistant import asking, handover
from assistant.handover_models import Handover
from foundation import clock
from foundation.actor import Actor

# A Tuesday of a published year: no festival, no 调休.
OPEN = datetime(2026, 6, 9, 10, 0, tzinfo=clock.SHANGHAI)
LUNCH = OPEN.replace(hour=12, minute=30)
NIGHT = OPEN.replace(hour=22)
SATURDAY = OPEN + timedelta(days=4)
ADDRESS = "203.0.113.7"


@contextmanager
def office_hours(at: datetime = OPEN) -> Iterator[None]:
    """The clock runs on from a moment in office hours, or from `at`."""
    with clock.shifted(at - clock.now()):
        yield


async def asked(
    question: str = "明天会下雨吗", *, by: Actor | None = None, address: str = ADDRESS
) -> tuple[str, Handover]:
    """Somebody asked the bot, then for a person: their token and what waits for staff."""
    token = (await asking.ask(question=question, by=by)).conversation
    await handover.ask(conversation=token, address=address, by=by)
    return token, await Handover.get(conversation__token=token)
