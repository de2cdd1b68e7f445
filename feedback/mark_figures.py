"""Figures of ratings and rectifications for staff: by hall or department, numbers without a person."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from foundation import database

By = Literal["hall", "department", "item"]
KEYS: dict[By, str] = {
    "hall": "coalesce(h.name, r.place)",
    "department": "coalesce(nullif(r.department, ''), '（不计部门）')",
    "item": "coalesce(nullif(r.item_name, ''), '（多个事项）')",
}


@dataclass(frozen=True, kw_only=True)
class Line:
    """One hall, department or item. A rate is None where there is nothing to count yet.

    A call or a mending is due once its day is over or it was done; on time when it was done by that day.
    """

    name: str
    marks: int
    average: float | None
    levels: tuple[int, ...]  # of 5 to 1
    withdrawn: int
    rectifications: int
    called_on_time: float | None
    mended_on_time: float | None
    satisfied: float | None  # of those that were verified


FIGURES = """
select {key} as name, count(*) filter (where r.withdrawn_at is null) as marks,
       avg(r.level) filter (where r.withdrawn_at is null) as average,
       {levels}, count(*) filter (where r.withdrawn_at is not null) as withdrawn, count(x.id) as rectifications,
       count(*) filter (where x.called_back_on <= x.call_back_due) as called,
       count(*) filter (where x.called_back_on is not null or x.call_back_due < $4) as to_call,
       count(*) filter (where x.mended_on <= x.mend_due) as mended,
       count(*) filter (where x.mended_on is not null or x.mend_due < $4) as to_mend,
       count(*) filter (where x.found = 'satisfied') as satisfied, count(*) filter (where x.found <> '') as verified
  from rating r left join hall h on h.id = r.hall_id
  left join rectification x on x.rating_id = r.id and x.state <> 'dismissed'
 where r.done_on between $2 and $3
   and exists (select from unnest($1::text[]) p (path) where starts_with(coalesce(h.path, ''), p.path))
 group by {key} order by marks desc, name"""
LEVELS = ", ".join(
    f"count(*) filter (where r.withdrawn_at is null and r.level = {level}) as level_{level}"
    for level in range(5, 0, -1)
)


async def over(*, within: set[str], start: date, end: date, by: By, today: date) -> list[Line]:
    """Services done from `start` to `end` in the halls under `within`; ``""`` among them takes in what has no hall."""
    rows = await database.fetch(FIGURES.format(key=KEYS[by], levels=LEVELS), list(within), start, end, today)
    return [_line(row) for row in rows]


def _line(row: Any) -> Line:
    return Line(
        name=row["name"],
        marks=row["marks"],
        average=None if row["average"] is None else round(float(row["average"]), 2),
        levels=tuple(row[f"level_{level}"] for level in range(5, 0, -1)),
        withdrawn=row["withdrawn"],
        rectifications=row["rectifications"],
        called_on_time=_rate(row["called"], row["to_call"]),
        mended_on_time=_rate(row["mended"], row["to_mend"]),
        satisfied=_rate(row["satisfied"], row["verified"]),
    )


def _rate(part: int, whole: int) -> float | None:
    return round(100 * part / whole, 1) if whole else None
