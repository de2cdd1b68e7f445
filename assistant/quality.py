"""How well the bot does (机器人统计): by day, by guide and section, and what is asked most.

asked      turns that wanted a guide: answered, asked back, not found, or handed to a person
answered   share of these that were answered from a guide
satisfied  share of rated answers that helped
person     share of these to which the bot offered a person or passed them on
handed     share of the day's conversations whose citizen asked for a person (人工咨询)
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from foundation import clock, database

FEWEST_ASKERS = 3
"""A question is shown to others once so many conversations asked it: nobody's own words are."""
_WANTED = "band in ('answer', 'choose', 'unknown', 'person')"
_COUNTS = f"""
    count(*) filter (where {_WANTED}) as asked,
    count(*) filter (where band = 'answer') as answered,
    count(*) filter (where band = 'choose') as asked_back,
    count(*) filter (where band = 'unknown') as unknown,
    count(*) filter (where band = 'person') as person,
    count(*) filter (where helpful) as liked,
    count(*) filter (where helpful is false) as disliked,
    count(distinct conversation_id) filter (where {_WANTED}) as talks
"""
_BY_DAY = f"""
    select (at at time zone 'Asia/Shanghai')::date as day, {_COUNTS} from turn
     where at >= $1 and at < $2 group by day order by day
"""
_HANDED = """
    select (asked_at at time zone 'Asia/Shanghai')::date as day, count(*) as handed from handover
     where asked_at >= $1 and asked_at < $2 group by day
"""
_HITS = """
    select t.item_code, coalesce(i.name, '已停办的事项') as name, coalesce(i.slug, '') as slug, t.section,
           count(*) as hits, count(*) filter (where t.helpful) as liked,
           count(*) filter (where t.helpful is false) as disliked
      from turn t left join service_item i on i.item_code = t.item_code
     where t.at >= $1 and t.at < $2 and t.band = 'answer' and t.item_code <> ''
     group by t.item_code, i.name, i.slug, t.section order by hits desc, t.item_code, t.section limit $3
"""
# Confidence is 1 only where an answer follows from what was said before: such a question says nothing by itself.
_HOT = r"""
    select (array_agg(question order by id desc))[1] as question, count(distinct conversation_id) as askers
      from turn
     where at >= $1 and at < $2 and band = 'answer' and confidence < 1 and item_code <> ''
       and question not like '%*%' and char_length(question) between 4 and 40
     group by lower(regexp_replace(question, '[[:punct:][:space:]，。？！、；：]+', '', 'g'))
    having count(distinct conversation_id) >= $3
       and count(*) filter (where helpful is false) <= count(*) filter (where helpful)
     order by askers desc, question limit $4
"""


@dataclass(frozen=True, kw_only=True)
class Figures:
    """Counts of some days; shares are None where there is nothing to share."""

    day: date | None = None
    asked: int = 0
    answered: int = 0
    asked_back: int = 0
    unknown: int = 0
    person: int = 0
    liked: int = 0
    disliked: int = 0
    talks: int = 0
    handed: int = 0

    @property
    def answer_rate(self) -> float | None:
        return _percent(self.answered, self.asked)

    @property
    def satisfaction(self) -> float | None:
        return _percent(self.liked, self.liked + self.disliked)

    @property
    def person_rate(self) -> float | None:
        return _percent(self.person, self.asked)

    @property
    def handed_rate(self) -> float | None:
        """A conversation over midnight is one of each day; who asks for a person at once has one, too."""
        return _percent(self.handed, max(self.talks, self.handed))


@dataclass(frozen=True, kw_only=True)
class Hits:
    """How often one section of a guide was the answer."""

    item_code: str
    name: str
    slug: str
    section: str
    hits: int
    liked: int
    disliked: int


async def by_day(start: date, end: date) -> list[Figures]:
    """A line for each day from `start` to `end`, also where nobody asked."""
    moments = _moments(start, end)
    turns = {row["day"]: dict(row) for row in await database.fetch(_BY_DAY, *moments)}
    handed = {row["day"]: row["handed"] for row in await database.fetch(_HANDED, *moments)}
    days = [start + timedelta(days=n) for n in range((end - start).days + 1)]
    return [Figures(**(turns.get(day) or {"day": day}), handed=handed.get(day, 0)) for day in days]


def total(lines: list[Figures]) -> Figures:
    """All days together."""
    names = ("asked", "answered", "asked_back", "unknown", "person", "liked", "disliked", "talks", "handed")
    return Figures(**{name: sum(getattr(one, name) for one in lines) for name in names})


async def hits(start: date, end: date, *, limit: int = 200) -> list[Hits]:
    """Which sections answered, the most used first."""
    return [Hits(**row) for row in await database.fetch(_HITS, *_moments(start, end), limit)]


async def hot(start: date, end: date, *, limit: int = 20) -> list[tuple[str, int]]:
    """Questions that several people asked in the same words and were content with, and how many did."""
    rows = await database.fetch(_HOT, *_moments(start, end), FEWEST_ASKERS, limit)
    return [(row["question"], row["askers"]) for row in rows]


def _moments(start: date, end: date) -> tuple[datetime, datetime]:
    """From midnight to midnight in Asia/Shanghai; `end` is within."""
    return _midnight(start), _midnight(end + timedelta(days=1))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), clock.SHANGHAI)


def _percent(part: int, whole: int) -> float | None:
    return round(100 * part / whole, 1) if whole else None
