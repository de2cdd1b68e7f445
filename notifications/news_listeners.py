"""订阅的资讯: a guide of a theme that is new or has changed, and the notice of a hall that its staff write."""

import hashlib
import secrets
from typing import Any

from catalogue.events import GuidePublished
from catalogue.models import Guide, Hall, ServiceItem
from foundation import database
from foundation.actor import Actor
from foundation.events import on
from notifications import mass
from notifications.errors import NothingToSay
from notifications.kinds import ALIPAY, WECHAT, Template

BY = Actor.system("notifications")
NEWS_ROUTE = (WECHAT, ALIPAY)  # what is merely of interest is no text message
GUIDE_NEW = Template(
    kind="guide_new",
    group="news",
    title="新的办事指南",
    text="您订阅的主题有新的办事指南：“{item}”。{summary}",
    setting="template_news",
    wechat={"thing1": "{item}", "phrase2": "新指南", "thing3": "您订阅的主题有新指南"},
    alipay={"keyword1": "{item}", "keyword2": "新指南", "keyword3": "您订阅的主题有新指南"},
    route=NEWS_ROUTE,
    many=True,
    sparing=True,
)
GUIDE_CHANGED = Template(
    kind="guide_changed",
    group="news",
    title="办事指南有更新",
    text="您订阅的主题中“{item}”的办事指南已更新，请以新版为准。{summary}",
    setting="template_news",
    wechat={"thing1": "{item}", "phrase2": "已更新", "thing3": "请以新版指南为准"},
    alipay={"keyword1": "{item}", "keyword2": "已更新", "keyword3": "请以新版指南为准"},
    route=NEWS_ROUTE,
    many=True,
    sparing=True,
)
HALL_NOTICE = Template(
    kind="hall_notice",
    group="news",
    title="{title}",
    text="{hall}公告：{text}",
    setting="template_news",
    wechat={"thing1": "{title}", "phrase2": "大厅公告", "thing3": "{hall}"},
    alipay={"keyword1": "{title}", "keyword2": "大厅公告", "keyword3": "{hall}"},
    route=NEWS_ROUTE,
    many=True,
)
SHELVING = ("themes", "life_events", "effective", "version")
SOMEBODY = """
select exists (select from topic_subscription s
                join unnest($1::text[], $2::text[]) as wanted (topic, code) using (topic, code))"""


@on(GuidePublished)
async def tell_guide_published(event: GuidePublished) -> None:
    """Once for each version, to whoever subscribes to one of the item's themes; one overtaken meanwhile is not told."""
    guide = await Guide.get_or_none(id=event.guide_id, state="published")
    item = await ServiceItem.get_or_none(id=event.item_id)
    if guide is None or item is None or await _reads_as_before(guide):
        return
    topics = [*(("theme", code) for code in item.themes), *(("life_event", code) for code in item.life_events)]
    if not await database.fetchval(SOMEBODY, [one for one, _ in topics], [code for _, code in topics]):
        return
    await mass.start(
        template=GUIDE_NEW if guide.version == 1 else GUIDE_CHANGED,
        mark=f"guide:{guide.id}",
        topics=topics,
        values={"item": item.short_name or item.name, "summary": item.summary},
        page=f"pages/guide/{item.slug}",
        by=BY,
    )


async def _reads_as_before(guide: Guide) -> bool:
    """Whether it says of the matter what the version before it said: it was merely put on another shelf."""
    published = Guide.filter(item_id=guide.item_id, published_at__isnull=False)  # type: ignore[attr-defined]
    before = await published.filter(version__lt=guide.version).order_by("-version").first()
    return before is not None and _matter(before) == _matter(guide)


def _matter(guide: Guide) -> dict[str, Any]:
    return {name: said for name, said in guide.content.items() if name not in SHELVING}


async def announce_at_hall(*, hall: Hall, title: str, text: str, by: Actor, mark: str = "") -> int:
    """公告: to everybody subscribed to the hall; the id of the mass. The same notice with the same `mark` is one.

    Raises NothingToSay.
    """
    title, text = title.strip(), text.strip()
    if not title or not text or len(title) > 60 or len(text) > 300:
        raise NothingToSay
    return await mass.start(
        template=HALL_NOTICE,
        mark=f"notice:{mark or secrets.token_hex(8)}:{_digest(hall.code, title, text)}",
        topics=[("hall", hall.code)],
        values={"title": title, "text": text, "hall": hall.short_name or hall.name},
        page="pages/messages",
        hall_path=hall.path,
        by=by,
    )


def _digest(*said: str) -> str:
    return hashlib.blake2s("\n".join(said).encode(), digest_size=8).hexdigest()
