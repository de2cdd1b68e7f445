"""Versions of a guide: a published one never changes; a change is a new version, in force from its day on."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import msgspec

from catalogue.events import GuidePublished, GuideRetired
from catalogue.item_sheet import ItemFile
from catalogue.models import Guide, GuideSection, ServiceItem
from catalogue.sections import Section
from foundation import clock
from foundation.events import tell, tell_each


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What an item's guide is to say."""

    item: ServiceItem
    sheet: ItemFile
    sections: list[Section]

    @property
    def over(self) -> bool:
        return self.sheet.expires is not None and self.sheet.expires < clock.today()

    @property
    def content(self) -> dict[str, Any]:
        whole: dict[str, Any] = msgspec.to_builtins(self.sheet)
        return whole

    @cached_property
    def digest(self) -> str:
        return digest(self.content, self.sections)


async def bring(wanted: Sequence[Wanted]) -> set[int]:
    """Within a transaction: make these the guides of their items unless they are already; ids of items with news.

    Some statements for all of them, whatever their number: a city's guides come in within a second.
    """
    news = {one.item.id for one in wanted if one.over and await retire(one.item)}
    versions = await Guide.filter(item_id__in=[one.item.id for one in wanted]).order_by("version").values(
        "item_id", "version", "state", "digest"
    )  # fmt: skip
    last = {row["item_id"]: row["version"] for row in versions}
    # A catalogue as it was exported says what is in force: it takes nothing back that waits for its day.
    said = {(row["item_id"], row["digest"]) for row in versions if row["state"] != "retired"}
    fresh = [one for one in wanted if not one.over and (one.item.id, one.digest) not in said]
    if fresh:
        await _write(fresh, last)
    return news | {one.item.id for one in fresh}


def digest(content: dict[str, Any], sections: list[Section]) -> str:
    """SHA-256 over what people read, so that a hall's new address is a new version, too."""
    whole = [content, msgspec.to_builtins(sections)]
    return hashlib.sha256(json.dumps(whole, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


async def _write(fresh: Sequence[Wanted], last: Mapping[int, int]) -> None:
    drafts = Guide.filter(item_id__in=[one.item.id for one in fresh], state="draft")
    await drafts.update(state="retired")  # overtaken before their day came
    await Guide.bulk_create(
        [
            Guide(
                item_id=one.item.id,
                version=last.get(one.item.id, 0) + 1,
                state="draft",
                effective_date=one.sheet.effective,
                content=one.content,
                digest=one.digest,
            )
            for one in fresh
        ]
    )
    written = {guide.item_id: guide for guide in await drafts.all()}  # type: ignore[attr-defined]
    await GuideSection.bulk_create([row for one in fresh for row in _rows(written[one.item.id], one.sections)])
    today = clock.today()
    await publish({one.item: written[one.item.id] for one in fresh if one.sheet.effective <= today})


def _rows(guide: Guide, sections: list[Section]) -> Iterator[GuideSection]:
    for number, one in enumerate(sections, 1):
        yield GuideSection(
            guide_id=guide.id, kind=one.kind, position=number, title=one.title, text=one.text, also=list(one.also)
        )


async def publish(due: Mapping[ServiceItem, Guide]) -> None:
    """Within a transaction: these drafts come into force, the versions before them go out of it."""
    if not due:
        return
    await Guide.filter(item_id__in=[item.id for item in due], state="published").update(state="retired")
    await Guide.filter(id__in=[guide.id for guide in due.values()]).update(state="published", published_at=clock.now())
    for item, guide in due.items():
        item.guide = guide
    await ServiceItem.bulk_update(due, fields=["guide_id"])
    await tell_each([GuidePublished(item_id=item.id, guide_id=guide.id) for item, guide in due.items()])


async def retire(item: ServiceItem) -> bool:
    """Within a transaction: the item is no longer handled; whether it was."""
    guide = await Guide.get_or_none(item=item, state="published")
    ended: int = await Guide.filter(item=item, state__in=("published", "draft")).update(state="retired")
    if guide is not None:
        item.guide = None
        await item.save(update_fields=["guide_id"])
        await tell(GuideRetired(item_id=item.id, guide_id=guide.id))
    return bool(ended)
