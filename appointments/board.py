"""看板: the queue of a hall as its staff see it, with masked names, and as the hall's screen shows it, with none."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from appointments import line, types, windows
from appointments.agenda import masked
from appointments.queueing import KIND_NAMES, PRIORITY_NAMES
from catalogue.models import Hall
from foundation import clock, crypto, database

SHOWN_CALLS, SHOWN_NEXT = 8, 6


@dataclass(frozen=True, kw_only=True)
class Visitor:
    """A ticket as the staff see it. `name` is masked, or the masked number of a walk-in's document."""

    ticket_id: int
    number: str
    kind: str
    kind_name: str
    priority: str
    state: str
    window: str
    calls: int
    name: str
    type_name: str
    department_name: str
    slot_starts_at: datetime | None
    drawn_at: datetime


@dataclass(frozen=True, kw_only=True)
class Board:
    """`waiting` in the order this window calls them; `elsewhere` wait for other windows."""

    waiting: list[Visitor] = field(default_factory=list)
    elsewhere: list[Visitor] = field(default_factory=list)
    called: list[Visitor] = field(default_factory=list)
    held: list[Visitor] = field(default_factory=list)
    missed: list[Visitor] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A call on the screen; `turn` changes whenever it is called again."""

    number: str
    window: str
    turn: str


@dataclass(frozen=True, kw_only=True)
class Queue:
    """A department's line on the screen."""

    department: str
    waiting: int


@dataclass(frozen=True, kw_only=True)
class Screen:
    """大屏: no names, only numbers."""

    hall: str
    calls: list[Shown]
    next: list[str]
    missed: list[str]
    queues: list[Queue]
    waiting: int


TICKETS = """
select k.id as ticket_id, k.number, k.kind, k.priority_reason, k.state, k."window", k.calls, k.drawn_at,
       k.person_masked, d.name as department_name, t.name as type_name, s.starts_at as slot_starts_at,
       c.real_name_sealed
  from ticket k join department d on d.id = k.department_id left join appointment a on a.id = k.appointment_id
  left join appointment_type t on t.id = a.type_id left join slot s on s.id = a.slot_id
  left join citizen c on c.id = a.citizen_id
 where k.hall_id = $1 and k.day = $2 and k.state in ('waiting', 'called', 'held', 'missed') order by k.id
"""
SCREEN = """
select k.id, k.number, k.state, k."window", k.calls, k.called_at, d.name as department_name
  from ticket k join department d on d.id = k.department_id
 where k.hall_id = $1 and k.day = $2 and k.state in ('waiting', 'called', 'missed') order by k.id
"""


async def of_hall(*, hall_code: str, window: str = "") -> Board:
    """Today's queue as the staff at `window` see it. Raises HallNotFound."""
    hall = await types.find_hall(code=hall_code)
    rows = await database.fetch(TICKETS, hall.id, clock.today())
    by_id = {row["ticket_id"]: _visitor(row) for row in rows}
    theirs = [one.ticket_id for one in await _line(hall, window)]
    states: dict[str, list[Visitor]] = {}
    for one in by_id.values():
        states.setdefault(one.state, []).append(one)
    return Board(
        waiting=[by_id[one] for one in theirs if one in by_id],
        elsewhere=[one for one in states.get("waiting", []) if one.ticket_id not in theirs],
        called=states.get("called", []),
        held=states.get("held", []),
        missed=states.get("missed", []),
    )


async def screen(*, hall_code: str) -> Screen:
    """What the hall's screen shows now, the latest call first. Raises HallNotFound."""
    hall = await types.find_hall(code=hall_code)
    rows = await database.fetch(SCREEN, hall.id, clock.today())
    waiting = [row for row in rows if row["state"] == "waiting"]
    called = sorted((row for row in rows if row["state"] == "called"), key=lambda row: row["called_at"], reverse=True)
    numbers = {row["id"]: row["number"] for row in waiting}
    order = [numbers[one.ticket_id] for one in await line.of_window(hall.id, window="", departments=None)
             if one.ticket_id in numbers]  # fmt: skip
    lines: dict[str, int] = {}
    for row in waiting:
        lines[row["department_name"]] = lines.get(row["department_name"], 0) + 1
    return Screen(
        hall=hall.name,
        calls=[
            Shown(number=row["number"], window=row["window"], turn=f"{row['number']}-{row['window']}-{row['calls']}")
            for row in called[:SHOWN_CALLS]
        ],
        next=order[:SHOWN_NEXT],
        missed=[row["number"] for row in rows if row["state"] == "missed"][-SHOWN_CALLS:],
        queues=[Queue(department=name, waiting=count) for name, count in lines.items()],
        waiting=len(waiting),
    )


async def _line(hall: Hall, window: str) -> Collection[Any]:
    served = await windows.served_by(hall.id, window) if window.strip() else None
    return await line.of_window(hall.id, window=window.strip(), departments=served)


def _visitor(row: Any) -> Visitor:
    sealed = row["real_name_sealed"]
    return Visitor(
        **{name: row[name] for name in ("ticket_id", "number", "kind", "state", "window", "calls", "drawn_at",
                                        "department_name", "slot_starts_at")},
        kind_name=KIND_NAMES[row["kind"]],
        priority=PRIORITY_NAMES.get(row["priority_reason"], ""),
        name=masked(crypto.open_sealed(sealed)) if sealed else row["person_masked"],
        type_name=row["type_name"] or "",
    )  # fmt: skip
