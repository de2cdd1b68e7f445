"""The same key is answered the same; another body with it is refused; a rolled-back verb leaves the key free."""

import asyncio
from typing import Any

import pytest

from foundation import database, idempotency

ran: list[Any] = []


@pytest.fixture(autouse=True)
def _clean() -> None:
    ran.clear()


async def verb(key: str, body: Any, *, scope: str = "reserve:citizen:1", pause: float = 0, fail: bool = False) -> Any:
    async with database.transaction(), idempotency.once(scope, key, body) as memory:
        if memory.answer is not None:
            return memory.answer
        ran.append(body)
        await asyncio.sleep(pause)
        if fail:
            raise RuntimeError
        answer = {"number": len(ran), "said": "好"}
        await memory.keep(answer)
        return answer


async def test_a_retry_gets_the_same_answer(db: None) -> None:
    first = await verb("k", {"slot": 1})
    assert await verb("k", {"slot": 1}) == first == {"number": 1, "said": "好"}
    assert len(ran) == 1


async def test_twenty_at_once_do_it_once(db: None) -> None:
    answers = await asyncio.gather(*(verb("k", {"slot": 1}, pause=0.05) for _ in range(8)))
    assert answers == [{"number": 1, "said": "好"}] * 8
    assert len(ran) == 1


async def test_another_body_with_the_same_key_is_refused(db: None) -> None:
    await verb("k", {"slot": 1})
    with pytest.raises(idempotency.KeyReused):
        await verb("k", {"slot": 2})


async def test_the_same_body_in_another_order_is_the_same(db: None) -> None:
    await verb("k", {"a": 1, "b": 2})
    await verb("k", {"b": 2, "a": 1})
    assert len(ran) == 1


async def test_a_key_is_its_scopes_own(db: None) -> None:
    await verb("k", {"slot": 1}, scope="reserve:citizen:1")
    await verb("k", {"slot": 2}, scope="reserve:citizen:2")
    assert len(ran) == 2


async def test_a_rolled_back_verb_may_be_tried_again(db: None) -> None:
    with pytest.raises(RuntimeError):
        await verb("k", {"slot": 1}, fail=True)
    assert await verb("k", {"slot": 1}) == {"number": 2, "said": "好"}


async def test_who_waited_for_a_rolled_back_verb_goes_ahead(db: None) -> None:
    first = asyncio.create_task(verb("k", {"slot": 1}, pause=0.2, fail=True))
    await asyncio.sleep(0.05)
    second = await verb("k", {"slot": 1})
    with pytest.raises(RuntimeError):
        await first
    assert second == {"number": 2, "said": "好"}


async def test_who_waits_too_long_is_told_that_it_is_under_way(db: None) -> None:
    first = asyncio.create_task(verb("k", {"slot": 1}, pause=0.6))
    await asyncio.sleep(0.05)

    async def impatient() -> None:
        async with database.transaction() as tx:
            await tx.execute("set local lock_timeout = '100ms'")
            async with idempotency.once("reserve:citizen:1", "k", {"slot": 1}):
                raise AssertionError

    with pytest.raises(idempotency.StillInFlight):
        await impatient()
    await first


async def test_outside_a_transaction_there_is_no_memory(db: None) -> None:
    with pytest.raises(database.NotInTransaction):
        await idempotency.once("s", "k", {}).__aenter__()
