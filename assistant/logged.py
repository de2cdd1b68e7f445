"""Questions of the log (问过的话) that the labelled set could learn from, and what was answered to them."""

from dataclasses import dataclass
from datetime import timedelta

from assistant import labelling
from foundation import clock, database

DAYS = 30
SHOWN = 100
# What holds a masked number is one person's own and no example; follow-ups (confidence 1) say nothing by themselves.
_LOGGED = r"""
    select question, count(*) as times, (array_agg(band order by id desc))[1] as band,
           (array_agg(item_code order by id desc))[1] as item_code,
           (array_agg(section order by id desc))[1] as section,
           count(*) filter (where helpful is false) as disliked
      from turn
     where at >= $1 and band = any($2) and question not like '%*%' and char_length(question) between 2 and 200
       and (band <> 'answer' or confidence < 1)
     group by question order by times desc, max(id) desc limit $3
"""
BANDS = {"answer": ["answer"], "choose": ["choose"], "unknown": ["unknown", "person"]}


@dataclass(frozen=True, kw_only=True)
class Logged:
    """One wording; `item_code` and `section` are what answered it last."""

    question: str
    times: int
    band: str
    item_code: str
    section: str
    disliked: int


async def questions(band: str) -> list[Logged]:
    """Of the last 30 days, those that came to that end and are not in the labelled set, the most asked first."""
    known = {labelling.canonical(one.question) for one in await labelling.everything()}
    since = clock.now() - timedelta(days=DAYS)
    rows = await database.fetch(_LOGGED, since, BANDS[band], SHOWN + len(known))
    found = (Logged(**dict(row)) for row in rows)
    new = [one for one in found if (said := labelling.canonical(one.question)) and said not in known]
    return new[:SHOWN]
