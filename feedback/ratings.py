"""好差评: one rating per finished visit (一次一评) or closed case (一事一评); the lowest two levels are followed up.

The levels and the rule that a bad mark needs a reason follow 国办发〔2019〕51号.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from tortoise.exceptions import IntegrityError

from appointments.models import Appointment
from cases.models import Case
from feedback import rectification
from feedback.errors import LevelUnknown, NotFinishedYet, NothingToRate, RatedAlready, ReasonNeeded
from feedback.events import ServiceRated
from feedback.models import Rating
from foundation import audit, database
from foundation.actor import Actor
from foundation.events import tell

LEVELS = {5: "非常满意", 4: "满意", 3: "基本满意", 2: "不满意", 1: "非常不满意"}
BAD = 2

SubjectKind = Literal["visit", "case"]


@dataclass(frozen=True)
class Rateable:
    """A finished service of a citizen: what it is and what place it is counted for."""

    kind: SubjectKind
    id: int
    number: str  # booking code or case_no
    title: str
    place: str


async def rate(
    *, kind: SubjectKind, number: str, level: int, tags: Sequence[str] = (), text: str = "", by: Actor
) -> Rating:
    """Rate the visit with booking code `number`, or the case with that case_no.

    Raises NothingToRate (also for other people's), NotFinishedYet, RatedAlready, ReasonNeeded, LevelUnknown.
    """
    tags, text = [tag.strip() for tag in tags if tag.strip()], text.strip()
    if level not in LEVELS:
        raise LevelUnknown
    if level <= BAD and not (text or tags):
        raise ReasonNeeded
    subject = await _finished(kind, number, by.number)
    try:
        async with database.transaction():
            rating = await Rating.create(
                subject_kind=kind,
                subject_id=subject.id,
                citizen_id=by.number,
                level=level,
                tags=tags,
                text=text,
                place=subject.place,
            )
            if level <= BAD:
                await rectification.open_for(rating)
            await audit.record("rating.given", subject=f"rating:{rating.id}", by=by, detail={"level": level})
            await tell(ServiceRated(rating_id=rating.id, citizen_id=by.number, level=level, bad=level <= BAD))
    except IntegrityError:
        raise RatedAlready from None
    return rating


async def waiting_for(citizen_id: int, *, limit: int = 10) -> list[Rateable]:
    """Finished visits and closed cases of the citizen that have no rating yet, the latest first."""
    rows = await database.fetch(WAITING, citizen_id, limit)
    return [Rateable(row["kind"], row["id"], row["number"], row["title"], row["place"]) for row in rows]


WAITING = """
select * from (
    select 'visit' as kind, a.id, t.name as title, h.name as place, a.changed_at as done_at, a.code as number
      from appointment a join appointment_type t on t.id = a.type_id join hall h on h.id = t.hall_id
     where a.citizen_id = $1 and a.state = 'finished'
    union all
    select 'case', c.id, c.item_name, c.department_name, c.closed_at, c.case_no
      from case_file c where c.citizen_id = $1 and c.stage in ('closed', 'delivered')
) done
where not exists (select from rating r where r.subject_kind = done.kind and r.subject_id = done.id)
order by done_at desc limit $2"""


async def _finished(kind: SubjectKind, number: str, citizen_id: int) -> Rateable:
    if kind == "visit":
        visit = await Appointment.get_or_none(code=number, citizen_id=citizen_id).prefetch_related("type__hall")
        if visit is None:
            raise NothingToRate
        if visit.state != "finished":
            raise NotFinishedYet
        return Rateable("visit", visit.id, number, visit.type.name, visit.type.hall.name)
    case = await Case.get_or_none(case_no=number, citizen_id=citizen_id)
    if case is None:
        raise NothingToRate
    if case.stage not in ("closed", "delivered"):
        raise NotFinishedYet
    return Rateable("case", case.id, number, case.item_name, case.department_name)
