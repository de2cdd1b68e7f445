"""All versions of a guide, for who edits it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from catalogue.draft_models import GuideDraft
from catalogue.errors import ItemNotFound
from catalogue.models import Guide, GuideSection, ServiceItem

STANDING = ("retired", "published", "draft")


@dataclass(frozen=True, kw_only=True)
class Version:
    """`state`: draft (its day has not come), published, retired."""

    number: int
    state: str
    effective_date: date
    published_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Record:
    """An item with its versions, the newest first, the sections in force and the draft being written."""

    slug: str
    name: str
    item_code: str
    department: str
    versions: list[Version]
    sections: list[GuideSection]
    draft: GuideDraft | None

    @property
    def waiting(self) -> Version | None:
        """The version whose day has not come."""
        return next((one for one in self.versions if one.state == "draft"), None)


async def of(slug: str) -> Record:
    """Raises ItemNotFound."""
    item = await ServiceItem.get_or_none(slug=slug).select_related("department")
    if item is None:
        raise ItemNotFound
    guides = await Guide.filter(item=item).order_by("-version")
    sections = await GuideSection.filter(guide_id=item.guide_id).order_by("position")  # type: ignore[attr-defined]
    return Record(
        slug=item.slug,
        name=item.name,
        item_code=item.item_code,
        department=item.department.name,
        versions=[
            Version(
                number=one.version, state=one.state, effective_date=one.effective_date, published_at=one.published_at
            )
            for one in guides
        ],
        sections=sections,
        draft=await GuideDraft.get_or_none(slug=slug, state__in=("editing", "submitted")),
    )


async def standing(slug: str) -> Guide | None:
    """The version that the next one follows: the one that waits for its day, else the one in force, else the last."""
    guides = await Guide.filter(item__slug=slug)
    return max(guides, key=lambda one: (STANDING.index(one.state), one.version), default=None)


async def sheet(slug: str, version: int) -> dict[str, Any]:
    """The sheet of one version; version 0 is empty. Raises ItemNotFound."""
    if version == 0:
        return {}
    guide = await Guide.get_or_none(item__slug=slug, version=version)
    if guide is None:
        raise ItemNotFound
    return guide.content


async def sheets(slug: str, old: int, new: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """Raises ItemNotFound."""
    return await sheet(slug, old), await sheet(slug, new)
