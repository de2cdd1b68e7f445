"""命中统计: how often each entry of a guide was what people asked for, was shown to them, helped or did not.

asked    the answer began with it
shown    an answer read it out, or a question offered the guide by name
rated    by those whose answer began with it
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from foundation import clock, database

DAYS = 30
_OF_ITEM = """
    select source ->> 'section_kind' as section, source ->> 'section_title' as title,
           count(*) filter (where place = 1) as asked, count(*) as shown,
           count(*) filter (where place = 1 and helpful) as liked,
           count(*) filter (where place = 1 and helpful is false) as disliked
      from turn, jsonb_array_elements(answer -> 'sources') with ordinality as read_out (source, place)
     where item_code = $1 and at >= $2 and band = 'answer' and source ->> 'item_code' = $1
     group by 1, 2 order by asked desc, shown desc, 1, 2
"""
_OFFERED = """
    select count(*) from turn
     where at >= $2 and band in ('choose', 'unknown')
       and answer -> 'choices' @> jsonb_build_array(jsonb_build_object('item_code', $1::text))
"""
_BY_ENTRY = """
    select i.slug, i.name, t.section, coalesce(t.answer -> 'sources' -> 0 ->> 'section_title', '') as title,
           count(*) as asked, count(*) filter (where t.helpful) as liked,
           count(*) filter (where t.helpful is false) as disliked
      from turn t join service_item i on i.item_code = t.item_code
     where t.at >= $1 and t.at < $2 and t.band = 'answer'
     group by 1, 2, 3, 4 order by asked desc, 1, 3, 4 limit $3
"""
# A guide is shown for its name, a common question for itself.
_NEVER = """
    select i.slug, i.name, '' as title, count(*) over () as whole
      from service_item i
     where i.guide_id is not null
       and not exists (select from turn t where t.item_code = i.item_code and t.at >= $1 and t.at < $2)
     order by i.name limit $3
"""
_NEVER_QUESTIONS = """
    with told as (
        select distinct t.item_code, source ->> 'section_title' as title
          from turn t, jsonb_array_elements(t.answer -> 'sources') as source
         where t.at >= $1 and t.at < $2 and t.band = 'answer' and source ->> 'section_kind' = 'question'
    )
    select i.slug, i.name, s.title, count(*) over () as whole
      from service_item i join guide_section s on s.guide_id = i.guide_id and s.kind = 'question'
     where not exists (select from told where told.item_code = i.item_code and told.title = s.title)
     order by i.name, s.position limit $3
"""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One element, common question or variant of a guide; `title` is empty where the whole guide is meant."""

    slug: str = ""
    name: str = ""
    section: str = ""
    title: str = ""
    asked: int = 0
    shown: int = 0
    liked: int = 0
    disliked: int = 0


@dataclass(frozen=True, kw_only=True)
class OfGuide:
    """A guide's entries that were shown, and how often a question offered it by name."""

    entries: list[Entry]
    offered: int

    @property
    def total(self) -> Entry:
        """The guide as a whole; one answer reads out several of its elements and counts once."""
        names = ("asked", "liked", "disliked")
        counts = {name: sum(getattr(one, name) for one in self.entries) for name in names}
        return Entry(**counts, shown=counts["asked"] + self.offered)


async def of_item(item_code: str) -> OfGuide:
    """Of the last 30 days."""
    since = clock.now() - timedelta(days=DAYS)
    rows = await database.fetch(_OF_ITEM, item_code, since)
    return OfGuide(
        entries=[Entry(**dict(row)) for row in rows],
        offered=int(await database.fetchval(_OFFERED, item_code, since)),
    )


async def by_entry(start: datetime, end: datetime, *, limit: int) -> list[Entry]:
    """The entries answers began with, the most asked first."""
    return [Entry(**dict(row)) for row in await database.fetch(_BY_ENTRY, start, end, limit)]


async def never(start: datetime, end: datetime, *, limit: int) -> tuple[list[Entry], int]:
    """Guides in force that answered nobody, as many as `limit`, and how many there are."""
    return await _never(_NEVER, start, end, limit)


async def never_questions(start: datetime, end: datetime, *, limit: int) -> tuple[list[Entry], int]:
    """Common questions (常见问题) in force that were read out to nobody, and how many there are."""
    return await _never(_NEVER_QUESTIONS, start, end, limit)


async def _never(sql: str, start: datetime, end: datetime, limit: int) -> tuple[list[Entry], int]:
    rows = await database.fetch(sql, start, end, limit)
    found = [Entry(slug=row["slug"], name=row["name"], title=row["title"]) for row in rows]
    return found, int(rows[0]["whole"]) if rows else 0
