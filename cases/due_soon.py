"""临期和超期: open cases, and applications on line that wait for an answer, whose day comes near or has passed.

What counts as near and what stands still is what supervision says (`supervision_rules`).
"""

from cases import supervision_rules
from cases.filing_models import Filing
from cases.register_list import DUE, STILL
from cases.review_desk import OPEN, REVIEW_WORKDAYS
from foundation import clock, database
from foundation.duties import MOST, Duty
from foundation.workdays import WorkCalendar

CASES = f"""
select id, case_no, item_name, hall_path, {DUE} as due from case_file
 where closed_at is null and {DUE} <= $2 and ({STILL.format(today="$1::date")}) is not true
 order by {DUE}, id limit $3"""
SOON_REVIEWED = 1  # working days before the last on which an application is answered


async def cases() -> list[Duty]:
    """Without one who owns them: whoever works where they were taken in looks after them."""
    rule, calendar, today = await supervision_rules.current(), await WorkCalendar.current(), clock.today()
    near = calendar.add_workdays(today, rule.near_workdays)
    return [
        Duty(
            kind="case", subject=str(row["id"]), name=f"{row['item_name']}（{row['case_no']}）",
            hall_path=row["hall_path"], owner_id=None, due_on=row["due"],
        )
        for row in await database.fetch(CASES, today, near, MOST)
    ]  # fmt: skip


async def applications() -> list[Duty]:
    """What was filed on line and not answered yet, the reviewer's or nobody's."""
    calendar = await WorkCalendar.current()
    near = calendar.add_workdays(clock.today(), SOON_REVIEWED)
    waiting = Filing.filter(state__in=OPEN, submitted_at__not_isnull=True).prefetch_related("hall")
    found = [_application(one, calendar) for one in await waiting.order_by("submitted_at", "id").limit(MOST)]
    return [one for one in found if one.due_on <= near]


def _application(row: Filing, calendar: WorkCalendar) -> Duty:
    assert row.submitted_at is not None
    reviewer: int | None = row.reviewer_id  # type: ignore[attr-defined]
    return Duty(
        kind="application", subject=row.code, name=f"{row.item_name}（{row.code}）", hall_path=row.hall.path,
        owner_id=reviewer,
        due_on=calendar.add_workdays(clock.shanghai(row.submitted_at).date(), REVIEW_WORKDAYS),
    )  # fmt: skip
