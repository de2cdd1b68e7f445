"""An agency or a guardianship that ends at the moment it is used; two legal persons, two answers, two accounts at once.

Each lock has a negative control: without it the same race goes wrong.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from tortoise.exceptions import IntegrityError

from appointments.models import Appointment
from channels.errors import CodeUnusable
from foundation import clock, database
from foundation.actor import Actor
from identity import acting, guardians, leaving, organisation_agents, organisations, phones, policy, realname
from identity.delegation import Scope
from identity.family_errors import PersonUnknown
from identity.models import Citizen
from identity.organisation_models import Organisation, OrganisationAgent
from identity.policy_errors import NotLeaving
from identity.privacy_models import Leaving, PolicyConsent
from identity.standing_models import Guardianship, IdentityProof
from tests.builders import identity as build
from tests.builders.locks import until_somebody_waits
from tests.builders.organisations import Says, a_legal_person, an_agent, an_organisation, credit_code
from tests.builders.people import a_family_slot, together

pytestmark = pytest.mark.usefixtures("db", "redis_db")


async def agrees(**_: object) -> bool:
    return True


async def an_agency() -> tuple[Actor, Actor, Callable[[], Awaitable[None]]]:
    """An agent, the organisation, and what ends the one for the other."""
    of = await an_organisation()
    agent = Actor.citizen((await an_agent(of)).id)
    row = await OrganisationAgent.get(organisation=of, citizen_id=agent.number, state="active")
    return agent, Actor.citizen(of.subject.id), lambda: organisation_agents.end(agent_id=row.id, by=agent)


async def a_ward() -> tuple[Actor, Actor, Callable[[], Awaitable[None]]]:
    """A guardian, the child, and what ends it."""
    me = Actor.citizen((await build.citizen()).id)
    number = build.id_number(born=f"{clock.today().year - 9}0101")
    row = await guardians.confirm(
        guardian_id=me.number, name="张小", id_type="id_card", number=number, by=me, ask=agrees, ask_name=agrees
    )
    child = (await guardians.wards_of(me.number))[0].citizen_id
    return me, Actor.citizen(child), lambda: guardians.end(guardianship_id=row, by=me)


async def use_meets_end(tie: Callable[[], Awaitable[tuple[Actor, Actor, Callable[[], Awaitable[None]]]]]) -> object:
    """The tie is being ended, and not committed yet, when it is used to book: what came of the booking."""
    agent, subject, end = await tie()
    _, slot = await a_family_slot()
    ended, go_on = asyncio.Event(), asyncio.Event()

    async def ending() -> None:
        async with database.transaction():
            await end()
            ended.set()
            await go_on.wait()

    task = asyncio.create_task(ending())
    await ended.wait()
    booked = asyncio.create_task(together(slot, subject, by=agent))
    await until_somebody_waits(booked)
    go_on.set()
    await task
    (outcome,) = await asyncio.gather(booked, return_exceptions=True)
    return outcome


@pytest.mark.parametrize("tie", [an_agency, a_ward])
async def test_a_tie_being_ended_is_waited_for(tie: Callable[[], Awaitable[object]]) -> None:
    assert isinstance(await use_meets_end(tie), PersonUnknown)  # type: ignore[arg-type]
    assert await Appointment.all().count() == 0


async def test_control_a_look_without_a_lock_books_on_a_tie_that_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    async def looked(*, agent: int, subject: int, scope: Scope, day: object) -> bool:
        return await organisation_agents.may_act(agent=agent, subject=subject, scope=scope)

    monkeypatch.setattr(organisation_agents, "hold", looked)
    assert isinstance(await use_meets_end(an_agency), list)

    async def looked_too(*, guardian: int, child: int, day: object) -> bool:
        return await guardians.may_act(guardian=guardian, child=child)

    monkeypatch.setattr(guardians, "hold", looked_too)
    assert isinstance(await use_meets_end(a_ward), list)


async def test_two_who_register_one_organisation_at_once_make_one() -> None:
    for _ in range(4):
        people, code = [await a_legal_person() for _ in range(3)], credit_code()
        done = await asyncio.gather(
            *(
                organisations.register(
                    citizen_id=one.id, credit_code=code, name="示例科技有限公司", by=Actor.citizen(one.id), ask=Says()
                )
                for one in people
            )
        )
        assert len(set(done)) == 1
        assert await OrganisationAgent.filter(organisation_id=done[0], state="active").count() == 1
    assert await Organisation.all().count() == 4


async def test_control_without_the_lock_the_indexes_have_the_last_word(monkeypatch: pytest.MonkeyPatch) -> None:
    people, code = [await a_legal_person() for _ in range(2)], credit_code()
    missing, met = 2, asyncio.Event()

    async def nothing(_: object) -> None:
        nonlocal missing
        missing -= 1
        if not missing:
            met.set()
        await met.wait()

    monkeypatch.setattr(realname, "lock_number", nothing)
    done = await asyncio.gather(
        *(
            organisations.register(
                citizen_id=one.id, credit_code=code, name="示例科技有限公司", by=Actor.citizen(one.id), ask=Says()
            )
            for one in people
        ),
        return_exceptions=True,
    )
    assert sum(isinstance(one, IntegrityError) for one in done) == 1, done
    assert await Organisation.all().count() == 1


async def test_what_a_platform_showed_serves_once_however_often_it_is_sent() -> None:
    people = [await build.citizen() for _ in range(4)]
    done = await asyncio.gather(
        *(
            phones.keep(citizen_id=one.id, phone="13800000001", by=Actor.citizen(one.id), shown="alipay:{}")
            for one in people
        ),
        return_exceptions=True,
    )
    assert sum(isinstance(one, CodeUnusable) for one in done) == 3, done
    assert await Citizen.exclude(phone_sealed="").count() == 1


async def test_leaving_taken_back_as_it_is_carried_out_is_one_of_the_two() -> None:
    for _ in range(4):
        citizen = await build.citizen()
        by = Actor.citizen(citizen.id)
        await leaving.ask(citizen_id=citizen.id, by=by)
        with clock.shifted(timedelta(days=8)):
            done = await asyncio.gather(
                leaving.carry_out(), leaving.take_back(citizen_id=citizen.id, by=by), return_exceptions=True
            )
        stays = not isinstance(done[1], NotLeaving)
        assert (await Citizen.get(id=citizen.id)).state == ("active" if stays else "deleted")
        assert await Leaving.get(citizen_id=citizen.id).values_list("state", flat=True) in ("withdrawn", "done")


async def test_what_both_accounts_had_is_one_persons_when_they_merge() -> None:
    """WeChat and Alipay of one person, verified at the same moment, each with ties of its own."""
    elder, younger = [await build.citizen(verified=False) for _ in range(2)]
    of = await an_organisation()
    for one, role in ((elder, "agent"), (younger, "administrator")):
        await OrganisationAgent.create(
            organisation=of, citizen=one, role=role, scope=["book"], until=clock.today(), state="active", added_by="x:1"
        )
        await phones.keep(citizen_id=one.id, phone="13800000001", by=Actor.citizen(one.id))
        await policy.agree(citizen_id=one.id, version=policy.current().version, by=Actor.citizen(one.id))
        await leaving.ask(citizen_id=one.id, by=Actor.citizen(one.id))
    child = await build.citizen(name="张小", number=build.id_number(born=f"{clock.today().year - 9}0101"))
    for one in (elder, younger):
        await Guardianship.create(guardian=one, child=child, confirmed_at=clock.now())
    number, gate, missing = build.id_number(), asyncio.Event(), 2

    async def at_once(**_: object) -> bool:
        nonlocal missing
        missing -= 1
        if not missing:
            gate.set()
        await gate.wait()
        return True

    done = await asyncio.gather(
        *(
            realname.verify(
                citizen_id=one.id, name="张三", id_type="id_card", number=number, by=Actor.citizen(one.id), ask=at_once
            )
            for one in (elder, younger)
        )
    )
    assert elder.id in {one.citizen_id for one in done}  # who was first may have been verified before the merge
    (mandate,) = await organisation_agents.mandates_of(elder.id)
    assert mandate.role == "administrator"
    assert await IdentityProof.filter(citizen_id=elder.id).count() == 2
    assert await PolicyConsent.filter(citizen_id=elder.id, withdrawn_at=None).count() == 1
    assert [one.citizen_id for one in await guardians.wards_of(elder.id)] == [child.id]
    assert await acting.may(agent=elder.id, subject=child.id, scope=Scope.PAY)
    assert await Leaving.filter(citizen_id=elder.id, state="waiting").count() == 1
    assert (await Citizen.get(id=elder.id)).phone_verified_at is not None
