"""Versions of a guide: a published one never changes; a change is a new version, in force from its day on."""

import hashlib
import json
from typing import Any

import msgspec

from catalogue.events import GuidePublished, GuideRetired
from catalogue.item_sheet import ItemFile
from catalogue.models import Guide, GuideSection, ServiceItem
from catalogue.sections import Section
from foundation import clock
from foundation.events import tell


async def bring(item: ServiceItem, sheet: ItemFile, sections: list[Section]) -> bool:
    """Within a transaction: make this the item's guide unless it is already; whether anything was new."""
    if sheet.expires is not None and sheet.expires < clock.today():
        return await retire(item)
    content: dict[str, Any] = msgspec.to_builtins(sheet)
    fresh = digest(content, sections)
    latest = await Guide.filter(item=item, state__in=("published", "draft")).order_by("-version").first()
    if latest is not None and latest.digest == fresh:
        return False
    guide = await _write(item, sheet, content, sections, fresh)
    if guide.effective_date <= clock.today():
        await publish(item, guide)
    return True


def digest(content: dict[str, Any], sections: list[Section]) -> str:
    """SHA-256 over what people read, so that a hall's new address is a new version, too."""
    whole = [content, msgspec.to_builtins(sections)]
    return hashlib.sha256(json.dumps(whole, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


async def _write(
    item: ServiceItem, sheet: ItemFile, content: dict[str, Any], sections: list[Section], fresh: str
) -> Guide:
    last = await Guide.filter(item=item).order_by("-version").first()
    await Guide.filter(item=item, state="draft").update(state="retired")  # overtaken before its day came
    guide = await Guide.create(
        item=item,
        version=last.version + 1 if last else 1,
        state="draft",
        effective_date=sheet.effective,
        content=content,
        digest=fresh,
    )
    await GuideSection.bulk_create(
        [
            GuideSection(
                guide_id=guide.id,
                kind=one.kind,
                position=number,
                title=one.title,
                text=one.text,
                also=list(one.also),
            )
            for number, one in enumerate(sections, 1)
        ]
    )
    return guide


async def publish(item: ServiceItem, guide: Guide) -> None:
    """Within a transaction: the draft comes into force, the version before goes out of it."""
    await Guide.filter(item=item, state="published").update(state="retired")
    guide.state, guide.published_at = "published", clock.now()
    await guide.save(update_fields=["state", "published_at"])
    item.guide = guide
    await item.save(update_fields=["guide_id"])
    await tell(GuidePublished(item_id=item.id, guide_id=guide.id))


async def retire(item: ServiceItem) -> bool:
    """Within a transaction: the item is no longer handled; whether it was."""
    guide = await Guide.get_or_none(item=item, state="published")
    ended: int = await Guide.filter(item=item, state__in=("published", "draft")).update(state="retired")
    if guide is not None:
        item.guide = None
        await item.save(update_fields=["guide_id"])
        await tell(GuideRetired(item_id=item.id, guide_id=guide.id))
    return bool(ended)
