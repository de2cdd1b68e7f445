"""公告: what everybody may read on the first page: where it is closed, and what halls announced of late."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta

from appointments import closure_news
from appointments.availability import Recent
from appointments.closure_news import ComingClosure
from foundation import clock, database

MOST = 5
LATELY = timedelta(days=14)
ANNOUNCED = """
select m.told ->> 'title' as title, m.told ->> 'text' as text, m.told ->> 'hall' as hall, h.code, m.made_at
  from mass_send m left join hall h on h.path = m.hall_path
 where m.kind = 'hall_notice' and m.state <> 'stopped' and m.made_at > $1 order by m.made_at desc, m.id desc limit $2"""


@dataclass(frozen=True, kw_only=True)
class Notice:
    """`kind`: closure or news; `address` is the screen behind it, of the hall or none."""

    kind: str
    title: str
    text: str
    address: str
    at: datetime
    starts_at: datetime | None = None
    ends_at: datetime | None = None


_recent: Recent[Notice] = Recent()


async def latest() -> list[Notice]:
    """Closures before news, at most five; of a moment ago when many look."""
    return (await _recent.get("latest", _read)).rows


async def _read() -> list[Notice]:
    closures, announced = await asyncio.gather(
        closure_news.coming(limit=MOST), database.fetch(ANNOUNCED, clock.now() - LATELY, MOST)
    )
    news = [
        Notice(
            kind="news", title=one["title"], text=f"{one['hall']}：{one['text']}", at=one["made_at"],
            address=_of_hall(one["code"]),
        )
        for one in announced
    ]  # fmt: skip
    return [*map(_closed, closures), *news][:MOST]


def _closed(one: ComingClosure) -> Notice:
    where = " ".join(filter(None, (one.hall_name or "全市各大厅", one.type_name)))
    starts, ends = clock.shanghai(one.starts_at), clock.shanghai(one.ends_at)
    told = f"{starts:%m月%d日 %H:%M} 至 {ends:%m月%d日 %H:%M}，{one.reason}。{one.note}"
    return Notice(
        kind="closure", title=f"{where}停止办理", text=told, address=_of_hall(one.hall_code), at=one.made_at,
        starts_at=one.starts_at, ends_at=one.ends_at,
    )  # fmt: skip


def _of_hall(code: str | None) -> str:
    return f"hall/{code}" if code else ""
