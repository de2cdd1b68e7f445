"""答复成问答: a reply of staff and what the citizen had asked become, masked and mended, a common question of a guide.

Whoever answered proposes it by one click; who writes guides takes it into the draft of one, which another publishes.
"""

from collections.abc import Collection

from assistant import masking, teaching
from assistant.handover_models import HandoverLine
from assistant.reply_errors import (
    ReplyFaqDecided,
    ReplyFaqEmpty,
    ReplyFaqNotFound,
    ReplyFaqReasonNeeded,
    ReplyNotFound,
)
from assistant.reply_models import ReplyFaq
from catalogue.draft_models import GuideDraft
from foundation import audit, clock, database
from foundation.actor import Actor

LONGEST_QUESTION, LONGEST_ANSWER = 200, 2000
SHOWN = 100
# Of two who propose the same reply at once the second finds what the first wrote.
_PROPOSE = """
insert into reply_faq (handover_id, line_id, question, answer, state, note, proposed_by_id, created_at)
values ($1, $2, $3, $4, 'open', '', $5, $6) on conflict (line_id) do nothing returning id"""


async def propose(*, line_id: int, by: Actor) -> ReplyFaq:
    """What was answered in that line, and what had been asked before it; again gives the same. Raises ReplyNotFound."""
    async with database.transaction() as tx:
        line = await HandoverLine.get_or_none(id=line_id, said_by="agent").select_related("handover")
        if line is None:
            raise ReplyNotFound
        question, answer = _one_line(await _asked_before(line)), _masked(line.text, LONGEST_ANSWER)
        made = await tx.fetchval(_PROPOSE, line.handover.id, line.id, question, answer, by.number, clock.now())
        faq = await ReplyFaq.get(line_id=line_id)
        if made:
            await _record("proposed", faq, by)
        return faq


async def edit(*, faq_id: int, question: str, answer: str, by: Actor) -> ReplyFaq:
    """Mend the wording of an open one. Raises ReplyFaqEmpty, ReplyFaqNotFound, ReplyFaqDecided."""
    words = _words(question, answer)
    async with database.transaction():
        faq = await _changed(faq_id, **words)
        await _record("edited", faq, by)
        return faq


async def take(*, faq_id: int, slug: str, question: str, answer: str, by: Actor) -> GuideDraft:
    """Write it, as mended, into the saved draft of a guide; somebody else publishes that.

    Raises ReplyFaqEmpty, NameKnown, ItemNotFound, DraftNotOpen while that draft waits for review, ReplyFaqNotFound,
    ReplyFaqDecided.
    """
    words = _words(question, answer)
    async with database.transaction():
        draft = await teaching.question_in_draft(slug=slug, **words, by=by)
        faq = await _changed(
            faq_id, **words, state="taken", draft_id=draft.id, decided_by_id=by.number, decided_at=clock.now()
        )
        await _record("taken", faq, by, slug=slug, draft=draft.id)
        return draft


async def decline(*, faq_id: int, reason: str, by: Actor) -> ReplyFaq:
    """It serves one person only. Raises ReplyFaqReasonNeeded, ReplyFaqNotFound, ReplyFaqDecided."""
    note = reason.strip()
    if not note:
        raise ReplyFaqReasonNeeded
    async with database.transaction():
        faq = await _changed(faq_id, state="declined", note=note, decided_by_id=by.number, decided_at=clock.now())
        await _record("declined", faq, by, reason=note)
        return faq


async def listed(state: str = "open") -> list[ReplyFaq]:
    """Those in that state, the latest first."""
    return await ReplyFaq.filter(state=state).order_by("-id").limit(SHOWN)


async def find(faq_id: int) -> ReplyFaq:
    """Raises ReplyFaqNotFound."""
    faq = await ReplyFaq.get_or_none(id=faq_id).select_related("draft")
    if faq is None:
        raise ReplyFaqNotFound
    return faq


async def of_lines(handover_id: int) -> dict[int, int]:
    """Line → what was proposed from it."""
    rows = await ReplyFaq.filter(handover_id=handover_id).values_list("line_id", "id")
    return {int(line): int(faq) for line, faq in rows}


async def of_draft(draft_id: int) -> list[ReplyFaq]:
    """Those that were taken into that draft."""
    return await ReplyFaq.filter(draft_id=draft_id).order_by("id")


async def forget_with(conversations: Collection[int]) -> None:
    """Before these conversations are deleted: what became part of a guide stays, without where it came from.

    Raises NotInTransaction.
    """
    database.joined()
    theirs = ReplyFaq.filter(handover__conversation_id__in=conversations)
    ids = [int(one) for one in await theirs.values_list("id", flat=True)]  # type: ignore[call-overload]
    await ReplyFaq.filter(id__in=ids).exclude(state="taken").delete()
    await ReplyFaq.filter(id__in=ids).update(handover_id=None, line_id=None)


async def _asked_before(line: HandoverLine) -> str:
    """The last the citizen had said, or what the conversation was handed over with."""
    said = HandoverLine.filter(handover_id=line.handover.id, said_by="citizen", id__lt=line.id)
    last = await said.order_by("-id").first()
    return (last.text if last else line.handover.question).strip() or "（请填写问题）"


def _words(question: str, answer: str) -> dict[str, str]:
    words = {"question": _one_line(question), "answer": _masked(answer, LONGEST_ANSWER)}
    if not all(words.values()):
        raise ReplyFaqEmpty
    return words


def _one_line(question: str) -> str:
    return _masked(" ".join(question.split()), LONGEST_QUESTION)


def _masked(text: str, longest: int) -> str:
    return masking.for_readers(text[: longest * 2]).strip()[:longest]


async def _changed(faq_id: int, **values: object) -> ReplyFaq:
    """Compare and set: only an open one changes."""
    changed = await ReplyFaq.filter(id=faq_id, state="open").update(**values)
    faq = await find(faq_id)
    if not changed:
        raise ReplyFaqDecided
    return faq


async def _record(what: str, faq: ReplyFaq, by: Actor, *, reason: str = "", **detail: object) -> None:
    where = {"handover": faq.handover_id}  # type: ignore[attr-defined]
    await audit.record(f"reply_faq.{what}", subject=f"reply_faq:{faq.id}", by=by, reason=reason, detail=where | detail)
