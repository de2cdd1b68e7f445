"""At the desk of consultations: claimed, passed on, noted about, answered, reviewed, or pointed elsewhere."""

from collections.abc import Sequence
from typing import Any

from catalogue import guides
from feedback import right_door
from feedback.consultation_errors import (
    AnotherReviews,
    AnswerEmpty,
    ClaimedAlready,
    DoorUnknown,
    NotInThisState,
    NotYourConsultation,
)
from feedback.consultation_events import ConsultationAnswered, ConsultationPointed
from feedback.consultation_models import Consultation, ConsultationEntry
from feedback.consultations import end, locked, say, subject
from feedback.errors import NothingWritten
from foundation import audit, clock, database, settings
from foundation.actor import Actor
from foundation.events import tell

LONGEST = 4000


async def claim(*, consultation_id: int, by: Actor) -> None:
    """领办. Of two the second finds it taken. Raises ConsultationNotFound, NotInThisState, ClaimedAlready."""
    async with database.transaction():
        one = await locked(consultation_id, "open", "drafted")
        if one.owner_id not in (None, by.number):  # type: ignore[attr-defined]
            raise ClaimedAlready
        await Consultation.filter(id=one.id).update(owner_id=by.number)
        await audit.record("consultation.claimed", subject=subject(one), by=by)


async def assign(*, consultation_id: int, owner_id: int, by: Actor) -> None:
    """指派 to a colleague, whoever had it. Raises ConsultationNotFound, NotInThisState."""
    async with database.transaction():
        one = await locked(consultation_id, "open", "drafted")
        await Consultation.filter(id=one.id).update(owner_id=owner_id)
        await audit.record("consultation.assigned", subject=subject(one), by=by, detail={"owner": f"staff:{owner_id}"})


async def transfer(*, consultation_id: int, department: str, desk_path: str, reason: str, by: Actor) -> None:
    """转办 to another department and its desk, with a reason; the day stays. Nobody there has claimed it yet.

    Raises ConsultationNotFound, NotInThisState, NothingWritten.
    """
    if not (department.strip() and reason.strip()):
        raise NothingWritten
    async with database.transaction():
        one = await locked(consultation_id, "open", "drafted")
        await Consultation.filter(id=one.id).update(
            department=department.strip()[:200], desk_path=desk_path, owner_id=None, drafted_by_id=None, state="open"
        )
        await say(one, "moved", f"{one.department} → {department.strip()}：{reason.strip()}", by)
        await audit.record("consultation.transferred", subject=subject(one), by=by, reason=reason.strip())


async def note(*, consultation_id: int, text: str, by: Actor) -> None:
    """For colleagues; the asker never sees it. Raises ConsultationNotFound, NotInThisState, NothingWritten."""
    if not text.strip():
        raise NothingWritten
    async with database.transaction():
        one = await locked(consultation_id, "open", "drafted", "answered", "refused")
        await say(one, "note", text[:LONGEST], by)


async def answer(*, consultation_id: int, text: str, cites: Sequence[tuple[str, int]] = (), by: Actor) -> None:
    """答复, with sections of guides quoted word for word and named (slug and section). A kind that settings name is
    first a draft for a second pair of eyes.

    Raises ConsultationNotFound, NotInThisState, NotYourConsultation, AnswerEmpty, ItemNotFound.
    """
    quoted = [one for slug, section_id in cites for one in await _quoted(slug, section_id)]
    if not text.strip() and not quoted:
        raise AnswerEmpty
    async with database.transaction():
        one = await locked(consultation_id, "open")
        if one.owner_id != by.number:  # type: ignore[attr-defined]
            raise NotYourConsultation
        if one.kind in settings.current().feedback.reviewed_kinds.split(","):
            await say(one, "draft", text[:LONGEST], by, quoted)
            await Consultation.filter(id=one.id).update(state="drafted", drafted_by_id=by.number)
            await audit.record("consultation.drafted", subject=subject(one), by=by)
            return
        await _send(one, text[:LONGEST], quoted, by)


async def approve(*, consultation_id: int, by: Actor) -> None:
    """The draft goes out as it stands. Raises ConsultationNotFound, NotInThisState, AnotherReviews for who wrote it."""
    async with database.transaction():
        one = await _to_review(consultation_id, by)
        draft = await ConsultationEntry.filter(consultation=one, kind="draft").order_by("-id").first()
        if draft is None:
            raise NotInThisState
        await _send(one, draft.text, draft.cites, by)


async def send_back(*, consultation_id: int, reason: str, by: Actor) -> None:
    """The draft has to be written anew. Raises ConsultationNotFound, NotInThisState, AnotherReviews, NothingWritten."""
    if not reason.strip():
        raise NothingWritten
    async with database.transaction():
        one = await _to_review(consultation_id, by)
        await Consultation.filter(id=one.id).update(state="open", drafted_by_id=None)
        await say(one, "sent_back", reason[:LONGEST], by)
        await audit.record("consultation.sent_back", subject=subject(one), by=by, reason=reason.strip())


async def point(*, consultation_id: int, door: str, text: str, by: Actor) -> None:
    """指引: another body answers it; the asker reads which and how. Raises DoorUnknown, and as `note`."""
    found = right_door.known(door)
    if found is None:
        raise DoorUnknown
    async with database.transaction():
        one = await locked(consultation_id, "open")
        await end(one, "pointed", answered_on=clock.today())
        entry = await say(one, "pointed", f"{found.told}{text.strip()}"[:LONGEST], by)
        await audit.record("consultation.pointed", subject=subject(one), by=by, detail={"what": found.name})
        await tell(ConsultationPointed(consultation_id=one.id, citizen_id=_citizen(one), entry_id=entry.id))


async def _send(one: Consultation, text: str, cites: list[dict[str, Any]], by: Actor) -> None:
    entry = await say(one, "answered", text, by, cites)
    await end(one, "answered", answered_on=clock.today(), mark=None)
    await audit.record("consultation.answered", subject=subject(one), by=by)
    await tell(ConsultationAnswered(consultation_id=one.id, citizen_id=_citizen(one), entry_id=entry.id))


async def _to_review(consultation_id: int, by: Actor) -> Consultation:
    one = await locked(consultation_id, "drafted")
    if one.drafted_by_id == by.number:  # type: ignore[attr-defined]
        raise AnotherReviews
    return one


async def _quoted(slug: str, section_id: int) -> list[dict[str, Any]]:
    """The section as it stands in the guide now, with its name and version."""
    page = await guides.page(slug)
    return [
        {
            "slug": page.item.slug, "item": page.item.name, "section": one.title, "version": page.version,
            "text": one.text,
        }
        for one in page.sections if one.id == section_id
    ]  # fmt: skip


def _citizen(one: Consultation) -> int | None:
    return one.citizen_id  # type: ignore[attr-defined, no-any-return]
