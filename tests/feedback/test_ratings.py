import asyncio
from datetime import date, datetime

import pytest

from appointments.models import Appointment
from cases.timeline import Kind
from feedback import jobs, ratings, rectification
from feedback.errors import LevelUnknown, NotFinishedYet, NothingToRate, RatedAlready, ReasonNeeded
from feedback.models import Rating, RatingWords, Rectification
from foundation import clock
from identity.events import CitizensMerged
from tests.builders import identity as people
from tests.builders.appointments import a_held_place, told
from tests.builders.opinions import a_closed_case

pytestmark = pytest.mark.usefixtures("db")


async def test_a_closed_case_is_rated_once_however_often_one_taps():
    by, number = await a_closed_case()
    outcomes = await asyncio.gather(
        *(ratings.rate(kind="case", number=number, level=5, by=by) for _ in range(8)), return_exceptions=True
    )
    assert sum(isinstance(one, Rating) for one in outcomes) == 1
    assert sum(isinstance(one, RatedAlready) for one in outcomes) == 7
    (event,) = await told("ServiceRated")
    assert (event["level"], event["bad"]) == (5, False)
    assert not await Rectification.exists()


async def test_a_finished_visit():
    held, by, _ = await a_held_place()
    with pytest.raises(NotFinishedYet):
        await ratings.rate(kind="visit", number=held.code, level=5, by=by)
    await Appointment.filter(id=held.id).update(state="finished")
    assert [one.number for one in await ratings.waiting_for(by.number)] == [held.code]
    given = await ratings.rate(kind="visit", number=held.code, level=4, text="  很好 ", by=by)
    assert (given.place, (await RatingWords.get(rating=given)).text) == ("示例市政务服务中心", "很好")
    assert await ratings.waiting_for(by.number) == []


async def test_what_cannot_be_rated():
    by, open_case = await a_closed_case(Kind.ACCEPTED)
    stranger, theirs = await a_closed_case()
    with pytest.raises(NotFinishedYet):
        await ratings.rate(kind="case", number=open_case, level=5, by=by)
    for kind, number in (("case", theirs), ("case", "350700209900000000"), ("visit", "NOSUCHCODE")):
        with pytest.raises(NothingToRate):
            await ratings.rate(kind=kind, number=number, level=5, by=by)
    for level in (0, 6, -1):
        with pytest.raises(LevelUnknown):
            await ratings.rate(kind="case", number=theirs, level=level, by=stranger)


@pytest.mark.parametrize("level", [1, 2])
async def test_a_bad_mark_needs_a_reason_and_opens_a_rectification(level: int):
    by, number = await a_closed_case()
    for empty in ({}, {"text": "  "}, {"tags": [" "]}):
        with pytest.raises(ReasonNeeded):
            await ratings.rate(kind="case", number=number, level=level, by=by, **empty)
    rating = await ratings.rate(kind="case", number=number, level=level, tags=["等太久"], by=by)
    opened = await Rectification.get(rating=rating)
    assert (opened.state, rating.tags) == ("open", ["等太久"])


@pytest.mark.parametrize(
    ("today", "call_back", "mend"),
    [
        (date(2025, 9, 30), date(2025, 10, 9), date(2025, 10, 28)),  # 国庆 1–8 October off, Saturday 11 worked
        (date(2025, 11, 3), date(2025, 11, 4), date(2025, 11, 24)),
        (date(2025, 11, 7), date(2025, 11, 10), date(2025, 11, 28)),  # Friday
    ],
)
async def test_the_deadlines_are_working_days(today: date, call_back: date, mend: date):
    by, number = await a_closed_case()
    rating = await ratings.rate(kind="case", number=number, level=5, by=by)
    with clock.frozen(datetime(today.year, today.month, today.day, 23, 30, tzinfo=clock.SHANGHAI)):
        opened = await rectification.open_for(rating)
    assert (opened.call_back_due, opened.mend_due) == (call_back, mend)


async def test_ratings_follow_a_merge_and_lose_their_words():
    by, number = await a_closed_case()
    await ratings.rate(kind="case", number=number, level=1, text="排队两小时", tags=["等太久"], by=by)
    elder = await people.citizen(verified=False)
    for _ in range(2):
        await jobs.follow_merge(CitizensMerged(kept=elder.id, gone=by.number))
    assert [one["text"] for one in await jobs.export(elder.id)] == ["排队两小时"]
    await jobs.forget(elder.id)
    kept = await Rating.get()
    assert (kept.level, await RatingWords.all().count(), kept.tags) == (1, 0, [])
