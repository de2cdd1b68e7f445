"""Items to keep at hand."""

from catalogue import shelf
from catalogue.models import ServiceItem
from tests.builders import catalogue


async def two_items() -> tuple[str, str]:
    """The small city with a second item of the same guide; their slugs."""
    await catalogue.small_city()
    first = await ServiceItem.get(slug="id-card")
    await ServiceItem.create(
        item_code="other", slug="other", name="另一个事项", kind="承诺件", department_id=first.department_id,  # type: ignore[attr-defined]
        guide_id=first.guide_id,  # type: ignore[attr-defined]
    )  # fmt: skip
    shelf.forget()
    return "id-card", "other"
