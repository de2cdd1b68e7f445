import asyncio
from datetime import date, datetime, timedelta

import pytest

from appointments import tickets
from appointments.models import Appointment
from cases.timeline import Kind
from feedback import jobs, levels, own_ratings, ratings, rectification
from feedback.errors import (
    LevelUnknown,
    NotFinishedYet,
    NothingToRate,
    NothingWritten,
    RatedAlready,
    ReasonNeeded,
    SaidAgainAlready,
    TagUnknown,
    TooLateToRate,
    WithdrawnAlready,
)
from feedback.models import Rating, RatingWords, Rectification
from foundation import audit, clock
from foundation.actor import Actor
from identity.events import CitizensMerged
from tests.builders import identity as people
from tests.builders.appointments import a_citizen, a_hall, a_held_place, told
from tests.builders.hall_queue import a_department, a_person, serve
from tests.builders.opinions import a_closed_case

pytestmark = pytest.mark.usefixtures("db")

NOON = datetime(2026, 6, 9, 12, tzinfo=clock.SHANGHAI)


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
    about = await ratings.open_to(kind="visit", number=held.code, by=by)
    assert (about.title, about.place) == (held.type_name, held.hall_name)
    with pytest.raises(NothingToRate):
        await ratings.open_to(kind="visit", number=held.code, by=await a_citizen())
    given = await ratings.rate(kind="visit", number=held.code, level=4, text="  很好 ", by=by)
    assert (given.place, (await RatingWords.get(rating=given)).text) == ("示例市政务服务中心", "很好")
    with pytest.raises(RatedAlready):
        await ratings.open_to(kind="visit", number=held.code, by=by)
    assert await ratings.waiting_for(by.number) == []
    assert [one.number for one in await own_ratings.of(by.number)] == [held.code]


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


async def test_only_tags_of_the_level_and_only_within_the_time():
    by, number = await a_closed_case()
    with pytest.raises(TagUnknown) as refused:
        await ratings.rate(kind="case", number=number, level=5, tags=["等太久"], by=by)
    assert refused.value.detail["tags"] == list(levels.TAGS[5])
    with clock.shifted(timedelta(days=91)), pytest.raises(TooLateToRate):
        await ratings.rate(kind="case", number=number, level=5, by=by)
    assert await ratings.waiting_for(by.number)
    with clock.shifted(timedelta(days=91)):
        assert await ratings.waiting_for(by.number) == []


async def test_once_more_in_words_and_never_a_third_time():
    by, number = await a_closed_case()
    with pytest.raises(NothingToRate):
        await ratings.again(kind="case", number=number, text="补充", by=by)
    await ratings.rate(kind="case", number=number, level=4, text="还行", by=by)
    with pytest.raises(NothingWritten):
        await ratings.again(kind="case", number=number, text=" ", by=by)
    outcomes = await asyncio.gather(
        *(ratings.again(kind="case", number=number, text="后来又去了一次，很快", by=by) for _ in range(4)),
        return_exceptions=True,
    )
    assert sum(isinstance(one, SaidAgainAlready) for one in outcomes) == 3
    [mine] = await own_ratings.of(by.number)
    assert (mine.number, mine.title, mine.level) == (number, "社会保障卡申领", 4)
    assert (mine.texts, mine.can_add) == (["还行", "后来又去了一次，很快"], False)


async def test_what_is_withdrawn_stays_on_record_with_its_reason():
    by, number = await a_closed_case()
    other, _ = await a_closed_case()
    rating = await ratings.rate(kind="case", number=number, level=1, text="态度差", by=by)
    with pytest.raises(NothingToRate):
        await ratings.withdraw(kind="case", number=number, reason="误评", by=other)
    with pytest.raises(NothingWritten):
        await ratings.withdraw(kind="case", number=number, reason="", by=by)
    await ratings.withdraw(kind="case", number=number, reason="点错了", by=by)
    for verb in (
        ratings.withdraw(kind="case", number=number, reason="再撤", by=by),
        ratings.again(kind="case", number=number, text="再说", by=by),
    ):
        with pytest.raises(WithdrawnAlready):
            await verb
    with pytest.raises(RatedAlready):
        await ratings.rate(kind="case", number=number, level=5, by=by)
    kept = await Rating.get(id=rating.id)
    assert (kept.level, kept.withdrawn_why, (await RatingWords.get()).state) == (1, "点错了", "hidden")
    assert (await Rectification.get(rating=kept)).state == "open"
    assert [deed.action for deed in await audit.latest([f"rating:{rating.id}"])] == ["rating.withdrawn", "rating.given"]


async def a_visit_of_today() -> tuple[str, Actor, str]:
    """Finished on the day of NOON: the booking code, its citizen, the code of the hall."""
    held, by, _ = await a_held_place()
    await Appointment.filter(id=held.id).update(state="finished", day=NOON.date())
    return held.code, by, held.hall_code


async def test_the_code_on_a_window_leads_to_the_visit_just_finished():
    code, by, hall = await a_visit_of_today()
    with clock.frozen(NOON):
        stranger = await a_citizen()
        assert [one.number for one in await ratings.waiting_here(hall_code=hall, window="3", by=by)] == [code]
        assert await ratings.waiting_here(hall_code=hall, window="", by=stranger) == []
        assert await ratings.waiting_here(hall_code="elsewhere", window="", by=by) == []
        given = await ratings.rate(kind="visit", number=code, level=5, given_by="code", by=by)
        assert (given.given_by, given.done_on) == ("code", NOON.date())
        assert await ratings.waiting_here(hall_code=hall, window="", by=by) == []


async def test_a_kiosk_takes_the_mark_of_a_booking_code_or_a_document():
    kiosk = Actor.system("kiosk:1")
    code, by, hall = await a_visit_of_today()
    with clock.frozen(NOON):
        with pytest.raises(NothingToRate):
            await ratings.rate_here(hall_code=hall, level=5, code="NOSUCH", by=kiosk)
        given = await ratings.rate_here(hall_code=hall, level=5, code=code, by=kiosk)
        assert (given.given_by, given.citizen_id) == ("kiosk", by.number)
        with pytest.raises(NothingToRate):
            await ratings.rate_here(hall_code=hall, level=1, text="差", code=code, by=kiosk)


async def test_a_walk_in_is_rated_by_the_document_it_was_drawn_with():
    person, kiosk = a_person(), Actor.system("kiosk:1")
    with clock.frozen(NOON):
        hall = await a_hall()
        department = await a_department(hall=hall)
        await tickets.walk_in(hall_code=hall.code, department_code=department.code, by=kiosk, identity=person)
        with pytest.raises(NothingToRate):
            await ratings.rate_here(hall_code=hall.code, level=5, identity=person, by=kiosk)
        await serve(hall, "1")
        account = await people.citizen(number=person.number)
        [found] = await ratings.waiting_here(hall_code=hall.code, window="1", by=Actor.citizen(account.id))
        assert (found.kind, found.department) == ("ticket", "公安窗口")
        with pytest.raises(NothingToRate):
            await ratings.rate_here(hall_code=hall.code, level=5, identity=a_person(), by=kiosk)
        given = await ratings.rate(kind="ticket", number=found.number, level=3, by=Actor.citizen(account.id))
        assert (given.subject_kind, given.department) == ("ticket", "公安窗口")
        with pytest.raises(RatedAlready):
            await ratings.open_to(kind="ticket", number=found.number, by=Actor.citizen(account.id))
        assert [one.number for one in await own_ratings.of(account.id)] == [found.number]
