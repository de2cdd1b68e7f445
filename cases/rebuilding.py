"""The row of a case is a projection of its log: it can be made anew at any time, and a job compares.

python -m cases.rebuilding            compare all, mend what differs, say how many
python -m cases.rebuilding --look     only compare
python -m cases.rebuilding --case NO  one case
"""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from datetime import date, datetime

import rooms
from cases import conflicts, logbook
from cases.conflicts import Found
from cases.events import CaseDueMoved
from cases.models import Case
from foundation import audit, database, logs, metrics, settings
from foundation.actor import Actor
from foundation.events import tell
from foundation.workdays import WorkCalendar

AT_ONCE = 200
BY = Actor.system("cases.rebuilding")
log = logs.logger(__name__)

STALE = """
select id from case_file where closed_at is null and id > $1 and calendar_version <> $2 order by id limit $3"""
CHANGED = "select id from case_file where changed_at >= $1 and id > $2 order by id limit $3"
# What was closed was judged by the calendar of its day, which is no more at hand.
ALL = """
select id from case_file where id > $1 and (closed_at is null or calendar_version = $2) order by id limit $3"""


@database.retry_on_deadlock
async def refold(case_ids: Sequence[int], *, why: str, by: Actor) -> list[str]:
    """Fold these cases anew; the numbers of those whose row was not what the log says. Told where a deadline moved."""
    async with database.transaction():
        calendar = await WorkCalendar.current()
        rows = await Case.filter(id__in=case_ids).order_by("id").select_for_update()
        logged, found = await logbook.of([case.id for case in rows]), Found()
        standing, wrong = {}, []
        for case in rows:
            before = (case.promised_due, case.legal_due)
            standing[case.id] = logbook.fold(case, [one.happening for one in logged.get(case.id, [])], calendar)
            if logbook.project(case, standing[case.id], calendar):
                wrong.append(case.case_no)
                await _trace(case, before, why=why, by=by)
            found.set_aside(case, standing[case.id].contradictions)
        await logbook.keep(rows, anew=True)
        await conflicts.keep(found, folded=standing)
        return wrong


async def _trace(case: Case, before: tuple[date | None, date | None], *, why: str, by: Actor) -> None:
    detail = {"promised_due": [before[0], case.promised_due], "legal_due": [before[1], case.legal_due]}
    await audit.record("case.refolded", subject=f"case:{case.id}", by=by, reason=why, detail=detail)
    citizen_id: int | None = case.citizen_id  # type: ignore[attr-defined]
    if before != (case.promised_due, case.legal_due) and case.closed_at is None:
        moved = CaseDueMoved(case_id=case.id, citizen_id=citizen_id, before=before[0], after=case.promised_due)
        await tell(moved)


async def follow_calendar() -> int:
    """Open cases whose deadlines were counted with another calendar are counted anew; how many other days came out."""
    version, last, moved = (await WorkCalendar.current()).version, 0, 0
    while some := [row["id"] for row in await database.fetch(STALE, last, version, AT_ONCE)]:
        moved += len(await refold(some, why="工作日历调整", by=BY))
        last = some[-1]
    return moved


async def compare(*, since: datetime) -> list[str]:
    """The numbers of cases, changed since then, whose row is not what their log says; a job's alarm."""
    wrong: list[str] = []
    last, calendar = 0, await WorkCalendar.current()
    while some := [row["id"] for row in await database.fetch(CHANGED, since, last, AT_ONCE)]:
        wrong += await differing(some, calendar)
        last = some[-1]
    if wrong:
        metrics.count("case_rows_out_of_step_total", len(wrong))
        log.error("cases_out_of_step", cases=wrong[:20], number=len(wrong))
    return wrong


async def differing(case_ids: Sequence[int], calendar: WorkCalendar) -> list[str]:
    """Those whose row is not what their log says; of a closed case the calendar it was judged by counts."""
    logged, wrong = await logbook.of(case_ids), []
    for case in await Case.filter(id__in=case_ids).order_by("id"):
        if case.calendar_version != calendar.version:
            continue
        if logbook.project(
            case, logbook.fold(case, [one.happening for one in logged.get(case.id, [])], calendar), calendar
        ):
            wrong.append(case.case_no)
    return wrong


async def all_of_them(*, mend: bool) -> tuple[int, list[str]]:
    """How many there are, and the numbers of those that differed."""
    number, last, wrong, calendar = 0, 0, list[str](), await WorkCalendar.current()
    while some := [row["id"] for row in await database.fetch(ALL, last, calendar.version, AT_ONCE)]:
        wrong += await (refold(some, why="重建", by=BY) if mend else differing(some, calendar))
        number, last = number + len(some), some[-1]
    return number, wrong


async def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m cases.rebuilding")
    parser.add_argument("--look", action="store_true", help="compare and change nothing")
    parser.add_argument("--case", default="", help="the number of one case")
    given = parser.parse_args(arguments)
    ours = settings.current()
    await database.start(ours.database_url, models=rooms.MODELS, pool=2)
    try:
        if given.case:
            wrong = await refold([(await Case.get(case_no=given.case)).id], why="重建", by=BY)
            number = 1
        else:
            number, wrong = await all_of_them(mend=not given.look)
    finally:
        await database.stop()
    sys.stdout.write("".join(f"{one}\n" for one in wrong) + f"{number} cases, {len(wrong)} differed\n")
    return 1 if wrong and given.look else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1:])))
