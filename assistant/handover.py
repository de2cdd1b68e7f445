"""A person instead of the bot (人工咨询): asked for, written to, let go by whoever asked.

Locks, always in this order: the conversation, the asker's number of open ones, the row. Lines are written under the
conversation's lock, so that their ids grow in the order in which they were said.
"""

from assistant import conversations, filed, live, masking, office_hours
from assistant.handover_errors import HandoverOver, NothingSaid, TooManyHandovers
from assistant.handover_models import Handover, HandoverLine
from assistant.models import Conversation, Turn
from foundation import audit, clock, crypto, database
from foundation.actor import Actor

MOST_OF_A_PERSON, MOST_OF_AN_ADDRESS = 2, 10  # open at once; a hall's visitors share one address
LONGEST_QUESTION, LONGEST_LINE = 500, 1000
VISITOR = Actor.channel("visitor")
WITHDRAWN = "您已结束人工咨询，可以继续问办事助手。"


@database.retry_on_deadlock
async def ask(*, conversation: str, question: str = "", address: str, by: Actor | None) -> None:
    """Ask for a person: a place in the queue in office hours, else a message (留言) for them. Again adds the question.

    Raises ConversationNotFound, TooManyHandovers.
    """
    async with database.transaction():
        talk = await conversations.own(conversation, by, lock=True)
        said = masking.masked(question.strip()[: LONGEST_QUESTION * 2])[:LONGEST_QUESTION]
        one = await of(talk)
        if one is None:
            one = await _begin(
                talk, asker=_asker(by, address), signed_in=by is not None, question=said, by=by or VISITOR
            )
        if said and not await HandoverLine.exists(handover=one, said_by="citizen", text=said):
            await add_line(one, said_by="citizen", text=said)
            if said != one.question:
                await filed.add(one, said, by=by or VISITOR)
        await live.changed(talk.id)


async def pass_on(talk: Conversation, text: str, *, key: str = "") -> bool:
    """Whether a person holds the conversation; then `text` goes to them and not to the bot. `talk` is locked."""
    one = await Handover.get_or_none(conversation=talk, state="held")
    if one is None:
        return False
    said = masking.masked(text.strip()[: LONGEST_LINE * 2])[:LONGEST_LINE]
    if said and not (key and await HandoverLine.exists(handover=one, said_by="citizen", key=key)):
        await add_line(one, said_by="citizen", text=said, key=key)
        await live.changed(talk.id)
    return True


@database.retry_on_deadlock
async def withdraw(*, conversation: str, by: Actor | None) -> None:
    """The asker needs nobody any more. Raises ConversationNotFound, HandoverOver."""
    async with database.transaction():
        talk = await conversations.own(conversation, by, lock=True)
        one = await of(talk)
        if one is None:
            raise HandoverOver
        await end(one, talk, outcome="withdrawn", saying=WITHDRAWN)
        await audit.record("handover.withdrawn", subject=f"handover:{one.id}", by=by or VISITOR)
        await filed.ended(one, by=by or VISITOR)


async def typing(*, conversation: str, by: Actor | None) -> None:
    """The asker is writing; whoever holds the conversation sees it for a moment. Raises ConversationNotFound."""
    talk = await conversations.own(conversation, by)
    await live.typing(talk.id, "citizen")


async def of(talk: Conversation) -> Handover | None:
    """The open one of a conversation."""
    return await Handover.filter(conversation=talk).exclude(state="ended").first()


async def add_line(
    one: Handover, *, said_by: str, text: str, staff_id: int | None = None, key: str = ""
) -> HandoverLine:
    """One more line, and a sign of life. The conversation is locked. Raises NothingSaid."""
    if not text.strip():
        raise NothingSaid
    now = clock.now()
    line = await HandoverLine.create(
        handover_id=one.id, said_by=said_by, staff_id=staff_id, text=text[:LONGEST_LINE], key=key, at=now
    )
    one.said_at = now
    await Handover.filter(id=one.id).update(said_at=now)
    await Conversation.filter(id=one.conversation_id).update(changed_at=now)  # type: ignore[attr-defined]
    return line


async def end(one: Handover, talk: Conversation, *, outcome: str, saying: str) -> None:
    """Ended, and the bot answers again, with its misses forgotten. The conversation is locked. Raises HandoverOver."""
    await add_line(one, said_by="system", text=saying)
    ended = (
        await Handover.filter(id=one.id)
        .exclude(state="ended")
        .update(state="ended", outcome=outcome, ended_at=clock.now())
    )
    if not ended:
        raise HandoverOver
    talk.state = {**talk.state, "misses": 0}
    await talk.save(update_fields=["state", "changed_at"])
    await live.changed(talk.id, queue=True)


async def _begin(talk: Conversation, *, asker: str, signed_in: bool, question: str, by: Actor) -> Handover:
    await _keep_to_the_limit(asker, MOST_OF_A_PERSON if signed_in else MOST_OF_AN_ADDRESS)
    now, somebody = clock.now(), await office_hours.open_now()
    one = await Handover.create(
        conversation=talk,
        asker=asker,
        state="waiting" if somebody else "message",
        question=question or await _last_question(talk),
        due_on=None if somebody else await office_hours.answered_by(),
        asked_at=now,
        said_at=now,
    )
    await audit.record("handover.asked", subject=f"handover:{one.id}", by=by, detail={"state": one.state})
    if one.due_on is not None:
        await filed.file(one, citizen_id=talk.citizen_id, by=by)  # type: ignore[attr-defined]
    return one


async def _keep_to_the_limit(asker: str, most: int) -> None:
    """Counted one after another for one asker."""
    await database.joined().execute("select pg_advisory_xact_lock(hashtextextended($1, 22))", asker)
    if await Handover.filter(asker=asker).exclude(state="ended").count() >= most:
        raise TooManyHandovers(retry_after=600)


async def _last_question(talk: Conversation) -> str:
    """What the bot was asked last that was a question, not the wish for a person."""
    turn = await Turn.filter(conversation=talk).exclude(band="person").order_by("-id").first()
    turn = turn or await Turn.filter(conversation=talk).order_by("-id").first()
    return turn.question if turn else ""


def _asker(by: Actor | None, address: str) -> str:
    return crypto.fingerprint(str(by) if by else f"address:{address}", purpose="handover-asker")
