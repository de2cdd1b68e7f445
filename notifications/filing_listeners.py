"""Who is told of an application sent back, refused or run out, of promised papers, and of a result on its way."""

from datetime import timedelta

from cases import entrusted
from cases.delivery_tracking import LABELS
from cases.filing_events import DeliveryMoved, FilingMoved, FilingSentByAgent, PaperOwedSoon
from cases.filing_models import Delivery, Filing, OwedPaper
from cases.models import Case
from foundation import clock
from foundation.actor import Actor
from foundation.events import on
from notifications import templates
from notifications.delivery import announce, note

FILING_PAGE, CASE_PAGE = "pages/filing/{}", "pages/case/{}"
OF_STATE = {
    "returned": templates.FILING_RETURNED,
    "refused": templates.FILING_REFUSED,
    "expired": templates.FILING_EXPIRED,
}
FILED_FOR_YOU = templates.in_the_app(
    "有人代您提交了申请", "{name}代您提交了“{item}”的网上申请，可随时查看或撤回；不是您委托的，请联系受理大厅。",
    kind="filed_for_you", group="family",
)  # fmt: skip
RESOLUTION = timedelta(microseconds=1)
PHRASES = {"ready": "结果已制作", "sent": "已寄出", "delivered": "已送达", "returned": "投递退回"}


@on(FilingMoved)
async def tell_filing_moved(event: FilingMoved) -> None:
    """What has moved on since is told by what came after. Who filed it for another reads the same, while they may."""
    row = await Filing.get(id=event.filing_id)
    if row.state != event.state:
        return
    for whom in await _readers(row):
        await announce(
            citizen_id=whom,
            occasion=f"filing_{event.state}:{row.id}",
            template=OF_STATE[event.state],
            values={"item": row.item_name, "until": _day(row)},
            page=FILING_PAGE.format(row.code),
        )


async def _readers(row: Filing) -> list[int]:
    owner, agent = row.citizen_id, row.agent_id  # type: ignore[attr-defined]
    if agent is None or not await entrusted.may_see(owner=owner, item_code=row.item_code, by=Actor.citizen(agent)):
        return [owner]
    return [owner, agent]


@on(FilingSentByAgent)
async def tell_filed_for_you(event: FilingSentByAgent) -> None:
    row = await Filing.get(id=event.filing_id)
    owner, agent = row.citizen_id, row.agent_id  # type: ignore[attr-defined]
    if agent is not None:
        name = await entrusted.name_of(agent)
        await note(
            citizen_id=owner, occasion=f"filed_for_you:{row.id}:{event.round}", template=FILED_FOR_YOU,
            page=FILING_PAGE.format(row.code), name=name, item=row.item_name,
        )  # fmt: skip


def _day(row: Filing) -> str:
    """The last day: the moment it runs out is the midnight after it."""
    return f"{clock.shanghai(row.expires_at - RESOLUTION):%Y-%m-%d}" if row.expires_at else ""


@on(PaperOwedSoon)
async def tell_paper_owed(event: PaperOwedSoon) -> None:
    row = await OwedPaper.get(id=event.owed_id).prefetch_related("filing")
    if row.received_at is not None:
        return
    late = row.due_on < clock.shanghai(event.at).date()
    await announce(
        citizen_id=event.citizen_id,
        occasion=f"paper_owed_{'late' if late else 'soon'}:{row.id}",
        template=templates.PAPER_OWED,
        values={
            "item": row.filing.item_name,
            "material": row.material,
            "until": row.due_on.isoformat(),
            "state": "已逾期" if late else "即将到期",
        },
        page=FILING_PAGE.format(row.filing.code),
    )


@on(DeliveryMoved)
async def tell_delivery_moved(event: DeliveryMoved) -> None:
    row = await Delivery.get(id=event.delivery_id)
    case = await Case.get(id=row.case_id)  # type: ignore[attr-defined]
    told = next((one["note"] for one in reversed(row.steps) if one["state"] == event.state), "")
    await announce(
        citizen_id=event.citizen_id,
        occasion=f"delivery_{event.state}:{row.id}:{row.tracking_no}",
        template=templates.DELIVERY_MOVED,
        values={
            "item": case.item_name,
            "state": LABELS.get((row.way, event.state), PHRASES[event.state]),
            "phrase": PHRASES[event.state],
            "note": told,
        },
        page=CASE_PAGE.format(case.case_no),
    )
