"""Who calls this door: a citizen with a bearer token, or a visitor who may have one."""

from sanic import Request

from foundation.actor import Actor
from foundation.errors import NotSignedIn
from foundation.redis import RedisGone
from foundation.web import Access
from identity import acting, policy, sessions
from identity.delegation import Scope
from identity.organisation_errors import ActingOver
from identity.policy_errors import PolicyNotAgreed
from identity.sessions import Session


class SessionOver(NotSignedIn):
    """登录已失效，请重新登录后继续，刚才填写的内容不会丢失。"""


BEARER = {"type": "http", "scheme": "bearer", "description": "登录后返回的 token"}


def token_of(request: Request) -> str:
    """The bearer token, or an empty text."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


async def _citizen(request: Request) -> Session:
    """Raises NotSignedIn, SessionOver; PolicyNotAgreed for who did not agree to the policy in force."""
    session = await _signed_in(request)
    if session.policy != policy.current().version:
        raise PolicyNotAgreed(detail={"version": policy.current().version})
    return session


async def _signed_in(request: Request) -> Session:
    token = token_of(request)
    if not token:
        raise NotSignedIn
    session = await sessions.who(token)
    if session is None:
        raise SessionOver
    return session


async def _visitor(request: Request) -> Session | None:
    """A token that has run out makes a visitor of its bearer, and so does a policy that is not agreed to; the screen
    then shows what is public.
    """
    token = token_of(request)
    session = await sessions.who(token) if token else None
    return session if session and session.policy == policy.current().version else None


async def _sender(request: Request) -> Session | None:
    """What is sent with a token is to be theirs. Raises SessionOver, PolicyNotAgreed."""
    return await _citizen(request) if token_of(request) else None


def actor(who: Session) -> Actor:
    return Actor.citizen(who.citizen_id)


async def subject(who: Session, scope: Scope) -> int:
    """Whose things the screen is about: one's own, or those of whom one acts for (办理身份), as far as one still may.

    Raises ActingOver.
    """
    if who.subject_id in (0, who.citizen_id):
        return who.citizen_id
    if not await acting.may(agent=who.citizen_id, subject=who.subject_id, scope=scope):
        raise ActingOver
    return who.subject_id


CITIZEN = Access(
    "citizen",
    "已登录的市民",
    _citizen,
    scheme=BEARER,
    errors=(NotSignedIn, SessionOver, PolicyNotAgreed, RedisGone),
    limited_as=lambda who: who.citizen_id,
)
# What stays open to who has not agreed, or took it back: to read the policy, to look, to export, to leave.
MINIMAL = Access(
    "citizen",
    "已登录的市民，未同意隐私政策也可",
    _signed_in,
    scheme=BEARER,
    errors=(NotSignedIn, SessionOver, RedisGone),
    limited_as=lambda who: who.citizen_id,
)
VISITOR = Access(
    "visitor",
    "任何人；登录后内容更多",
    _visitor,
    errors=(RedisGone,),
    limited_as=lambda who: who and who.citizen_id,
    nobody=lambda headers: "authorization" not in headers,
)
# A token that has run out makes no visitor here: what is sent would be nobody's, and its answer would reach nobody.
SENDER = Access(
    "sender",
    "任何人；登录后提交的归本人",
    _sender,
    errors=(SessionOver, PolicyNotAgreed, RedisGone),
    limited_as=lambda who: who and who.citizen_id,
    nobody=lambda headers: "authorization" not in headers,
)
