"""Two workers on one message; the controls show what the lock and the condition are for."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import asyncpg
import pytest

from foundation import clock, database
from notifications import claims, consents, preferences
from notifications.claims import InHand
from notifications.models import MessageConsent
from tests.builders.locks import until_somebody_waits
from tests.builders.messages import a_reader, announce

pytestmark = pytest.mark.usefixtures("db", "settings_env")
LOCKED = "for update skip locked"


async def two_at_once(work: Callable[[], Coroutine[Any, Any, Any]]) -> list[Any]:
    """The first goes on once the second waits for it or is done."""
    begun = asyncio.Event()
    second: asyncio.Task[Any]

    async def first() -> Any:
        async with database.transaction():
            found = await work()
            begun.set()
            await until_somebody_waits(second)
        return found

    async def later() -> Any:
        await begun.wait()
        return await work()

    second = asyncio.create_task(later())
    return list(await asyncio.gather(first(), second, return_exceptions=True))


async def in_hand() -> list[InHand]:
    wave, _ = await claims.claim("wechat", [1], limit=5)
    return wave


async def test_two_workers_never_have_the_same_message_in_hand() -> None:
    await announce(await a_reader())
    first, second = await two_at_once(in_hand)
    assert (len(first), second) == (1, [])


async def test_without_the_lock_both_send_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claims, "CLAIM", claims.CLAIM.replace(LOCKED, ""))
    await announce(await a_reader())
    first, second = await two_at_once(in_hand)
    doubled = not isinstance(second, Exception) and [one.id for one in first] == [one.id for one in second]
    assert doubled or isinstance(second, asyncpg.DeadlockDetectedError)


async def a_last_accept() -> tuple[int, str, str]:
    citizen = await a_reader()
    await consents.say(citizen_id=citizen.id, platform="wechat", templates=["tpl-bill"])
    return citizen.id, "wechat", "tpl-bill"


async def test_the_last_accept_is_used_once() -> None:
    accept = await a_last_accept()

    async def take() -> str:
        async with database.transaction():
            return await consents.take(*accept)

    assert await two_at_once(take) == ["counted", "none"]
    assert (await MessageConsent.get()).used == 1


async def test_looking_first_and_using_then_would_use_it_twice() -> None:
    """The database has the last word: its check on the counts ends the second."""
    accept = await a_last_accept()

    async def look_then_use() -> str:
        async with database.transaction() as tx:
            left = await tx.fetchval(
                "select used < granted from message_consent where citizen_id = $1 and platform = $2 and template = $3",
                *accept,
            )
            if left:
                await tx.execute(
                    """update message_consent set used = used + 1, changed_at = $4
                        where citizen_id = $1 and platform = $2 and template = $3""",
                    *accept, clock.now(),
                )  # fmt: skip
            return "counted" if left else "none"

    first, second = await two_at_once(look_then_use)
    assert first == "counted"
    assert isinstance(second, asyncpg.CheckViolationError | asyncpg.DeadlockDetectedError)


async def test_settings_saved_twice_at_once_are_saved() -> None:
    citizen = await a_reader()
    await asyncio.gather(
        *(preferences.keep(citizen_id=citizen.id, quiet_hours="none", sms=True, muted=["news"]) for _ in range(6))
    )
    assert (await preferences.of(citizen.id)).muted == ("news",)
