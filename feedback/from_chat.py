"""A conversation that nobody could take up (人工咨询 out of office hours) goes on as a consultation.

The room above keeps the conversation and names it by `source`; it hears of the answer by `ConsultationAnswered`. What
is answered there, or needs no answer any more, is said here. Called within the verb of the room above.
"""

from datetime import date

from feedback import consultations
from feedback.consultation_models import Consultation
from foundation import audit, clock, crypto
from foundation.actor import Actor

NO_QUESTION = "（没有写明问题）"
WAITING = ("open", "drafted")


async def begin(
    *, source: str, question: str, transcript: str, citizen_id: int | None, due_on: date, by: Actor
) -> Consultation:
    """With what was said so far, for staff, and the day that was told to the asker. Raises NotInTransaction."""
    words = crypto.fingerprint(consultations.canonical(question), purpose="consultation_words")
    one = await consultations.keep(
        kind="question",
        title=question[:80] or NO_QUESTION,
        citizen_id=citizen_id,
        due_on=due_on,
        source=source,
        text_fingerprint=words,
    )
    await consultations.say(one, "asked", question or NO_QUESTION, by)
    if transcript:
        await consultations.say(one, "chat", transcript, by)
    await audit.record("consultation.asked", subject=consultations.subject(one), by=by, detail={"what": "人工咨询转入"})
    return one


async def add(*, source: str, text: str, by: Actor) -> None:
    """The asker said more meanwhile. Raises NotInTransaction."""
    one = await _waiting(source)
    if one is not None:
        await consultations.say(one, "asked", text, by)


async def answered_there(*, source: str, text: str, by: Actor) -> None:
    """Staff answered in the conversation first, where the asker reads it. Raises NotInTransaction."""
    one = await _waiting(source)
    if one is None:
        return
    await consultations.say(one, "answered", text, by)
    await consultations.end(one, "answered", answered_on=clock.today(), owner_id=by.number)
    await audit.record("consultation.answered", subject=consultations.subject(one), by=by)


async def ended_there(*, source: str, by: Actor) -> None:
    """The asker needs nobody any more. Raises NotInTransaction."""
    one = await _waiting(source)
    if one is not None:
        await consultations.end(one, "withdrawn")
        await consultations.say(one, "withdrawn", "提交人结束了人工咨询。", by)
        await audit.record("consultation.withdrawn", subject=consultations.subject(one), by=by)


async def _waiting(source: str) -> Consultation | None:
    return await Consultation.select_for_update().get_or_none(source=source, state__in=WAITING)
