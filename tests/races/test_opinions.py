"""Two at once: one mark for one visit, one question of the same words, one desk for one question."""

import asyncio
from typing import Any

import asyncpg
import pytest
from tortoise.exceptions import IntegrityError

from feedback import answering, consultations, ratings
from feedback.consultation_errors import ClaimedAlready, RepeatedIdentical
from feedback.consultation_models import Consultation
from feedback.errors import RatedAlready
from feedback.models import Rating
from foundation import database
from tests.builders import opinions

pytestmark = pytest.mark.usefixtures("db", "redis_db")

MANY = 4
ONE_A_SUBJECT = "select conname from pg_constraint where conrelid = 'rating'::regclass and contype = 'u'"


def meeting(monkeypatch: pytest.MonkeyPatch, room: object, name: str, number: int) -> None:
    """All `number` who come to `name` wait there for one another."""
    real, all_there = getattr(room, name), asyncio.Barrier(number)

    async def together(*args: Any, **kwargs: Any) -> Any:
        await all_there.wait()
        return await real(*args, **kwargs)

    monkeypatch.setattr(room, name, together)


async def rating_at_once() -> list[Any]:
    by, number = await opinions.a_closed_case()
    return await asyncio.gather(
        *(ratings.rate(kind="case", number=number, level=5, by=by) for _ in range(MANY)), return_exceptions=True
    )


async def test_two_marks_at_once_are_one(monkeypatch: pytest.MonkeyPatch) -> None:
    meeting(monkeypatch, ratings, "_insert", MANY)
    outcomes = await rating_at_once()
    assert sum(isinstance(one, Rating) for one in outcomes) == 1
    assert sum(isinstance(one, RatedAlready) for one in outcomes) == MANY - 1
    assert await Rating.all().count() == 1


async def test_control_without_the_constraint_they_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    name = await database.fetchval(ONE_A_SUBJECT)
    meeting(monkeypatch, ratings, "_insert", MANY)
    await database.execute(f'alter table rating drop constraint "{name}"')
    try:
        assert sum(isinstance(one, Rating) for one in await rating_at_once()) > 1
    finally:
        await database.execute("truncate rating, rating_words, rectification cascade")
        await database.execute(f'alter table rating add constraint "{name}" unique (subject_kind, subject_id)')


async def asking_at_once() -> list[Any]:
    by = await opinions.a_citizen()
    return await asyncio.gather(*(opinions.asked(by=by) for _ in range(MANY)), return_exceptions=True)


async def test_the_same_words_at_once_are_one_question() -> None:
    outcomes = await asking_at_once()
    assert sum(isinstance(one, Consultation) for one in outcomes) == 1
    assert sum(isinstance(one, RepeatedIdentical) for one in outcomes) == MANY - 1


async def test_control_without_the_asker_s_lock_they_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    async def unlocked(asker: str) -> None: ...

    monkeypatch.setattr(consultations, "_one_at_a_time", unlocked)
    meeting(monkeypatch, consultations, "keep", MANY)
    assert sum(isinstance(one, Consultation) for one in await asking_at_once()) > 1


async def claiming_at_once() -> list[Any]:
    one, agents = await opinions.asked(), [await opinions.staff() for _ in range(MANY)]
    return await asyncio.gather(
        *(answering.claim(consultation_id=one.id, by=by) for by in agents), return_exceptions=True
    )


async def test_of_many_who_claim_one_has_it() -> None:
    outcomes = await claiming_at_once()
    assert outcomes.count(None) == 1
    assert sum(isinstance(one, ClaimedAlready) for one in outcomes) == MANY - 1


async def test_control_who_looks_without_the_lock_takes_it_from_another(monkeypatch: pytest.MonkeyPatch) -> None:
    async def unlocked(consultation_id: int, *states: str) -> Consultation:
        return await Consultation.get(id=consultation_id)

    monkeypatch.setattr(answering, "locked", unlocked)
    meeting(monkeypatch, answering, "locked", MANY)
    real, seen = answering.locked, asyncio.Barrier(MANY)

    async def all_have_looked(*args: Any) -> Consultation:
        one = await real(*args)
        await seen.wait()
        return one

    monkeypatch.setattr(answering, "locked", all_have_looked)
    assert (await claiming_at_once()).count(None) > 1


async def test_answering_and_withdrawing_at_once_leave_one_end() -> None:
    for _ in range(MANY):
        by, agent = await opinions.a_citizen(), await opinions.staff()
        one = await opinions.asked(by=by)
        await answering.claim(consultation_id=one.id, by=agent)
        outcomes = await asyncio.gather(
            consultations.withdraw(one=one, by=by),
            answering.answer(consultation_id=one.id, text="好的", by=agent),
            return_exceptions=True,
        )
        assert outcomes.count(None) == 1
        assert not any(isinstance(one, IntegrityError | asyncpg.PostgresError) for one in outcomes)
