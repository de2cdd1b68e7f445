"""Who hears of a case besides what `listeners` tells its applicant.

Followers (an agent, who proved to know number and factor) hear when it moves; the applicant of a notice with its number
and due day, also of a second one, and when the calendar moved the day that was promised. Those two stay in the app.
"""

import re

from cases import subscriptions, timeline
from cases.events import CaseDueMoved, CaseMoved, CaseNoticeGiven
from cases.models import Case
from cases.progress_models import CaseNotice
from foundation.events import on
from notifications import templates
from notifications.delivery import announce, note
from notifications.listeners import CASE_PAGE, PROGRESS_PAGE

NOTICE = templates.in_the_app(
    "一次性告知书",
    "“{item}”需要补正材料，告知书 {document_no}，请于 {due} 前一次补齐。材料清单和提交方式请点开查看。",
    kind="case_notice",
    group="case",
)
DUE_MOVED = templates.in_the_app(
    "办结日期已调整",
    "因放假或上班安排调整，“{item}”的承诺办结日期由 {before} 改为 {after}。",
    kind="case_due_moved",
    group="case",
)


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


@on(CaseNoticeGiven)
async def tell_notice(event: CaseNoticeGiven) -> None:
    if event.citizen_id is None:
        return
    case, given = await Case.get(id=event.case_id), await CaseNotice.get(id=event.notice_id)
    values = {"item": case.item_name, "document_no": given.document_no, "due": str(event.due)}
    await note(
        citizen_id=event.citizen_id, occasion=f"case_notice:{given.id}", template=NOTICE, page=_page(case), **values
    )


@on(CaseDueMoved)
async def tell_due_moved(event: CaseDueMoved) -> None:
    if event.citizen_id is None or event.before is None or event.after in (None, event.before):
        return
    case = await Case.get(id=event.case_id)
    values = {"item": case.item_name, "before": str(event.before), "after": str(event.after)}
    occasion = f"case_due:{case.id}:{event.after}:{event.at:%Y%m%d%H%M%S}"
    await note(citizen_id=event.citizen_id, occasion=occasion, template=DUE_MOVED, page=_page(case), **values)


def _page(case: Case) -> str:
    return CASE_PAGE.format(case.case_no) if re.fullmatch(r"[\w-]+", case.case_no) else PROGRESS_PAGE
