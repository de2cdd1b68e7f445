"""容缺后补: what was promised when a case was taken on without it; brought, reminded of, overdue."""

from datetime import date, datetime, timedelta
from typing import Annotated

from msgspec import Struct

from cases import filing, notice_period
from cases.filing_errors import FilingNotFound, OwedNotFound
from cases.filing_events import PaperOwedSoon
from cases.filing_models import Filing, OwedPaper, Paper
from foundation import audit, clock, database
from foundation.actor import Actor
from foundation.events import tell
from foundation.questions import Asking, Question
from foundation.words import Verbatim, one_of

REMIND_BEFORE = timedelta(days=3)


class Owed(Struct, frozen=True, kw_only=True):
    """One promised material: `state` owed 待补, overdue 已逾期, received 已补."""

    id: int
    material: Verbatim
    due_on: date
    state: Annotated[str, one_of(("owed", "overdue", "received"))]


async def owe(row: Filing, *, by: Actor) -> None:
    """Within the transaction that takes it on: what was promised, and is not there, is owed."""
    there = {one.material for one in await Paper.filter(filing=row, state="ready")}
    due = await notice_period.follow_until()
    for material in row.promised:
        if material not in there:
            await OwedPaper.create(filing=row, material=material, due_on=due)
            await audit.record("filing.owes", subject=f"filing:{row.id}", by=by, detail={"until": due})


@database.retry_on_deadlock
async def bring(*, code: str, material: str, by: Actor) -> None:
    """The papers of a promised material are there. Again it changes nothing. Raises FilingNotFound, OwedNotFound."""
    async with database.transaction():
        row = await filing.found(code, by)
        if row is None:
            raise FilingNotFound
        owed = await OwedPaper.get_or_none(filing=row, material=material)
        if owed is None or not await Paper.exists(filing=row, material=material, state="ready", late=True):
            raise OwedNotFound
        if owed.received_at is None:
            owed.received_at = clock.now()
            await owed.save(update_fields=["received_at"])
            await audit.record("filing.brought", subject=f"filing:{row.id}", by=by)


class _Row(Struct, frozen=True):
    id: int
    material: str
    due_on: date
    received_at: datetime | None


OF_FILING = Question(
    _Row,
    """
select o.id, o.material, o.due_on, o.received_at from owed_paper o
 where o.filing_id = (select f.id from filing f where f.code = asked.code) order by o.id""",
    code="text",
)


def of(code: str) -> Asking[list[Owed]]:
    """What was promised of an application, brought or not."""
    return OF_FILING.asking(code, then=lambda rows: [_view(one) for one in rows])


def _view(row: _Row) -> Owed:
    late = row.received_at is None and row.due_on < clock.today()
    state = "received" if row.received_at else "overdue" if late else "owed"
    return Owed(id=row.id, material=row.material, due_on=row.due_on, state=state)


async def remind() -> None:
    """Once some days before, once when it is overdue; told in the transaction that remembers it."""
    today = clock.today()
    for row in await OwedPaper.filter(received_at=None, due_on__lte=today + REMIND_BEFORE).order_by("id"):
        async with database.transaction():
            fresh = await OwedPaper.select_for_update().get(id=row.id)
            if fresh.received_at is None and _is_due(fresh, today):
                await OwedPaper.filter(id=row.id).update(reminded_on=today)
                of = await fresh.filing
                owner: int = of.citizen_id  # type: ignore[attr-defined]
                await tell(PaperOwedSoon(filing_id=of.id, citizen_id=owner, owed_id=row.id))


def _is_due(row: OwedPaper, today: date) -> bool:
    """Not reminded yet, or reminded in time and overdue now."""
    return row.reminded_on is None or row.reminded_on <= row.due_on < today
