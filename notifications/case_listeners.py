"""Who follows somebody's case hears of it as well: an agent, and who proved to know its number and second factor."""

from cases import subscriptions, timeline
from cases.events import CaseMoved
from cases.models import Case
from foundation.events import on
from notifications import templates
from notifications.delivery import announce
from notifications.listeners import PROGRESS_PAGE


@on(CaseMoved)
async def tell_followers(event: CaseMoved) -> None:
    """As the applicant is told, with what the look-up shows: item and stage, no name and no note."""
    case, stage = await Case.get(id=event.case_id), timeline.Kind(event.stage)
    if case.stage != stage:
        return  # it has moved on, and that will be told
    phrase, tip = templates.IN_SHORT[stage]
    for citizen_id in await subscriptions.followers(case.id):
        await announce(
            citizen_id=citizen_id,
            occasion=f"case:{case.id}:{stage}:{event.at:%Y%m%d%H%M%S%f}",
            template=templates.CASE_MOVED,
            values={
                "item": f"您订阅的{case.item_name}", "stage": timeline.LABELS[stage], "next": timeline.NEXT[stage],
                "phrase": phrase, "tip": tip,
            },
            page=PROGRESS_PAGE,
        )  # fmt: skip
