"""队伍: who waits at a hall today, in the order of `appointments.queueing`."""

from collections.abc import Collection

from appointments import queueing, windows
from appointments.queueing import InLine
from foundation import clock, database

WAITING = """
select id as ticket_id, kind, due_at, department_id, "window" from ticket
 where hall_id = $1 and day = $2 and state = 'waiting' and ($3::bigint[] is null or department_id = any($3))
"""
CALLED = """
select kind from ticket
 where hall_id = $1 and day = $2 and turn is not null
   and ($3::bigint[] is null or department_id = any($3))
 order by turn desc limit $4
"""


async def of_window(hall_id: int, *, window: str, departments: Collection[int] | None) -> list[InLine]:
    """Whom `window` calls, one after the other, among `departments`; None is all of them."""
    waiting = await _waiting(hall_id, None)
    theirs = [one for one in waiting if departments is None or one.department_id in departments or one.window == window]
    return queueing.for_window(theirs, window=window, run=await _run(hall_id, departments))


async def of_department(hall_id: int, department_id: int) -> list[InLine]:
    """The line in which a department's visitors stand."""
    shared = await windows.line_of(hall_id, department_id)
    return queueing.order(await _waiting(hall_id, shared), run=await _run(hall_id, shared))


async def ahead_of(ticket_id: int, *, hall_id: int, department_id: int, window: str = "") -> int:
    """How many are called before a waiting ticket; one sent to a window stands only behind those sent there too."""
    line = await of_department(hall_id, department_id)
    if window:
        line = queueing.for_window([one for one in line if one.window == window], window=window)
    places = [one.ticket_id for one in line]
    return places.index(ticket_id) if ticket_id in places else 0


async def _waiting(hall_id: int, departments: Collection[int] | None) -> list[InLine]:
    rows = await database.fetch(WAITING, hall_id, clock.today(), _list(departments))
    return [InLine(**row) for row in rows]


async def _run(hall_id: int, departments: Collection[int] | None) -> int:
    rows = await database.fetch(CALLED, hall_id, clock.today(), _list(departments), queueing.PRIORITY_RUN)
    return queueing.run_of(row["kind"] for row in rows)


def _list(departments: Collection[int] | None) -> list[int] | None:
    return None if departments is None else list(departments)
