"""Figures of consultations for staff: by department, kind or hall; numbers without a person."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from foundation import database

By = Literal["department", "kind", "hall"]
KEYS: dict[By, str] = {
    "department": "c.department",
    "kind": "case c.kind when 'question' then '咨询' when 'complaint' then '投诉' else '建议' end",
    "hall": "coalesce(nullif(c.hall_name, ''), '（未指明大厅）')",
}


@dataclass(frozen=True, kw_only=True)
class Line:
    """`on_time`: of those answered or due by now, per cent answered by their day; `satisfied` of those marked."""

    name: str
    asked: int
    answered: int
    refused: int
    pointed: int
    late: int
    on_time: float | None
    satisfied: float | None
    published: int


FIGURES = """
select {key} as name, count(*) as asked, count(*) filter (where c.state = 'answered') as answered,
       count(*) filter (where c.state = 'refused') as refused, count(*) filter (where c.state = 'pointed') as pointed,
       count(*) filter (where c.state in ('open', 'drafted') and c.due_on < $4) as late,
       round(100.0 * count(*) filter (where c.answered_on <= c.due_on and c.state in ('answered', 'pointed'))
             / nullif(count(*) filter (where c.state in ('answered', 'pointed')
                                          or c.state in ('open', 'drafted') and c.due_on < $4), 0), 1) as on_time,
       round(100.0 * count(*) filter (where c.mark >= 3) / nullif(count(c.mark), 0), 1) as satisfied,
       count(p.id) filter (where p.taken_back_at is null) as published
  from consultation c left join public_answer p on p.consultation_id = c.id
 where (c.asked_at at time zone 'Asia/Shanghai')::date between $2 and $3
   and exists (select from unnest($1::text[]) w (path) where starts_with(c.desk_path, w.path))
 group by {key} order by asked desc, name"""


async def over(*, within: set[str], start: date, end: date, by: By, today: date) -> list[Line]:
    """What was asked from `start` to `end` at the desks under `within`."""
    rows = await database.fetch(FIGURES.format(key=KEYS[by]), list(within), start, end, today)
    return [Line(**{**row, "on_time": _float(row["on_time"]), "satisfied": _float(row["satisfied"])}) for row in rows]


def _float(value: object) -> float | None:
    return None if value is None else float(str(value))
