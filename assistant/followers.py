"""Followers of a public account (公众号关注者): each has one conversation, so that what was said is remembered."""

import secrets

from tortoise.exceptions import IntegrityError

from assistant.handover_models import Follower
from assistant.models import Conversation
from foundation import crypto, database

PURPOSE = "follower"


async def conversation_of(openid: str) -> str:
    """The token of the follower's conversation; of two first messages at once both get the same."""
    known = await _known(openid)
    if known:
        return known
    try:
        async with database.transaction():
            talk = await Conversation.create(token=secrets.token_urlsafe(24))
            await Follower.create(fingerprint=crypto.fingerprint(openid, purpose=PURPOSE), conversation=talk)
            return talk.token
    except IntegrityError:
        known = await _known(openid)
        assert known, "whoever was first has committed"
        return known


async def _known(openid: str) -> str:
    found = (
        await Follower.filter(fingerprint__in=crypto.fingerprints(openid, purpose=PURPOSE))
        .prefetch_related("conversation")
        .first()
    )
    return found.conversation.token if found else ""
