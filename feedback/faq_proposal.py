"""答复 → 常见问题: an answer to one person becomes a common question in a guide's draft; an editor publishes it."""

from catalogue import drafting
from catalogue.draft_models import GuideDraft
from feedback import known_names, traces
from feedback.consultation_errors import AnswerEmpty, QuestionKnown
from feedback.consultations import canonical, locked, say, subject
from feedback.errors import PersonalTraces
from foundation import audit, database
from foundation.actor import Actor


async def propose(*, consultation_id: int, slug: str, question: str, answer: str, by: Actor) -> GuideDraft:
    """One more 常见问题 in the saved draft of the guide.

    Raises ConsultationNotFound, NotInThisState, AnswerEmpty, PersonalTraces, QuestionKnown, ItemNotFound, DraftNotOpen
    while that draft waits for review.
    """
    question, answer = question.strip(), answer.strip()
    if not question or not answer:
        raise AnswerEmpty
    async with database.transaction():
        one = await locked(consultation_id, "answered")
        names = await known_names.around(one.citizen_id)  # type: ignore[attr-defined]
        if left := traces.left_in(f"{question}\n{answer}", names=names):
            raise PersonalTraces(detail=left)
        draft = await drafting.begin(slug=slug, by=by)
        faqs = draft.sheet.get("faqs", [])
        told = {canonical(way) for faq in faqs for way in (faq["question"], *faq.get("also", ()))}
        if canonical(question) in told:
            raise QuestionKnown
        sheet = {**draft.sheet, "faqs": [*faqs, {"question": question, "answer": answer}]}
        saved = await drafting.save(draft_id=draft.id, revision=draft.revision, sheet=sheet, by=by)
        await say(one, "note", f"已写入《{draft.sheet['name']}》指南草稿的常见问题：{question}", by)
        await audit.record("consultation.proposed", subject=subject(one), by=by, detail={"words": question})
        return saved
