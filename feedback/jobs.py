"""What `feedback` listens to, looks after every morning, and keeps of a person."""

from datetime import datetime
from typing import Any

from cases import paper_folders
from feedback import lateness
from feedback.consultation_models import Consultation, ConsultationEntry
from feedback.consultations import FOLDER, STATES
from feedback.models import Rating, RatingWords, RectificationNote
from foundation import database, personal_data, retention, settings
from foundation.events import on
from foundation.jobs import scheduled
from identity.events import CitizensMerged

OFFICE_ONLY = ("chat", "note", "draft", "sent_back", "moved")


@scheduled("30 8 * * *")
async def remind_and_escalate() -> None:
    """Before the office opens: days that come near, and those that have passed."""
    await lateness.of_rectifications()
    await lateness.of_consultations()


@on(CitizensMerged)
async def follow_merge(event: CitizensMerged) -> None:
    await Rating.filter(citizen_id=event.gone).update(citizen_id=event.kept)
    await Consultation.filter(citizen_id=event.gone).update(citizen_id=event.kept)


async def delete_old_attachments(before: datetime) -> int:
    return await paper_folders.empty_closed(FOLDER, before)


async def export(citizen_id: int) -> list[dict[str, Any]]:
    """Marks with their words, and consultations with what passed between the person and the office."""
    ratings = await Rating.filter(citizen_id=citizen_id).order_by("id").prefetch_related("words")
    asked = await Consultation.filter(citizen_id=citizen_id).order_by("id").prefetch_related("entries")
    return [
        *({
            "level": one.level, "tags": one.tags, "text": "\n".join(words.text for words in one.words),
            "place": one.place, "at": one.created_at.isoformat(),
        } for one in ratings),
        *[{
            "number": one.code, "title": one.title, "state": STATES[one.state], "at": one.asked_at.isoformat(),
            "said": [said.text for said in one.entries if said.kind not in OFFICE_ONLY],
            "attachments": [paper.name for paper in await paper_folders.inside(one.folder_id)],  # type: ignore[attr-defined]
        } for one in asked],
    ]  # fmt: skip


async def forget(citizen_id: int) -> None:
    """The marks stay in the averages and a consultation in the counts; the words and the phone go."""
    async with database.transaction():
        await RatingWords.filter(rating__citizen_id=citizen_id).delete()
        await RectificationNote.filter(rectification__rating__citizen_id=citizen_id).update(text="（已按本人要求删除）")
        await Rating.filter(citizen_id=citizen_id).update(tags=[], withdrawn_why="")
        await ConsultationEntry.filter(consultation__citizen_id=citizen_id).update(
            text="（已按本人要求删除）", cites=[]
        )
        folders = Consultation.filter(citizen_id=citizen_id, folder_id__not_isnull=True)
        await paper_folders.empty(await folders.values_list("folder_id", flat=True))  # type: ignore[arg-type]
        await Consultation.filter(citizen_id=citizen_id).update(
            title="（已删除）", phone_sealed="", factor_fingerprint="", asker_fingerprint="", text_fingerprint=""
        )


retention.register(
    "feedback.attachments",
    title="咨询、投诉和建议的附件（答复后）",
    days=lambda: settings.current().feedback.keep_attachments_days,
    sweep=delete_old_attachments,
)
personal_data.register(
    "feedback", export=export, forget=forget,
    title="评价",
    holds=(
        personal_data.Holding("rating", "评价", "只保留等级，用于统计；文字和标签删除。"),
        personal_data.Holding("consultation", "咨询、投诉和建议", "只保留类别和办理时间，用于统计；其余和附件删除。"),
    ),
)  # fmt: skip
