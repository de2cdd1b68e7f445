"""Online filing at the same moment: pressed twice, taken by two, begun on two phones. Each lock has its control."""

import asyncio
from collections.abc import Awaitable
from typing import Any

import asyncpg
import pytest
from tortoise.exceptions import BaseORMException

from cases import filing, handling, pledge, review, supplement_views, supplements, taking_in
from cases.filing_errors import ClaimedByAnother
from cases.filing_models import Filing, Supplement
from cases.handling import Move
from cases.models import Case, CaseEvent
from cases.paper_owners import Owner
from cases.timeline import Kind
from foundation import clock, database
from tests.builders import cases
from tests.builders import identity as people
from tests.builders.filing import (
    CITY,
    HALL,
    SLUG,
    a_draft,
    a_reviewer,
    an_applicant,
    in_review,
    online_city,
    submitted,
    upload,
)

pytestmark = pytest.mark.usefixtures("db", "redis_db")
WENT_WRONG = (BaseORMException, asyncpg.PostgresError)


@pytest.fixture(autouse=True)
async def _city(db: None) -> None:
    await online_city()


async def at_once(*calls: Awaitable[Any]) -> list[Any]:
    return list(await asyncio.gather(*calls, return_exceptions=True))


async def audited(action: str) -> int:
    return int(await database.fetchval("select count(*) from audit_row where action = $1", action))


def without_row_locks(monkeypatch: pytest.MonkeyPatch) -> asyncio.Barrier:
    """Nobody locks the application, and two who read it wait for each other before they go on."""
    barrier = asyncio.Barrier(2)

    class Unlocked:
        async def get_or_none(self, **given: Any) -> Any:
            row = await Filing.get_or_none(**given)
            await asyncio.wait_for(barrier.wait(), 10)
            return row

    monkeypatch.setattr(Filing, "select_for_update", lambda *_, **__: Unlocked())
    return barrier


async def test_pressed_twice_it_is_sent_in_once() -> None:
    _, me = await an_applicant()
    code = await a_draft(me)
    outcomes = await at_once(*(filing.submit(code=code, pledge_version=pledge.CURRENT, by=me) for _ in range(5)))
    assert outcomes == ["submitted"] * 5
    assert (await Filing.get(code=code)).rounds == 1
    assert await audited("filing.submitted") == 1


async def test_without_the_lock_it_would_be_sent_in_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    _, me = await an_applicant()
    code = await a_draft(me)
    without_row_locks(monkeypatch)
    outcomes = await at_once(*(filing.submit(code=code, pledge_version=pledge.CURRENT, by=me) for _ in range(2)))
    assert await audited("filing.submitted") == 2 or any(isinstance(one, WENT_WRONG) for one in outcomes)


async def test_begun_on_two_phones_there_is_one_draft() -> None:
    _, me = await an_applicant()
    codes = await at_once(*(filing.begin(slug=SLUG, hall_code=HALL, by=me) for _ in range(5)))
    assert len(set(codes)) == 1
    assert await Filing.filter(citizen_id=me.number).count() == 1


async def test_without_the_index_there_would_be_two_drafts(monkeypatch: pytest.MonkeyPatch) -> None:
    _, me = await an_applicant()
    barrier, create = asyncio.Barrier(2), filing._create

    async def together(*given: Any) -> str:
        await asyncio.wait_for(barrier.wait(), 10)
        return await create(*given)

    monkeypatch.setattr(filing, "_create", together)
    definition = await database.fetchval("select indexdef from pg_indexes where indexname = 'filing_one_draft'")
    await database.execute("drop index filing_one_draft")
    try:
        await at_once(*(filing.begin(slug=SLUG, hall_code=HALL, by=me) for _ in range(2)))
        assert await Filing.filter(citizen_id=me.number).count() == 2
    finally:
        await Filing.filter(citizen_id=me.number).delete()
        await database.execute(definition)


async def test_two_reviewers_and_one_of_them_has_it() -> None:
    _, me = await an_applicant()
    code = await submitted(me)
    reviewers = [await a_reviewer() for _ in range(4)]
    outcomes = await at_once(*(review.claim(code=code, within=CITY, by=one) for one in reviewers))
    assert [isinstance(one, ClaimedByAnother) for one in outcomes].count(True) == 3
    assert outcomes.count(None) == 1


async def test_without_the_lock_two_reviewers_would_have_it(monkeypatch: pytest.MonkeyPatch) -> None:
    _, me = await an_applicant()
    code = await submitted(me)
    reviewers = [await a_reviewer() for _ in range(2)]
    without_row_locks(monkeypatch)
    outcomes = await at_once(*(review.claim(code=code, within=CITY, by=one) for one in reviewers))
    assert outcomes == [None, None] or any(isinstance(one, WENT_WRONG) for one in outcomes)


