import asyncio
from datetime import timedelta

import pytest
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from foundation import bus, clock, redis, settings
from foundation.errors import Unavailable
from identity import session_store, sessions, staff_sessions
from identity.errors import NoSuchSession

pytestmark = pytest.mark.usefixtures("redis_db")


async def opened(citizen_id: int = 7, device: str = "iPhone") -> str:
    return await sessions.start(
        citizen_id=citizen_id, account_id=70, platform="wechat", device=device, address="203.0.113.9"
    )


async def test_a_token_says_who_in_one_round_trip(redis_db: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    token = await opened()
    sent: list[tuple[object, ...]] = []
    send = Redis.execute_command

    async def watched(self: Redis, *args: object, **options: object) -> object:
        sent.append(args)
        return await send(self, *args, **options)

    monkeypatch.setattr(Redis, "execute_command", watched)
    session = await sessions.who(token)
    assert session is not None
    assert (session.citizen_id, session.account_id, session.platform) == (7, 70, "wechat")
    assert (session.device, session.place) == ("iPhone", "203.0.*.*")
    assert len(sent) == 1


async def test_the_token_itself_is_stored_nowhere(redis_db: Redis) -> None:
    token = await opened()
    for key in await redis_db.keys("*"):
        assert token not in key
        values = (
            await redis_db.hgetall(key) if await redis_db.type(key) == "hash" else await redis_db.zrange(key, 0, -1)
        )
        assert token not in str(values)


@pytest.mark.parametrize("token", ["", "x", "A" * 43, "A" * 5000, "}{ü\n"])
async def test_unknown_tokens_are_nobody(token: str) -> None:
    assert await sessions.who(token) is None


async def test_use_keeps_it_alive_but_not_with_every_request(redis_db: Redis) -> None:
    token = await opened()
    key = sessions.CITIZENS.entry(session_store.id_of(token))
    began = await redis_db.hget(key, "seen")
    with clock.shifted(timedelta(minutes=4)):
        await sessions.who(token)
        assert await redis_db.hget(key, "seen") == began
    await redis_db.expire(key, 60)
    with clock.shifted(timedelta(minutes=6)):
        await sessions.who(token)
        assert await redis_db.hget(key, "seen") != began
    assert await redis_db.ttl(key) > 86400 * (settings.current().realname.session_days - 1)


async def test_listed_newest_first_and_revoked_one_by_one() -> None:
    old, new = await opened(device="old"), await opened(device="new")
    assert [one.device for one in await sessions.mine(7)] == ["new", "old"]
    await sessions.revoke(session_id=session_store.id_of(old), citizen_id=7)
    assert await sessions.who(old) is None
    assert await sessions.who(new) is not None
    assert [one.device for one in await sessions.mine(7)] == ["new"]


async def test_what_is_known_of_the_one_in_use_is_shown_with_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bus, "_hears", True)
    here, there = await opened(device="here"), await opened(device="there")
    with clock.shifted(timedelta(minutes=6)):
        await sessions.who(here)
        shown = {one.device: one for one in await sessions.mine(7)}
        assert clock.now() - shown["here"].seen_at < timedelta(minutes=1) < clock.now() - shown["there"].seen_at
        await sessions.who(there)
        await sessions.revoke(session_id=session_store.id_of(there), citizen_id=7)
        assert [one.device for one in await sessions.mine(7)] == ["here"]
    sessions._known.forget()


async def test_nobody_revokes_anothers_session() -> None:
    token = await opened(citizen_id=7)
    with pytest.raises(NoSuchSession):
        await sessions.revoke(session_id=session_store.id_of(token), citizen_id=8)
    assert await sessions.who(token) is not None


async def test_sign_out_everywhere_spares_the_named_one() -> None:
    here, there, others = await opened(), await opened(), await opened(citizen_id=8)
    assert await sessions.sign_out_everywhere(7, but=session_store.id_of(here)) == 1
    assert [await sessions.who(one) is not None for one in (here, there, others)] == [True, False, True]


