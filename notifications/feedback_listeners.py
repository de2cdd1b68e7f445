"""What is told of opinions: what may be rated, what was mended, what was answered, refused, pointed elsewhere, decided.

All of it in the app only: the platforms have no template for it. A visitor looks it up by number.
"""

from appointments.events import VisitFinished
from appointments.models import Appointment
from feedback import routing
from feedback.consultation_events import (
    AnswerPublished,
    AppealDecided,
    ConsultationAnswered,
    ConsultationEvent,
    ConsultationPointed,
    ConsultationRefused,
)
from feedback.consultation_models import Consultation, ConsultationEntry
from feedback.events import RectificationMoved
from feedback.models import Rating, Rectification
from foundation.events import on
from notifications import templates
from notifications.delivery import note

RATE_PAGE, RATINGS_PAGE = "pages/rate/visit/{}", "pages/ratings"
CONSULTATION_PAGE, ANSWER_PAGE = "pages/consultation/{}", "pages/answer/{}"
SHOWN = 160

PLEASE_RATE = templates.in_the_app(
    "服务已完成，请您评价", "您在{hall}办理的“{business}”已完成，欢迎评价。不评价不会默认好评。", kind="please_rate"
)
MENDED = templates.in_the_app(
    "您反映的问题已整改，请确认", "您对{place}的评价已整改：{remedy} 请在“我的评价”里确认是否满意。", kind="rectified"
)
ANSWERED = templates.in_the_app(
    "您的{matter}有答复了", "“{title}”（编号 {code}）：{text}", kind="consultation_answered"
)
REFUSED = templates.in_the_app("您的{matter}不予受理", "“{title}”（编号 {code}）：{text}", kind="consultation_refused")
POINTED = templates.in_the_app(
    "您的{matter}请通过其他渠道反映", "“{title}”（编号 {code}）：{text}", kind="consultation_pointed"
)
DECIDED = templates.in_the_app("您的申诉已处理", "“{title}”（编号 {code}）：{text}", kind="consultation_appeal_decided")
PUBLISHED = templates.in_the_app(
    "您的{matter}已匿名公开",
    "“{title}”（编号 {code}）的问题和答复经改写后已公开，其中没有您的个人信息。",
    kind="consultation_published",
)


@on(VisitFinished)
async def ask_for_a_mark(event: VisitFinished) -> None:
    """Once, and nothing follows from silence."""
    if await Rating.exists(subject_kind="visit", subject_id=event.appointment_id):
        return
    one = await Appointment.get(id=event.appointment_id).prefetch_related("type__hall")
    await note(
        citizen_id=event.citizen_id,
        occasion=f"please_rate:{one.id}",
        template=PLEASE_RATE,
        page=RATE_PAGE.format(one.code),
        hall=one.type.hall.name,
        business=one.type.name,
    )


@on(RectificationMoved)
async def tell_mended(event: RectificationMoved) -> None:
    one = await Rectification.get(id=event.rectification_id).prefetch_related("rating")
    if event.state != "mended" or one.state != "mended" or event.citizen_id is None:
        return
    await note(
        citizen_id=event.citizen_id,
        occasion=f"rectified:{one.id}:{one.rounds}",
        template=MENDED,
        page=RATINGS_PAGE,
        place=one.rating.place,
        remedy=one.remedy[:SHOWN],
    )


@on(ConsultationAnswered)
async def tell_answered(event: ConsultationAnswered) -> None:
    await _tell(event, event.entry_id, ANSWERED)


@on(ConsultationRefused)
async def tell_refused(event: ConsultationRefused) -> None:
    await _tell(event, event.entry_id, REFUSED)


@on(ConsultationPointed)
async def tell_pointed(event: ConsultationPointed) -> None:
    await _tell(event, event.entry_id, POINTED)


@on(AppealDecided)
async def tell_decided(event: AppealDecided) -> None:
    await _tell(event, event.entry_id, DECIDED)


@on(AnswerPublished)
async def tell_published(event: AnswerPublished) -> None:
    await _note(event, f"published:{event.code}", PUBLISHED, ANSWER_PAGE.format(event.code), "")


async def _tell(event: ConsultationEvent, entry_id: int, template: templates.Template) -> None:
    entry = await ConsultationEntry.get(id=entry_id)
    text = entry.text or "、".join(f"《{one['item']}》{one['section']}" for one in entry.cites)
    await _note(event, f"consultation:{entry_id}", template, "", text[:SHOWN])


async def _note(event: ConsultationEvent, occasion: str, template: templates.Template, page: str, text: str) -> None:
    if event.citizen_id is None:
        return
    one = await Consultation.get(id=event.consultation_id)
    await note(
        citizen_id=event.citizen_id,
        occasion=occasion,
        template=template,
        page=page or CONSULTATION_PAGE.format(one.code),
        matter=routing.KINDS[one.kind],
        title=one.title,
        code=one.code,
        text=text,
    )
