"""Questions that were missed or disliked, as the bot's log has them."""

from assistant.answering import Kind
from assistant.models import Conversation, Turn


async def missed(*questions: str, kind: Kind = Kind.UNKNOWN) -> list[Turn]:
    """A conversation in which nothing was found for these."""
    return await turns(*questions, kind=kind)


async def disliked(*questions: str) -> list[Turn]:
    """A conversation whose answers did not help."""
    return await turns(*questions, kind=Kind.ANSWER, item_code="ITEM-1", confidence=0.9, helpful=False)


async def turns(*questions: str, kind: Kind, **fields: object) -> list[Turn]:
    talk = await Conversation.create(token=f"talk-{await Conversation.all().count()}")
    return [await Turn.create(conversation=talk, question=said, band=kind, **fields) for said in questions]
