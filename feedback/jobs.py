"""What `feedback` listens to, and what it keeps of a person."""

from typing import Any

from feedback.models import Rating
from foundation import personal_data
from foundation.events import on
from identity.events import CitizensMerged


@on(CitizensMerged)
async def follow_merge(event: CitizensMerged) -> None:
    await Rating.filter(citizen_id=event.gone).update(citizen_id=event.kept)


async def export(citizen_id: int) -> list[dict[str, Any]]:
    rows = await Rating.filter(citizen_id=citizen_id).order_by("id")
    return [
        {"level": one.level, "text": one.text, "place": one.place, "at": one.created_at.isoformat()} for one in rows
    ]


async def forget(citizen_id: int) -> None:
    """The mark stays in the averages; the words go."""
    await Rating.filter(citizen_id=citizen_id).update(text="", tags=[])


personal_data.register(
    "feedback", export=export, forget=forget,
    title="评价",
    holds=(personal_data.Holding("rating", "评价", "只保留等级，用于统计；文字和标签删除。"),),
)  # fmt: skip
