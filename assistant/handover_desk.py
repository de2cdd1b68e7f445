"""At the desk (咨询台): a member of staff takes a conversation, answers, gives it back to the bot or closes it."""

from assistant import filed, handover, live
from assistant.events import MessageAnswered
from assistant.handover_errors import AlreadyTaken, HandoverNotFound, NotYours
from assistant.handover_models import Handover
from assistant.models import Conversation
from foundation import audit, clock, database, events
from foundation.actor import Actor

RETURNED = "工作人员已答复，接下来由办事助手继续为您服务。"
CLOSED = "本次人工咨询已结束。还有问题可以再点“找人工”。"

CLAIM = """
update handover set state = 'held', agent_id = $2, taken_at = $3, said_at = $3
 where id = $1 and state in ('waiting', 'message') returning conversation_id"""


@database.retry_on_deadlock
async def take(*, handover_id: int, by: Actor) -> None:
    """Hold the conversation from now on. Raises HandoverNotFound; AlreadyTaken for whoever comes second."""
    async with database.transaction():
        conversation_id = await _claim(handover_id, by.number)
        await audit.record("handover.taken", subject=f"handover:{handover_id}", by=by)
        await live.changed(conversation_id, queue=True)


@database.retry_on_deadlock
async def reply(*, handover_id: int, text: str, by: Actor) -> None:
    """Write to the asker; a message (留言) is told to them as well. Raises HandoverNotFound, NotYours, NothingSaid."""
    async with database.transaction():
        one, talk = await _held(handover_id, by)
        line = await handover.add_line(one, said_by="agent", text=text.strip(), staff_id=by.number)
        await Handover.filter(id=one.id).update(answered=True)
        await audit.record("handover.replied", subject=f"handover:{one.id}", by=by, detail={"line": line.id})
        await filed.answered(one, line.text, by=by)
        if one.due_on is not None:
            await events.tell(MessageAnswered(handover_id=one.id, line_id=line.id))
        await live.changed(talk.id)


@database.retry_on_deadlock
async def hand_back(*, handover_id: int, by: Actor) -> None:
    """The bot goes on. Raises HandoverNotFound, NotYours."""
    await _end(handover_id, by, outcome="returned", saying=RETURNED)


@database.retry_on_deadlock
async def close(*, handover_id: int, by: Actor) -> None:
    """There is nothing more to say. Raises HandoverNotFound, NotYours."""
    await _end(handover_id, by, outcome="closed", saying=CLOSED)


async def note_read(*, handover_id: int, by: Actor) -> None:
    """Somebody opened the conversation of a citizen: the audit knows who."""
    async with database.transaction():
        await audit.record("handover.read", subject=f"handover:{handover_id}", by=by)


async def typing(*, handover_id: int, by: Actor) -> None:
    """The agent is writing. Raises HandoverNotFound, NotYours."""
    one = await _find(handover_id)
    _must_be_held_by(one, by)
    await live.typing(one.conversation_id, "agent")  # type: ignore[attr-defined]


async def _claim(handover_id: int, staff_id: int) -> int:
    """Compare and set: of two who take at once the second finds nothing to take."""
    conversation_id = await database.joined().fetchval(CLAIM, handover_id, staff_id, clock.now())
    if conversation_id is None:
        await _find(handover_id)
        raise AlreadyTaken
    return int(conversation_id)


async def _end(handover_id: int, by: Actor, *, outcome: str, saying: str) -> None:
    async with database.transaction():
        one, talk = await _held(handover_id, by)
        await handover.end(one, talk, outcome=outcome, saying=saying)
        await audit.record(f"handover.{outcome}", subject=f"handover:{one.id}", by=by)


async def _held(handover_id: int, by: Actor) -> tuple[Handover, Conversation]:
    """Theirs, read under the lock of its conversation."""
    found = await _find(handover_id)
    talk = await Conversation.select_for_update().get(id=found.conversation_id)  # type: ignore[attr-defined]
    one = await Handover.select_for_update().get(id=handover_id)
    _must_be_held_by(one, by)
    return one, talk


async def _find(handover_id: int) -> Handover:
    one = await Handover.get_or_none(id=handover_id)
    if one is None:
        raise HandoverNotFound
    return one


def _must_be_held_by(one: Handover, by: Actor) -> None:
    if one.state != "held" or one.agent_id != by.number:  # type: ignore[attr-defined]
        raise NotYours
