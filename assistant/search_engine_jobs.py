"""What the search engine hears of the catalogue: each guide that was published or withdrawn, as one document."""

from assistant import search_engine_use
from catalogue.events import GuidePublished, GuideRetired
from foundation.events import on


@on(GuidePublished)
async def bring(event: GuidePublished) -> None:
    """The same document again changes nothing, so that hearing twice does no harm."""
    await search_engine_use.follow(event.item_id)


@on(GuideRetired)
async def take_out(event: GuideRetired) -> None:
    """Looked up, not believed: it may be published again by now."""
    await search_engine_use.follow(event.item_id)
