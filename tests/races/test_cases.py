"""Each lock of the case log, and what happens without it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import pytest
from tortoise.exceptions import IntegrityError, OperationalError
from tortoise.queryset import QuerySet

from cases import handling, importing, rebuilding, subscriptions, taking_in
from cases.errors import CaseCannotMoveSo, TooManyFollowed
from cases.handling import Move
from cases.models import Case, CaseEvent
from cases.progress_models import CaseSubscription
from cases.taking_in import Taken
from cases.timeline import Kind
from foundation import clock, database
from foundation.actor import Actor
from foundation.errors import Refusal
from foundation.workdays import WorkCalendar
from identity.idnumber import Identity
from tests.builders import identity as people
from tests.builders.cases import BUREAU, a_case, case_number, pushed, registration
from tests.builders.locks import until_somebody_waits
from tests.cases.test_importing import lines, registering

pytestmark = pytest.mark.usefixtures("db", "redis_db")
WRONG = (Refusal, IntegrityError, OperationalError, asyncpg.PostgresError)
Work = Callable[[], Awaitable[Any]]


async def no_lock(*_: Any, **__: Any) -> None:
    """The control's lock: none."""


@pytest.fixture
def unlocked(monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: neither the number's lock nor the row's."""
    monkeypatch.setattr(taking_in, "lock", no_lock)
    monkeypatch.setattr(QuerySet, "select_for_update", lambda self, *_, **__: self)


async def one_before_the_other(first: Work, second: Work) -> tuple[Any, Any]:
    """What both gave: `second` begins when `first` is done and not committed."""
    written = asyncio.Event()

    async def before() -> Any:
        async with database.transaction():
            done = await first()
            written.set()
            await until_somebody_waits(other)
            return done

    async def after() -> Any:
        await written.wait()
        return await second()

    other = asyncio.create_task(after())
    return tuple(await asyncio.gather(before(), other, return_exceptions=True))  # type: ignore[return-value]


def two_first_events() -> tuple[str, Work, Work]:
    number, about = case_number(), registration()
    one, other = (pushed(number, kind, registration=about) for kind in (Kind.RECEIVED, Kind.ACCEPTED))
    return number, lambda: taking_in.take_batch([one], by=BUREAU), lambda: taking_in.take_batch([other], by=BUREAU)


async def test_two_first_events_of_a_case_register_it_once():
    number, one, other = two_first_events()
    for answers in await one_before_the_other(one, other):
        assert isinstance(answers[0], Taken)
    assert await CaseEvent.filter(case__case_no=number).count() == 2
    assert await rebuilding.differing([(await Case.get()).id], await WorkCalendar.current()) == []


@pytest.mark.usefixtures("unlocked")
async def test_control_without_the_numbers_lock_one_of_them_is_refused():
    number, one, other = two_first_events()
    _, second = await one_before_the_other(one, other)
    assert isinstance(second, WRONG) or isinstance(second[0], Refusal)
    assert await CaseEvent.filter(case__case_no=number).count() == 1


async def pushed_while_folded_anew() -> list[str]:
    """Which rows are not what their log says, after a push came between a refold's reading and its writing."""
    case = await a_case()
    event = pushed(case.case_no, Kind.ACCEPTED, at=clock.now())
    read, keep = asyncio.Event(), rebuilding.logbook.keep

    async def slowly(*args: Any, **kwargs: Any) -> None:
        if kwargs.get("anew"):
            read.set()
            await until_somebody_waits(push)
        await keep(*args, **kwargs)

    async def push_then() -> None:
        await read.wait()
        await taking_in.take_batch([event], by=BUREAU)

    push = asyncio.create_task(push_then())
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(rebuilding.logbook, "keep", slowly)
        await asyncio.gather(rebuilding.refold([case.id], why="重建", by=BUREAU), push)
    return await rebuilding.differing([case.id], await WorkCalendar.current())


async def test_a_push_waits_for_a_refold():
    assert await pushed_while_folded_anew() == []


@pytest.mark.usefixtures("unlocked")
async def test_control_without_the_rows_lock_the_refold_undoes_the_push():
    assert len(await pushed_while_folded_anew()) == 1


def two_who_accept(case: Case) -> tuple[Work, Work]:
    def accept(key: str) -> Work:
        move = Move(kind=Kind.ACCEPTED, key=key)
        return lambda: handling.move(case_no=case.case_no, move=move, by=Actor.staff(1))

    return accept("first-key"), accept("other-key")


async def test_two_who_accept_at_once_accept_once():
    case = await a_case()
    first, second = await one_before_the_other(*two_who_accept(case))
    assert (first, type(second)) == ("appended", CaseCannotMoveSo)


@pytest.mark.usefixtures("unlocked")
async def test_control_without_locks_both_accept():
    case = await a_case()
    await one_before_the_other(*two_who_accept(case))
    assert await CaseEvent.filter(case=case, kind="accepted").count() == 2


async def counted_by_two_runners() -> dict[str, int]:
    import_id = await importing.receive(
        filename="a.jsonl", raw=lines(registering(case_number())), source="hr-bureau", by=BUREAU
    )
    await importing.rehearse(import_id=import_id)
    await importing.start(import_id=import_id, by=BUREAU)

    async def part() -> bool:
        return await importing._next_part(import_id)

    await one_before_the_other(part, part)
    await importing.run(import_id=import_id)
    return dict((await importing.find(import_id)).counts)


async def test_two_runners_take_a_part_once():
    assert await counted_by_two_runners() == {"appended": 1, "repeated": 0, "refused": 0}


@pytest.mark.usefixtures("unlocked")
async def test_control_without_the_lock_a_part_is_counted_twice_or_lost():
    assert await counted_by_two_runners() != {"appended": 1, "repeated": 0, "refused": 0}


async def followed_at_once(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    monkeypatch.setattr(subscriptions, "MOST", 1)
    applicant = Identity.of("id_card", people.id_number())
    owner = await people.citizen(number=applicant.number)
    cases = [await a_case(applicant=applicant) for _ in range(2)]
    return list(
        await one_before_the_other(
            *(lambda one=one: subscriptions.follow(case_no=one.case_no, citizen_id=owner.id) for one in cases)  # type: ignore[misc]
        )
    )


async def test_nobody_follows_more_than_they_may(monkeypatch: pytest.MonkeyPatch):
    assert [type(one) for one in await followed_at_once(monkeypatch)] == [type(None), TooManyFollowed]
    assert await CaseSubscription.all().count() == 1


async def test_control_without_the_followers_lock_the_limit_breaks(monkeypatch: pytest.MonkeyPatch):
    execute = database.Transaction.execute

    async def but_no_lock(self: database.Transaction, sql: str, *args: Any) -> str:
        return "" if "case-follower" in sql else await execute(self, sql, *args)

    monkeypatch.setattr(database.Transaction, "execute", but_no_lock)
    await followed_at_once(monkeypatch)
    assert await CaseSubscription.all().count() == 2