async def test_a_touch_does_not_bring_a_revoked_session_back(redis_db: Redis) -> None:
    token = await opened()
    session = await sessions.who(token)
    assert session is not None
    await sessions.sign_out(session)
    await session_store.touch(sessions.CITIZENS, session.id, seconds=60, at=0, holder_id=7)
    assert await sessions.who(token) is None
    assert not await redis_db.exists(sessions.CITIZENS.entry(session.id))


async def test_sessions_follow_a_merge_and_can_be_revoked_there() -> None:
    token = await opened(citizen_id=9)
    for _ in range(2):
        await sessions.hand_over(gone=9, kept=7)
    session = await sessions.who(token)
    assert session is not None
    assert session.citizen_id == 7
    assert await sessions.mine(9) == []
    assert await sessions.sign_out_everywhere(7) == 1
    assert await sessions.who(token) is None


async def test_only_so_many_sign_ins_at_once() -> None:
    tokens = [await opened() for _ in range(session_store.AT_ONCE + 2)]
    assert [await sessions.who(one) is None for one in tokens[:3]] == [True, True, False]
    assert len(await sessions.mine(7)) == session_store.AT_ONCE


async def test_expired_entries_leave_the_list(redis_db: Redis) -> None:
    token = await opened()
    await redis_db.delete(sessions.CITIZENS.entry(session_store.id_of(token)))
    assert await sessions.mine(7) == []
    assert await redis_db.zcard(sessions.CITIZENS.holder(7)) == 0


async def test_staff_and_citizens_keep_apart() -> None:
    citizen, staff = await opened(), await staff_sessions.start(staff_id=7)
    assert await staff_sessions.who(citizen) is None
    assert await sessions.who(staff) is None
    session = await staff_sessions.who(staff)
    assert session is not None
    assert session.staff_id == 7


async def test_staff_sign_in_again_after_their_hours(redis_db: Redis) -> None:
    token = await staff_sessions.start(staff_id=7)
    key = staff_sessions.STAFF.entry(session_store.id_of(token))
    await redis_db.expire(key, 60)
    await staff_sessions.who(token)
    assert await redis_db.ttl(key) <= 60


async def test_redis_gone_is_503_and_not_signed_out(monkeypatch: pytest.MonkeyPatch) -> None:
    token = await opened()
    nowhere = Redis(host="127.0.0.1", port=9, retry=Retry(NoBackoff(), 0))
    monkeypatch.setattr(redis, "_client", nowhere)
    for ask in (sessions.who, staff_sessions.who, lambda _: opened(), lambda _: sessions.mine(7)):
        with pytest.raises(Unavailable) as refusal:
            await ask(token)
        assert refusal.value.status == 503
    await nowhere.aclose()


async def test_a_touch_that_fails_does_not_fail_the_request(monkeypatch: pytest.MonkeyPatch) -> None:
    token = await opened()

    async def gone(*_: object, **__: object) -> None:
        raise redis.RedisGone

    monkeypatch.setattr(session_store, "touch", gone)
    with clock.shifted(timedelta(minutes=6)):
        assert await sessions.who(token) is not None


@pytest.mark.parametrize(
    ("address", "shown"), [("203.0.113.7", "203.0.*.*"), ("2001:db8:1::7", "2001:db8:*:*"), ("", ""), ("::1", "")]
)
def test_addresses_are_coarse(address: str, shown: str) -> None:
    assert sessions.coarse(address) == shown


async def test_many_asked_for_at_once_get_their_own(redis_db: Redis) -> None:
    tokens = [await opened(citizen_id=n) for n in range(1, 9)]
    asked = [*tokens, "A" * 43, *tokens]
    found = await asyncio.gather(*(sessions.who(one) for one in asked))
    assert [one and one.citizen_id for one in found] == [*range(1, 9), None, *range(1, 9)]


async def test_one_who_hangs_up_takes_nobody_along(redis_db: Redis) -> None:
    tokens = [await opened(citizen_id=n) for n in (1, 2)]
    gone, stays = (asyncio.create_task(sessions.who(one)) for one in tokens)
    await asyncio.sleep(0)
    gone.cancel()
    session = await stays
    assert session is not None
    assert session.citizen_id == 2
