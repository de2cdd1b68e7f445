"""What the catalogue does by itself: guides come into force on their day and go out of it."""

from catalogue import edition, item_values, publishing
from catalogue.intake import ONE_AT_A_TIME
from catalogue.models import Guide, ServiceItem
from foundation import audit, clock, database, jobs
from foundation.actor import Actor

BY = Actor.system("guides by date")


@jobs.scheduled("1,31 * * * *")
async def keep_dates() -> None:
    """Publish drafts whose day has come, retire guides whose last day is over (Shanghai's date)."""
    async with database.transaction() as tx:
        await tx.execute(ONE_AT_A_TIME)
        changed = [*await _come_into_force(), *await _go_out_of_force()]
        if not changed:
            return
        moved = await edition.move_on()
        await audit.record("catalogue.dates_kept", subject=f"catalogue:{moved}", by=BY, detail={"items": changed})
    await edition.shout(moved)


async def _come_into_force() -> list[str]:
    due = await Guide.filter(state="draft", effective_date__lte=clock.today()).order_by("id").select_related("item")
    coming = {guide.item: guide for guide in due}
    await item_values.follow(coming)
    await publishing.publish(coming)
    return [guide.item.slug for guide in due]


async def _go_out_of_force() -> list[str]:
    rows = await database.fetch(
        "select item_id from guide where state = 'published' and (content->>'expires')::date < $1", clock.today()
    )
    over = await ServiceItem.filter(id__in=[row["item_id"] for row in rows])
    for item in over:
        await publishing.retire(item)
    return [item.slug for item in over]
