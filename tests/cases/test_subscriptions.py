from datetime import timedelta

import pytest

from cases import jobs, subscriptions
from cases.errors import CaseNotFound, TooManyFollowed
from cases.events import CaseMoved
from cases.models import Case
from cases.progress_models import CaseSubscription
from cases.timeline import Kind
from foundation import clock
from identity.events import CitizensMerged
from identity.idnumber import Identity
from identity.models import Citizen, Delegation
from notifications.case_listeners import tell_followers
from notifications.models import Message
from tests.builders import identity as people
from tests.builders.cases import a_case, push
from tests.cases.test_lookup import delegate

pytestmark = pytest.mark.usefixtures("db", "redis_db")
HERE = "203.0.113.77"


async def someones_case() -> tuple[Case, Citizen]:
    applicant = Identity.of("id_card", people.id_number())
    owner = await people.citizen(number=applicant.number)
    return await a_case(applicant=applicant), owner


async def followed(citizen_id: int) -> list[subscriptions.Followed]:
    return await subscriptions.still_theirs(await subscriptions.subscribed(citizen_id), citizen_id)


async def test_an_agent_is_told_as_long_as_the_delegation_holds():
    case, owner = await someones_case()
    agent = await people.citizen(name="李四")
    with pytest.raises(CaseNotFound):
        await subscriptions.follow(case_no=case.case_no, citizen_id=agent.id)
    await delegate(principal=owner.id, agent=agent.id)
    for _ in range(2):
        await subscriptions.follow(case_no=case.case_no, citizen_id=agent.id)
    assert await subscriptions.followers(case.id) == [agent.id]
    assert [one.case_no for one in await followed(agent.id)] == [case.case_no]
    await Delegation.all().update(until=clock.today() - timedelta(days=1))
    assert await subscriptions.followers(case.id) == []
    assert await followed(agent.id) == []


async def test_who_proves_number_and_factor_is_told_what_the_look_up_shows():
    applicant = Identity.of("id_card", "11010519491231002X")
    case, friend = await a_case(applicant=applicant), await people.citizen(name="李四")
    wanted = {"case_no": case.case_no, "citizen_id": friend.id, "address": HERE}
    with pytest.raises(CaseNotFound):
        await subscriptions.follow_by_number(last_four="0000", **wanted)
    await subscriptions.follow_by_number(last_four="002x", **wanted)
    await push(case.case_no, Kind.NOTICE_ONCE, note="请补交户口簿", at=clock.now())
    event = CaseMoved(case_id=case.id, citizen_id=None, stage="notice_once")
    for _ in range(2):
        await tell_followers(event)
    (message,) = await Message.filter(citizen=friend, channel="inbox")
    assert "待补正材料" in message.text
    assert "户口簿" not in message.text
    assert message.page == "pages/progress"
    await tell_followers(CaseMoved(case_id=case.id, citizen_id=None, stage="received"))  # it has moved on
    await subscriptions.leave(case_no=case.case_no, citizen_id=friend.id)
    await subscriptions.leave(case_no="none", citizen_id=friend.id)
    await tell_followers(CaseMoved(case_id=case.id, citizen_id=None, stage="notice_once"))
    assert await Message.filter(citizen=friend).count() == 1


async def test_the_applicant_is_told_once_and_not_as_a_follower():
    case, owner = await someones_case()
    await subscriptions.follow(case_no=case.case_no, citizen_id=owner.id)
    assert await subscriptions.followers(case.id) == []


async def test_nobody_follows_the_whole_town(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(subscriptions, "MOST", 1)
    (one, owner), applicant = await someones_case(), Identity.of("id_card", people.id_number())
    await subscriptions.follow(case_no=one.case_no, citizen_id=owner.id)
    other = await a_case(applicant=applicant)
    with pytest.raises(TooManyFollowed):
        await subscriptions.follow_by_number(
            case_no=other.case_no, last_four=applicant.last_four, citizen_id=owner.id, address=HERE
        )


async def test_following_goes_with_the_person():
    case, _ = await someones_case()
    gone, kept = await people.citizen(), await people.citizen()
    for one in (gone, kept):
        await CaseSubscription.create(case=case, citizen=one, proved_by="number")
    await jobs.follow_merge(CitizensMerged(kept=kept.id, gone=gone.id))
    assert await subscriptions.followers(case.id) == [kept.id]
    assert [one["case_no"] for one in await jobs.export(kept.id)] == [case.case_no]
    await jobs.forget(kept.id)
    assert not await CaseSubscription.exists()