async def test_accepted_twice_it_is_one_case() -> None:
    _, me = await an_applicant()
    reviewer = await a_reviewer()
    code = await in_review(me, reviewer)
    numbers = await at_once(*(review.accept(code=code, within=CITY, by=reviewer) for _ in range(4)))
    assert len(set(numbers)) == 1
    assert await Case.filter(citizen_id=me.number).count() == 1


async def test_withdrawn_while_it_is_accepted_it_is_one_or_the_other() -> None:
    _, me = await an_applicant()
    reviewer = await a_reviewer()
    code = await in_review(me, reviewer)
    await at_once(review.accept(code=code, within=CITY, by=reviewer), filing.withdraw(code=code, by=me))
    row = await Filing.get(code=code)
    assert (row.state, await Case.filter(citizen_id=me.number).count()) in {("accepted", 1), ("withdrawn", 0)}


async def a_supplement() -> tuple[str, Any]:
    number = people.id_number()
    _, me = await an_applicant(number=number)
    kinds = (Kind.RECEIVED, Kind.ACCEPTED, Kind.NOTICE_ONCE)
    case = await cases.a_case(*kinds, applicant=cases.Identity.of("id_card", number))
    code = (await supplements.begin(case_no=case.case_no, by=me)).code
    await upload(Owner("supplement", code), me, material="补正材料")
    return code, me


async def test_a_supplement_pressed_twice_is_sent_once() -> None:
    code, me = await a_supplement()
    outcomes = await at_once(*(supplements.send(code=code, by=me) for _ in range(4)))
    assert [one.state for one in outcomes] == ["sent"] * 4
    assert await CaseEvent.filter(kind="supplemented").count() == 1
    assert await audited("supplement.sent") == 1


def without_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody locks a number or a supplement, and two who read the log wait for each other before they go on."""
    barrier, met, standing = asyncio.Barrier(2), asyncio.Event(), supplement_views.standing

    class Unlocked:
        async def get_or_none(self, **given: Any) -> Any:
            return await Supplement.get_or_none(**given)

    async def together(case_no: str) -> Any:
        found = await standing(case_no)
        if not met.is_set():
            await asyncio.wait_for(barrier.wait(), 10)
            met.set()
        return found

    async def unlocked(names: Any) -> None: ...

    monkeypatch.setattr(taking_in, "lock", unlocked)
    monkeypatch.setattr(Supplement, "select_for_update", lambda *_, **__: Unlocked())
    monkeypatch.setattr(supplement_views, "standing", together)


async def test_without_the_lock_a_supplement_would_be_sent_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    code, me = await a_supplement()
    without_locks(monkeypatch)
    outcomes = await at_once(*(supplements.send(code=code, by=me) for _ in range(2)))
    assert await audited("supplement.sent") == 2 or any(isinstance(one, Exception) for one in outcomes)


async def test_begun_on_two_phones_there_is_one_supplement() -> None:
    code, me = await a_supplement()
    await Supplement.filter(code=code).update(state="sent", sent_at=clock.now(), wanted=[{"material": "x"}])
    case = await Case.get()
    begun = await at_once(*(supplements.begin(case_no=case.case_no, by=me) for _ in range(5)))
    assert len({one.code for one in begun}) == 1
    assert await Supplement.filter(state="open").count() == 1


async def withdrawn(case_no: str) -> str:
    wish = Move(kind=Kind.WITHDRAWN, key="withdrawn-1", note="申请人不办了")
    return await handling.move(case_no=case_no, move=wish, by=await a_reviewer())


async def test_sent_while_the_hall_ends_the_case_nothing_contradicts_itself() -> None:
    code, me = await a_supplement()
    case = await Case.get()
    await at_once(supplements.send(code=code, by=me), withdrawn(case.case_no))
    state, moved = (await Supplement.get(code=code)).state, await Case.get(id=case.id)
    assert (moved.stage, moved.contradictions) == ("withdrawn", 0)
    assert (state == "sent") == await CaseEvent.exists(kind="supplemented")


async def test_without_the_lock_it_would_be_sent_to_a_case_that_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    code, me = await a_supplement()
    case = await Case.get()
    read, ended, standing = asyncio.Event(), asyncio.Event(), supplement_views.standing

    async def before_the_end(case_no: str) -> Any:
        found = await standing(case_no)
        read.set()
        await asyncio.wait_for(ended.wait(), 10)
        return found

    async def unlocked(names: Any) -> None: ...

    async def end() -> None:
        await read.wait()
        await withdrawn(case.case_no)
        ended.set()

    monkeypatch.setattr(taking_in, "lock", unlocked)
    monkeypatch.setattr(supplement_views, "standing", before_the_end)
    outcomes = await at_once(supplements.send(code=code, by=me), end())
    moved = await Case.get(id=case.id)
    assert moved.contradictions or any(isinstance(one, Exception) for one in outcomes)
