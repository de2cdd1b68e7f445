"""登录状态 of citizens: opaque tokens, kept as their hash, listed, revoked one by one or everywhere.

A process remembers for a moment whom a token belongs to; the bus tells it of those that ended. While Redis is gone,
when nobody can be signed out either, it goes by what it knew last.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from foundation import clock, logs, redis, settings
from foundation.memory import Memory
from identity import devices, session_store
from identity.errors import NoSuchSession
from identity.session_store import Entry, Space

CITIZENS = Space("citizen")
TOUCHED_EVERY = timedelta(minutes=5)

log = logs.logger(__name__)


@dataclass(frozen=True, kw_only=True)
class Session:
    """One sign-in. `id` names it (it is not the token); `account_id` is the platform account it came through.

    `policy` is the version of the privacy policy that the citizen agrees to; `subject_id` the organisation or person
    for whom they act at the moment (办理身份), 0 for themselves: whether they still may is asked each time.
    """

    id: str
    citizen_id: int
    account_id: int
    platform: str
    device: str
    place: str
    opened_at: datetime
    seen_at: datetime
    policy: str = ""
    subject_id: int = 0


_known: Memory[Session] = Memory(CITIZENS.topic, seconds=1.5, at_worst=600)


async def start(
    *,
    citizen_id: int,
    account_id: int,
    platform: str,
    device: str = "",
    address: str = "",
    policy: str = "",
    sid: str = "",
) -> str:
    """Open a session; its token, which is shown once and stored nowhere. Raises RedisGone.

    `sid` names the session of a single sign-on that it is part of, and ends with.
    """
    now = clock.now().timestamp()
    entry = {
        "citizen": str(citizen_id),
        "account": str(account_id),
        "platform": platform,
        "device": devices.readable(device),
        "place": coarse(address),
        "opened": repr(now),
        "seen": repr(now),
        "policy": policy,
        "subject": "0",
    }
    if sid:
        entry["sid"] = sid
        async with session_store.reached():
            await redis.client().set(_sign_on(sid), str(citizen_id), ex=lifetime())
    return await session_store.add(CITIZENS, holder_id=citizen_id, entry=entry, seconds=lifetime(), at=now)


async def who(token: str) -> Session | None:
    """Whose token this is; one round trip. None when it is unknown, expired or revoked. Raises RedisGone (503)."""
    session_id, mark = session_store.id_of(token), _known.mark()
    known = _known.get(session_id)
    if known is not None:
        return known
    try:
        entry = await session_store.find(CITIZENS, token)
    except redis.RedisGone:
        known = _known.last_known(session_id)
        if known is None:
            raise
        return known
    if entry is None:
        return None
    session = _read(session_id, entry)
    _known.keep(session_id, session, mark)
    if clock.now() - session.seen_at > TOUCHED_EVERY:
        session = await _kept_alive(session)
        _known.keep(session_id, session, mark)
    return session


async def mine(citizen_id: int) -> list[Session]:
    """The citizen's sign-ins, the newest first; of those known to this process, as they were a moment ago."""
    ids = await session_store.listed(CITIZENS, citizen_id)
    known = {one.id: one for one in map(_known.get, ids) if one}
    others = await session_store.alive(CITIZENS, citizen_id, [one for one in ids if one not in known])
    found = known | {one: _read(one, entry) for one, entry in others.items()}
    return [found[one] for one in ids if one in found]


async def sign_out(session: Session) -> None:
    await session_store.drop(CITIZENS, session.citizen_id, [session.id])


async def revoke(*, session_id: str, citizen_id: int) -> None:
    """End one of the citizen's own sessions. Raises NoSuchSession for anybody else's."""
    if not await session_store.holds(CITIZENS, citizen_id, session_id):
        raise NoSuchSession
    await session_store.drop(CITIZENS, citizen_id, [session_id])


async def sign_out_everywhere(citizen_id: int, *, but: str = "") -> int:
    """End every session of the citizen, except the one whose id is `but`; how many ended."""
    return await session_store.drop_all(CITIZENS, citizen_id, but=but)


async def end_of_sign_on(citizen_id: int, *, sid: str) -> int:
    """End the citizen's sessions that came through single sign-on, those of one `sid` when named; how many ended."""
    theirs = await session_store.all_of(CITIZENS, citizen_id)
    ended = [one for one, entry in theirs if entry["platform"] == "sign_on" and sid in ("", entry.get("sid"))]
    return await session_store.drop(CITIZENS, citizen_id, ended)


async def holders_of_sign_on(sid: str) -> list[int]:
    """Whose sessions belong to this one of a single sign-on."""
    async with session_store.reached():
        found = await redis.client().get(_sign_on(sid))
    return [int(found)] if found else []


def _sign_on(sid: str) -> str:
    return f"sign-on:sid:{session_store.id_of(sid)}"


async def hand_over(*, gone: int, kept: int) -> None:
    """After two accounts proved to be one person. May be repeated."""
    await session_store.hand_over(CITIZENS, gone=gone, kept=kept, field="citizen")


async def note_policy(citizen_id: int, version: str) -> None:
    """All sign-ins of the citizen know at once which policy they agree to. Raises RedisGone."""
    ids = [one for one, _ in await session_store.all_of(CITIZENS, citizen_id)]
    await session_store.note(CITIZENS, ids, "policy", version)


async def act_for(session: Session, subject_id: int) -> None:
    """This sign-in acts for somebody from now on; 0 is oneself. Whether it may, the caller has asked."""
    await session_store.note(CITIZENS, [session.id], "subject", str(subject_id))


def lifetime() -> int:
    return settings.current().realname.session_days * 86400


def coarse(address: str) -> str:
    """``203.0.113.7`` → ``203.0.*.*``: enough to know one's own sign-ins, not enough to be found."""
    sign = ":" if ":" in address else "."
    parts = [part for part in address.split(sign) if part]
    return sign.join([*parts[:2], "*", "*"]) if len(parts) > 2 else ""


async def _kept_alive(session: Session) -> Session:
    """As it is now that it was used."""
    now = clock.now()
    try:
        await session_store.touch(
            CITIZENS, session.id, seconds=lifetime(), at=now.timestamp(), holder_id=session.citizen_id
        )
    except redis.RedisGone:
        log.warning("session_not_touched")
        return session
    return replace(session, seen_at=now)


def _read(session_id: str, entry: Entry) -> Session:
    return Session(
        id=session_id,
        citizen_id=int(entry["citizen"]),
        account_id=int(entry["account"]),
        platform=entry["platform"],
        device=entry["device"],
        place=entry["place"],
        opened_at=moment(entry["opened"]),
        seen_at=moment(entry["seen"]),
        policy=entry.get("policy", ""),
        subject_id=int(entry.get("subject", "0")),
    )


def moment(seconds: str) -> datetime:
    return datetime.fromtimestamp(float(seconds), UTC)
