"""Who calls this door: a citizen with a bearer token, or a visitor who may have one."""

from sanic import Request

from foundation.actor import Actor
from foundation.errors import NotSignedIn
from foundation.redis import RedisGone
from foundation.web import Access
from identity import sessions
from identity.sessions import Session


class SessionOver(NotSignedIn):
    """登录已失效，请重新登录后继续，刚才填写的内容不会丢失。"""


BEARER = {"type": "http", "scheme": "bearer", "description": "登录后返回的 token"}


def token_of(request: Request) -> str:
    """The bearer token, or an empty text."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


async def _citizen(request: Request) -> Session:
    token = token_of(request)
    if not token:
        raise NotSignedIn
    session = await sessions.who(token)
    if session is None:
        raise SessionOver
    return session


async def _visitor(request: Request) -> Session | None:
    """A token that has run out makes a visitor of its bearer; the screen then shows what is public."""
    token = token_of(request)
    return await sessions.who(token) if token else None


def actor(who: Session) -> Actor:
    return Actor.citizen(who.citizen_id)


CITIZEN = Access(
    "citizen",
    "已登录的市民",
    _citizen,
    scheme=BEARER,
    errors=(NotSignedIn, SessionOver, RedisGone),
    limited_as=lambda who: who.citizen_id,
)
VISITOR = Access(
    "visitor", "任何人；登录后内容更多", _visitor, errors=(RedisGone,), limited_as=lambda who: who and who.citizen_id
)
