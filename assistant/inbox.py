"""The inbox of the desk (咨询台): who waits, whose conversations are mine, what is finished, what was said in one."""

from dataclasses import dataclass
from datetime import date, datetime

from assistant import live
from assistant.handover_errors import HandoverNotFound
from assistant.handover_models import Handover, HandoverLine
from assistant.models import Turn
from foundation import clock
from foundation.actor import Actor
from identity.looks import Look, record_access

SHOWN = 50
TURNS_SHOWN = 60


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One conversation in a list. `late`: a message whose day to be answered is over."""

    id: int
    state: str
    outcome: str
    question: str
    asked_at: datetime
    said_at: datetime
    ended_at: datetime | None
    due_on: date | None
    late: bool
    signed_in: bool


@dataclass(frozen=True, kw_only=True)
class Said:
    """A line of the transcript: by citizen, bot, agent or system; `line_id` is 0 for what the bot was told and said."""

    by: str
    text: str
    at: datetime
    line_id: int = 0


@dataclass(frozen=True, kw_only=True)
class Record:
    """One conversation with its transcript, numbers of persons masked."""

    entry: Entry
    mine: bool
    agent_id: int | None
    said: list[Said]
    types: bool


async def waiting() -> list[Entry]:
    """The queue first, in its order; then the messages, the most urgent first."""
    found = Handover.filter(state__in=("waiting", "message")).prefetch_related("conversation")
    entries = [_entry(one) for one in await found.order_by("asked_at", "id").limit(SHOWN * 4)]
    return sorted(entries, key=lambda one: (one.due_on or date.min, one.asked_at, one.id))


async def mine(by: Actor) -> list[Entry]:
    """Those they hold; who has waited longest for a word comes first."""
    found = Handover.filter(state="held", agent_id=by.number).prefetch_related("conversation")
    return [_entry(one) for one in await found.order_by("said_at")]


async def finished(by: Actor) -> list[Entry]:
    found = Handover.filter(state="ended", agent_id=by.number).prefetch_related("conversation")
    return [_entry(one) for one in await found.order_by("-ended_at").limit(SHOWN)]


async def record(handover_id: int, by: Actor) -> Record:
    """One with all that was said, to the bot before and to people since; who asked can see that `by` read it.

    Raises HandoverNotFound.
    """
    one = await Handover.get_or_none(id=handover_id).prefetch_related("conversation")
    if one is None:
        raise HandoverNotFound
    conversation_id: int = one.conversation_id  # type: ignore[attr-defined]
    agent_id: int | None = one.agent_id  # type: ignore[attr-defined]
    asker: int | None = one.conversation.citizen_id  # type: ignore[attr-defined]
    await record_access([asker] if asker else [], what=Look.CONSULT, why="人工咨询", by=by)
    return Record(
        entry=_entry(one),
        mine=one.state == "held" and agent_id == by.number,
        agent_id=agent_id,
        said=await transcript(conversation_id),
        types=live.types(conversation_id, "citizen"),
    )


async def transcript(conversation_id: int) -> list[Said]:
    """All that was said, to the bot and to people, in its order."""
    turns = await Turn.filter(conversation_id=conversation_id).order_by("-id").limit(TURNS_SHOWN)
    lines = await HandoverLine.filter(handover__conversation_id=conversation_id).order_by("id")
    said = [Said(by=one.said_by, text=one.text, at=one.at, line_id=one.id) for one in lines]
    for turn in turns:
        said += [Said(by="citizen", text=turn.question, at=turn.at), Said(by="bot", text=_told(turn), at=turn.at)]
    return sorted(said, key=lambda one: one.at)


def _told(turn: Turn) -> str:
    """What the bot answered, in short: its note, the sections it read out, what it offered."""
    sources = [f"《{one['item_name']}》{one['section_title']}" for one in turn.answer.get("sources", ())]
    offered = [str(one["name"]) for one in turn.answer.get("choices", ())]
    parts = [str(turn.answer.get("note", "")), "、".join(sources), "可选：" + "、".join(offered) if offered else ""]
    return "\n".join(filter(None, parts))


def _entry(one: Handover) -> Entry:
    return Entry(
        id=one.id,
        state=one.state,
        outcome=one.outcome,
        question=one.question,
        asked_at=one.asked_at,
        said_at=one.said_at,
        ended_at=one.ended_at,
        due_on=one.due_on,
        late=one.due_on is not None and one.state != "ended" and one.due_on < clock.today(),
        signed_in=one.conversation.citizen_id is not None,  # type: ignore[attr-defined]
    )
