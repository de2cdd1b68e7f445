"""Events: told with their verb, heard by each listener alone, in order per subject."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import pytest

from foundation import database, events
from foundation.events import Event, on, tell
from tests.foundation.working import declared_anew, due_now, queue, run_waiting

heard: list[Any] = []


@pytest.fixture(autouse=True)
def _clean() -> Iterator[None]:
    heard.clear()
    with declared_anew():
        yield


def lamp_switched() -> type[Event]:
    @dataclass(frozen=True, kw_only=True)
    class LampSwitched(Event):
        about: ClassVar[str] = "lamp_id"
        lamp_id: int
        on: bool

    return LampSwitched


async def test_every_listener_hears_the_event_as_it_was_told(db: None) -> None:
    kind = lamp_switched()

    async def first(event: Any) -> None:
        heard.append(("first", event))

    async def second(event: Any) -> None:
        heard.append(("second", event))

    on(kind)(first)
    on(kind)(second)
    told = kind(lamp_id=7, on=True)
    async with database.transaction():
        await tell(told)
    await run_waiting()
    assert sorted(name for name, _ in heard) == ["first", "second"]
    assert all(event == told for _, event in heard)


async def test_a_rolled_back_verb_has_told_nothing(db: None) -> None:
    kind = lamp_switched()

    async def verb() -> None:
        async with database.transaction():
            await tell(kind(lamp_id=1, on=True))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await verb()
    assert await queue() == []


async def test_telling_outside_a_transaction_is_refused(db: None) -> None:
    with pytest.raises(database.NotInTransaction):
        await tell(lamp_switched()(lamp_id=1, on=True))


async def test_events_of_one_subject_are_heard_in_order(db: None) -> None:
    kind = lamp_switched()

    async def listener(event: Any) -> None:
        heard.append((event.lamp_id, event.on))

    on(kind)(listener)
    for number in range(6):
        async with database.transaction():
            for lamp in (1, 2):
                await tell(kind(lamp_id=lamp, on=bool(number % 2)))
    await run_waiting(concurrency=8)
    for lamp in (1, 2):
        assert [state for which, state in heard if which == lamp] == [False, True] * 3


async def test_a_listener_that_fails_is_tried_again_alone_and_keeps_its_order(db: None) -> None:
    kind, failures = lamp_switched(), [ValueError("not yet")]

    async def steady(event: Any) -> None:
        heard.append(("steady", event.on))

    async def shaky(event: Any) -> None:
        if failures:
            raise failures.pop()
        heard.append(("shaky", event.on))

    on(kind)(steady)
    on(kind)(shaky)
    for state in (True, False):
        async with database.transaction():
            await tell(kind(lamp_id=1, on=state))
    await run_waiting()
    assert heard == [("steady", True), ("steady", False)]  # the second event waits behind the first, for shaky alone
    await due_now()
    await run_waiting()
    assert heard[2:] == [("shaky", True), ("shaky", False)]


async def test_an_event_without_listeners_is_no_fault(db: None) -> None:
    async with database.transaction():
        await tell(lamp_switched()(lamp_id=1, on=True))
    await run_waiting()
    assert [row["status"] for row in await queue()] == ["succeeded"]


async def test_a_listener_that_is_gone_after_a_release_is_no_fault(db: None) -> None:
    kind = lamp_switched()

    async def retired(event: Any) -> None:
        raise AssertionError

    on(kind)(retired)
    async with database.transaction():
        await tell(kind(lamp_id=1, on=True))
        await events.spread(kind="LampSwitched", subject="lamp_id:1", event={"lamp_id": 1, "on": True})
    events._listeners.pop("LampSwitched")
    await run_waiting()
    assert {row["status"] for row in await queue()} == {"succeeded"}
