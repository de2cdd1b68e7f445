"""我的评价: what somebody has rated, with what they wrote and what a bad mark set going; one statement."""

from datetime import date, datetime

from msgspec import Struct

from feedback.subjects import GIVEN, NUMBER, SubjectKind
from foundation.questions import Asking, Question

MOST = 50


class Mending(Struct, frozen=True, array_like=True):
    """A rectification as whoever gave the bad mark reads it."""

    id: int
    state: str
    call_back_due: date
    mend_due: date
    remedy: str


class Given(Struct, frozen=True):
    """A rating; `number` as whoever gave it knows what it is about. `texts`: what they wrote, twice where `said_again`
    (追评).
    """

    kind: SubjectKind
    number: str
    title: str
    place: str
    level: int
    tags: list[str]
    texts: list[str]
    at: datetime
    withdrawn: bool
    said_again: bool
    rectification: Mending | None

    @property
    def can_add(self) -> bool:
        """Whether they may still say something once more."""
        return not (self.withdrawn or self.said_again)


THEIRS = Question(
    Given,
    f"""
select r.subject_kind as kind, {NUMBER} as number, coalesce(nullif(r.item_name, ''), r.department) as title, r.place,
       r.level, r.tags, r.created_at as at, r.withdrawn_at is not null as withdrawn,
       (select coalesce(json_agg(w.text order by w.id), '[]') from rating_words w where w.rating_id = r.id) as texts,
       exists (select from rating_words w where w.rating_id = r.id and w.which <> 'first') as said_again,
       (select json_build_array(m.id, m.state, m.call_back_due, m.mend_due, m.remedy)
          from rectification m where m.rating_id = r.id) as rectification
  from {GIVEN} where r.citizen_id = asked.who order by r.id desc limit asked.most""",
    who="bigint",
    most="int",
)


def of(citizen_id: int, *, limit: int = MOST) -> Asking[list[Given]]:
    """The citizen's own ratings, the latest first."""
    return THEIRS.asking(citizen_id, limit, then=list)
