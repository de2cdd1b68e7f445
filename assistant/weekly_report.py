"""质量周报: what a week was like, found once it is over and kept as it was found.

It holds counts, names of guides and numbers of groups, and nobody's own words: what a group said is read from the group
as long as that is kept.
"""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from assistant import effect, entry_hits, learning, quality
from assistant.learning_models import QuestionCluster
from assistant.quality import Figures
from assistant.reply_errors import ReportNotFound
from assistant.reply_models import QualityReport
from catalogue import shelf_life
from foundation import audit, clock, database
from foundation.actor import Actor

BY = Actor.system("quality report")
MOST_GROUPS, MOST_WORST, MOST_HITS, MOST_NEVER = 20, 20, 2_000, 500
_MAKE = """
insert into quality_report (monday, body, made_at) values ($1, $2::jsonb, $3)
    on conflict (monday) do nothing returning id"""
_MISSED = """
    select c.id, count(*) as asked from question_cluster c join turn t on t.cluster_id = c.id
     where t.at >= $1 and t.at < $2 and t.band in ('unknown', 'person') and c.state = 'open'
     group by c.id order by asked desc, c.id limit $3
"""
_HANDED = """
    select count(*) as asked, count(*) filter (where answered) as answered,
           count(*) filter (where due_on is not null) as messages,
           count(*) filter (where outcome = 'abandoned') as abandoned,
           count(*) filter (where outcome = 'withdrawn') as withdrawn,
           round(extract(epoch from percentile_cont(0.5) within group (order by taken_at - asked_at)) / 60)::int
               as minutes
      from handover where asked_at >= $1 and asked_at < $2
"""


@dataclass(frozen=True, kw_only=True)
class Report:
    """One week; `labels_before` is how the labelled set stood in the report of the week before, if there is one."""

    monday: date
    made_at: datetime
    body: dict[str, Any]
    labels_before: dict[str, int] | None
    said: dict[int, str]

    @property
    def sunday(self) -> date:
        return self.monday + timedelta(days=6)


def last_monday() -> date:
    """Of the last week that is over."""
    today = clock.today()
    return today - timedelta(days=today.weekday() + 7)


async def make(monday: date) -> bool:
    """Find and keep the report of that week; whether it was not there yet. What was kept stays as it is."""
    body = json.dumps(await _found(monday), ensure_ascii=False, default=str)
    async with database.transaction() as tx:
        made = await tx.fetchval(_MAKE, monday, body, clock.now())
        if made:
            await audit.record("quality_report.made", subject=f"quality_report:{monday}", by=BY)
        return bool(made)


async def of(monday: date) -> Report:
    """Raises ReportNotFound."""
    kept = await QualityReport.get_or_none(monday=monday)
    if kept is None:
        raise ReportNotFound
    before = await QualityReport.get_or_none(monday=monday - timedelta(days=7))
    clusters = await QuestionCluster.filter(id__in=[one["id"] for one in kept.body["missed"]])
    return Report(
        monday=monday,
        made_at=kept.made_at,
        body=kept.body,
        labels_before=before.body["labels"] if before else None,
        said={one.id: one.said for one in clusters},
    )


async def mondays(*, limit: int = 60) -> list[date]:
    """Of the weeks that have a report, the latest first."""
    kept = QualityReport.all().order_by("-monday").limit(limit)
    return [one.monday for one in await kept.only("monday")]


async def _found(monday: date) -> dict[str, Any]:
    start, end = _midnight(monday), _midnight(monday + timedelta(days=7))
    since = end - timedelta(days=entry_hits.DAYS)
    sunday, before = monday + timedelta(days=6), monday - timedelta(days=7)
    hits = await entry_hits.by_entry(start, end, limit=MOST_HITS)
    never, never_in_all = await entry_hits.never(since, end, limit=MOST_NEVER)
    unread, unread_in_all = await entry_hits.never_questions(since, end, limit=MOST_NEVER)
    return {
        "this": _told(quality.total(await quality.by_day(monday, sunday))),
        "last": _told(quality.total(await quality.by_day(before, monday - timedelta(days=1)))),
        "missed": [dict(row) for row in await database.fetch(_MISSED, start, end, MOST_GROUPS)],
        "disliked": _worst(hits),
        "handed": dict(await database.fetchrow(_HANDED, start, end) or {}),
        "hits": [asdict(one) for one in hits],
        "never": {"guides": [asdict(one) for one in never], "in_all": never_in_all},
        "unread": {"questions": [asdict(one) for one in unread], "in_all": unread_in_all},
        "ending": [asdict(one) for one in await shelf_life.ending()],
        "learnt": await learning.decided_between(monday, sunday),
        "labels": await labels_now(),
    }


async def labels_now() -> dict[str, int]:
    """How the labelled set is answered at this moment."""
    worths = [worth for _, worth, _ in await effect.standing()]
    return {"all": len(worths), "right": worths.count(effect.AS_IT_SHOULD), "wrong": worths.count(effect.WRONG)}


def _worst(hits: Iterable[entry_hits.Entry]) -> list[dict[str, Any]]:
    disliked = sorted((one for one in hits if one.disliked), key=lambda one: -one.disliked)
    return [asdict(one) for one in disliked[:MOST_WORST]]


def _told(figures: Figures) -> dict[str, Any]:
    rates = ("answer_rate", "satisfaction", "person_rate", "handed_rate")
    counts = {name: value for name, value in asdict(figures).items() if name != "day"}
    return counts | {name: getattr(figures, name) for name in rates}


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), clock.SHANGHAI)
