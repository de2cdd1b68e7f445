"""不予受理: what breaks the law, insults, repeats the same or belongs to nothing we do is not taken up, and told why.

The asker may appeal once; somebody else than who refused it decides. Nothing is refused by a machine: words that look
so are marked for staff (`looks_like`), who read and decide.
"""

import re

from feedback.consultation_errors import AnotherReviews, AppealedOnce, NotInThisState, QuestionInvalid, ReasonUnknown
from feedback.consultation_events import AppealDecided, ConsultationRefused
from feedback.consultation_models import Consultation
from feedback.consultations import end, locked, reopen, say, subject, without_numbers
from feedback.errors import NothingWritten
from foundation import audit, database
from foundation.actor import Actor
from foundation.events import tell

REASONS = {
    "law": ("违反法律法规", "内容涉及违反法律法规的信息，依规定不予受理。"),
    "insult": ("侮辱谩骂", "内容含有侮辱、谩骂他人的言辞，依规定不予受理。改用平和的表述后可以重新提交。"),
    "repeated": ("重复提交", "内容与您已提交的诉求相同，请用原编号查看办理情况。"),
    "unrelated": ("与政务服务无关", "内容与政务服务无关或没有具体事项，无法办理。说明具体事项后可以重新提交。"),
}
HOW_TO_APPEAL = "如有异议，可对这一决定申诉一次，由其他工作人员复核；也可拨打 12345。"
_SUSPECT = (
    ("law", re.compile(r"毒品|枪支|赌博|办假证|代开发票|色情")),
    ("insult", re.compile(r"傻[逼比bB]|他妈的|王八蛋|狗东西|去死|畜生|混蛋")),
    ("unrelated", re.compile(r"加微信|兼职刷单|贷款广告|代办信用卡|点击链接")),
)


def looks_like(text: str) -> str:
    """The reason for which this might be refused, a hint for staff; empty for most."""
    return next((why for why, pattern in _SUSPECT if pattern.search(text)), "")


async def refuse(*, consultation_id: int, why: str, text: str, by: Actor) -> None:
    """With a reason and its explanation, and how to appeal.

    Raises ReasonUnknown, ConsultationNotFound, NotInThisState.
    """
    if why not in REASONS or not text.strip():
        raise ReasonUnknown
    async with database.transaction():
        one = await locked(consultation_id, "open")
        appealable = "" if one.appeal_state else HOW_TO_APPEAL
        entry = await say(one, "refused", f"{REASONS[why][1]}{text.strip()[:400]}\n{appealable}", by)
        await end(one, "refused", refused_why=why, refused_by_id=by.number)
        await audit.record(
            "consultation.refused", subject=subject(one), by=by, reason=text.strip(), detail={"what": REASONS[why][0]}
        )
        await tell(ConsultationRefused(consultation_id=one.id, citizen_id=_citizen(one), entry_id=entry.id))


async def appeal(*, one: Consultation, text: str, by: Actor) -> None:
    """申诉 by the asker, once. Raises QuestionInvalid, NotInThisState, AppealedOnce."""
    if not 5 <= len(text.strip()) <= 2000:
        raise QuestionInvalid
    async with database.transaction():
        held = await locked(one.id, "refused")
        if held.appeal_state:
            raise AppealedOnce
        await Consultation.filter(id=held.id).update(appeal_state="open")
        await say(held, "appealed", without_numbers(text), by)
        await audit.record("consultation.appealed", subject=subject(held), by=by)


async def decide(*, consultation_id: int, accept: bool, reason: str, by: Actor) -> None:
    """Accepted, it is answered after all, within as many working days from today.

    Raises ConsultationNotFound, NotInThisState, NothingWritten; AnotherReviews for whoever refused it.
    """
    if not reason.strip():
        raise NothingWritten
    async with database.transaction():
        one = await locked(consultation_id, "refused")
        if one.appeal_state != "open":
            raise NotInThisState
        if one.refused_by_id == by.number:  # type: ignore[attr-defined]
            raise AnotherReviews
        entry = await say(
            one, "decided", f"{'申诉成立，已恢复办理。' if accept else '申诉未通过。'}{reason.strip()[:400]}", by
        )
        if accept:
            await reopen(one, appeal_state="accepted", refused_why="", refused_by_id=None, owner_id=None)
        else:
            await Consultation.filter(id=one.id).update(appeal_state="rejected")
        what = "appeal_accepted" if accept else "appeal_rejected"
        await audit.record(f"consultation.{what}", subject=subject(one), by=by, reason=reason.strip())
        await tell(AppealDecided(consultation_id=one.id, citizen_id=_citizen(one), entry_id=entry.id, accepted=accept))


def _citizen(one: Consultation) -> int | None:
    return one.citizen_id  # type: ignore[attr-defined, no-any-return]
