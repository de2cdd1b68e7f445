"""What staff said of a filed question (`filed`) is written into the conversation that it came from."""

from assistant import handover, handover_desk, live
from assistant.handover_models import Handover, HandoverLine
from assistant.models import Conversation
from feedback.consultation_events import ConsultationAnswered, ConsultationPointed, ConsultationRefused
from feedback.consultation_models import ConsultationEntry
from foundation import database
from foundation.events import on

SOURCE = "handover:"


@on(ConsultationAnswered)
async def write_answer(event: ConsultationAnswered) -> None:
    await _write(event.entry_id)


@on(ConsultationRefused)
async def write_refusal(event: ConsultationRefused) -> None:
    await _write(event.entry_id)


@on(ConsultationPointed)
async def write_where(event: ConsultationPointed) -> None:
    await _write(event.entry_id)


@database.retry_on_deadlock
async def _write(entry_id: int) -> None:
    """Once; what was said in the chat already is not said again, and a conversation that was deleted is left alone."""
    entry = await ConsultationEntry.get_or_none(id=entry_id).prefetch_related("consultation")
    if entry is None or not entry.consultation.source.startswith(SOURCE):
        return
    async with database.transaction():
        found = await Handover.get_or_none(id=int(entry.consultation.source.removeprefix(SOURCE)))
        if found is None:
            return
        talk = await Conversation.select_for_update().get(id=found.conversation_id)  # type: ignore[attr-defined]
        one = await Handover.select_for_update().get(id=found.id)
        text, key = _told(entry)[: handover.LONGEST_LINE], f"consultation:{entry_id}"
        if await HandoverLine.filter(handover=one, key=key).exists() or await _said(one, text):
            return
        await handover.add_line(one, said_by="agent", text=text, staff_id=int(entry.by.removeprefix("staff:")), key=key)
        await Handover.filter(id=one.id).update(answered=True)
        if one.state == "message":
            await handover.end(one, talk, outcome="closed", saying=handover_desk.CLOSED)
        await live.changed(talk.id)


async def _said(one: Handover, text: str) -> bool:
    return await HandoverLine.filter(handover=one, said_by="agent", text=text).exists()


def _told(entry: ConsultationEntry) -> str:
    """The answer with what it quotes, under the names of the guides."""
    quoted = [f"《{cite['item']}》{cite['section']}：{cite['text']}" for cite in entry.cites]
    return "\n".join(filter(None, [entry.text, *quoted]))
