"""统一身份认证: signing in through the province, and being signed out by it.

What was asked (`state`) is remembered for ten minutes and used up once; the browser that began must come back with it.
A name and number that the province has verified make the citizen known here, and two accounts of one person one.
"""

import secrets
from dataclasses import dataclass

import msgspec

from channels.oidc.client import Person, SignOnClient
from channels.oidc.errors import SignOnRefused
from foundation import audit, database, logs, redis, settings
from foundation.actor import Actor
from foundation.settings import Settings
from identity import login, realname, session_store, sessions
from identity.errors import AlreadyVerified, NameFault, NumberFault, NumberHeldByAnother, TooManyVerifications
from identity.idnumber import Identity
from identity.login import SignedIn
from identity.platforms import Holder

NAME = "sign_on"
WAITS = 600
"""Seconds."""
HEARD = 900
"""Seconds for which a logout token is remembered, longer than one is believed."""

log = logs.logger(__name__)
_open: list[tuple[Settings, SignOnClient]] = []


@dataclass(frozen=True)
class Begun:
    """Where the browser goes, and the `state` with which it must come back."""

    address: str
    state: str


class Asked(msgspec.Struct, frozen=True):
    """What is remembered of a sign-in under way."""

    nonce: str
    verifier: str
    redirect: str


async def begin(*, redirect: str) -> Begun:
    """Raises SignOnOff, SignOnUnavailable, RedisGone."""
    state, asked = secrets.token_urlsafe(24), Asked(secrets.token_urlsafe(24), secrets.token_urlsafe(48), redirect)
    address = await _client().address(redirect=redirect, state=state, nonce=asked.nonce, verifier=asked.verifier)
    async with session_store.reached():
        await redis.client().set(_waiting(state), msgspec.json.encode(asked).decode(), ex=WAITS)
    return Begun(address, state)


async def finish(*, code: str, state: str, device: str = "", address: str = "", agrees_to: str = "") -> SignedIn:
    """`agrees_to` as in `login.with_platform`.

    Raises SignOnRefused (a state that is unknown, too old or used, a code that is nobody's), SignOnUnavailable.
    """
    async with session_store.reached():
        kept = await redis.client().getdel(_waiting(state))
    if not kept:
        raise SignOnRefused
    asked = msgspec.json.decode(kept, type=Asked)
    person = await _client().person(code=code, redirect=asked.redirect, nonce=asked.nonce, verifier=asked.verifier)
    account, first_time = await login.account_of(NAME, Holder(settings.current().sign_on.client_id, person.subject))
    agreed = await login.agreed_version(account["citizen_id"], agrees_to)
    citizen_id = await _known(account["citizen_id"], person)
    token = await sessions.start(
        citizen_id=citizen_id, account_id=account["account_id"], platform=NAME, device=device, address=address,
        sid=person.sid, policy=agreed,
    )  # fmt: skip
    done = bool(await database.fetchval("select verified_at is not null from citizen where id = $1", citizen_id))
    return SignedIn(
        token=token, citizen_id=citizen_id, account_id=account["account_id"], real_name_done=done, first_time=first_time
    )


async def _known(citizen_id: int, person: Person) -> int:
    """Who they are once the province's word was taken on name and number; a doubt leaves the account as it is."""
    by = Actor.citizen(citizen_id)
    if person.name and person.id_number:
        try:
            verified = await realname.verify(
                citizen_id=citizen_id, name=person.name, id_type=person.id_type or "id_card",
                number=person.id_number, by=by, ask=_vouched,
            )  # fmt: skip
            citizen_id = verified.citizen_id
        except (NumberFault, NameFault, AlreadyVerified, NumberHeldByAnother, TooManyVerifications) as doubt:
            log.warning("sign_on_person_doubted", why=doubt.code)
    return citizen_id


async def _vouched(*, name: str, identity: Identity) -> bool:
    """The province has looked at the document itself."""
    return True


async def leaving_address(*, back: str) -> str:
    """Where to go after signing out here, so as to be signed out there; empty without single sign-on."""
    return await _client().leaving_address(back=back)


async def signed_out(logout_token: str) -> int:
    """单点退出: the province ended somebody's session; how many of ours end with it. The same token again ends none.

    Raises ForgedLogout, SignOnOff, SignOnUnavailable, RedisGone.
    """
    claims = await _client().signed_out(logout_token)
    async with session_store.reached():
        if not await redis.client().set(f"sign-on:heard:{claims['jti']}", "1", ex=HEARD, nx=True):
            return 0
    ended = 0
    for citizen_id in await _concerned(str(claims.get("sub") or ""), str(claims.get("sid") or "")):
        ended += await sessions.end_of_sign_on(citizen_id, sid=str(claims.get("sid") or ""))
        async with database.transaction():
            by = Actor.system("sign-on")
            await audit.record("citizen.signed_out_by_province", subject=f"citizen:{citizen_id}", by=by)
    return ended


async def _concerned(subject: str, sid: str) -> list[int]:
    if subject:
        query = "select citizen_id from platform_account where platform = $1 and openid = $2"
        return [row["citizen_id"] for row in await database.fetch(query, NAME, subject)]
    return await sessions.holders_of_sign_on(sid)


def _waiting(state: str) -> str:
    return f"sign-on:asked:{session_store.id_of(state)}"


def offered() -> str:
    """What citizens know it by; empty when there is none."""
    ours = settings.current().sign_on
    return ours.name if ours.issuer else ""


def _client() -> SignOnClient:
    """The line to the province, opened anew when the settings were changed."""
    ours = settings.current()
    if not _open or _open[-1][0] is not ours:
        _open.append((ours, SignOnClient(ours.sign_on)))
    return _open[-1][1]


async def stop() -> None:
    for _, client in _open:
        await client.aclose()
    _open.clear()
