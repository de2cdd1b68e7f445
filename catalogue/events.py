"""What changes in the catalogue, told to the rooms above."""

from dataclasses import dataclass
from typing import ClassVar

from foundation.events import Event


@dataclass(frozen=True, kw_only=True)
class GuidePublished(Event):
    """A new version of an item's guide is the one that holds."""

    about: ClassVar[str] = "item_id"
    item_id: int
    guide_id: int


@dataclass(frozen=True, kw_only=True)
class GuideRetired(Event):
    """The item is no longer handled; its guide is out of force."""

    about: ClassVar[str] = "item_id"
    item_id: int
    guide_id: int
