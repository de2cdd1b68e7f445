from datetime import timedelta

import pytest

from foundation import clock
from foundation.actor import Actor
from identity import access, delegation
from identity.errors import DelegationFault, NoSuchCitizen, NoSuchDelegation, NotYourRecord, RealNameNeeded
from identity.models import Citizen
from tests.builders import identity as build

pytestmark = pytest.mark.usefixtures("db", "redis_db")


async def grant(principal: Citizen, agent_id: int, *scope: str, days: int = 5, by: Actor | None = None) -> int:
    return await delegation.grant(
        principal_id=principal.id,
        agent_id=agent_id,
        scope=scope or ["book"],
        until=clock.today() + timedelta(days=days),
        by=by or Actor.citizen(principal.id),
    )


async def test_an_agent_may_act_within_scope_until_the_day_is_over() -> None:
    mother, son = await build.citizen(name="李四"), await build.citizen(name="张三")
    await grant(mother, son.id, "book", "progress")
    may = {
        scope: await delegation.may_act(agent=son.id, principal=mother.id, scope=scope) for scope in delegation.Scope
    }
    assert may == {"book": True, "progress": True, "pay": False}
    assert not await delegation.may_act(agent=mother.id, principal=son.id, scope="book")
    with clock.shifted(timedelta(days=5)):
        assert await delegation.may_act(agent=son.id, principal=mother.id, scope="book")
    with clock.shifted(timedelta(days=6)):
        assert not await delegation.may_act(agent=son.id, principal=mother.id, scope="book")


async def test_everybody_may_act_for_themselves() -> None:
    assert await delegation.may_act(agent=1, principal=1, scope="pay")


async def test_a_delegate_sees_the_record_within_scope_only() -> None:
    mother, son = await build.citizen(name="李四"), await build.citizen(name="张三")
    await grant(mother, son.id, "book")
    assert (await access.profile(mother.id, seen_by=Actor.citizen(son.id), scope="book")).name == "李四"
    for scope in ("pay", ""):
        with pytest.raises(NotYourRecord):
            await access.profile(mother.id, seen_by=Actor.citizen(son.id), scope=scope)


async def test_both_see_it_and_either_ends_it() -> None:
    mother, son, stranger = await build.citizen(name="李四"), await build.citizen(), await build.citizen()
    one, two = await grant(mother, son.id), await grant(mother, son.id, "pay")
    assert [(row.id, row.agent, row.scope) for row in await delegation.granted_by(mother.id)] == [
        (two, "张*", ["pay"]),
        (one, "张*", ["book"]),
    ]
    assert [row.principal for row in await delegation.granted_to(son.id)] == ["李*", "李*"]
    with pytest.raises(NoSuchDelegation):
        await delegation.revoke(delegation_id=one, by=Actor.citizen(stranger.id))
    await delegation.revoke(delegation_id=one, by=Actor.citizen(son.id))
    await delegation.revoke(delegation_id=two, by=Actor.citizen(mother.id))
    assert await delegation.granted_by(mother.id) == []
    assert not await delegation.may_act(agent=son.id, principal=mother.id, scope="book")
    with pytest.raises(NoSuchDelegation):
        await delegation.revoke(delegation_id=one, by=Actor.citizen(son.id))


async def test_what_cannot_be_granted() -> None:
    mother, son, unknown = await build.citizen(), await build.citizen(), await build.citizen(verified=False)
    for refused in (
        grant(mother, mother.id),
        grant(mother, son.id, "marry"),
        grant(mother, son.id, days=-1),
        grant(mother, son.id, days=400),
    ):
        with pytest.raises(DelegationFault):
            await refused
    with pytest.raises(RealNameNeeded):
        await grant(mother, unknown.id)
    with pytest.raises(RealNameNeeded):
        await grant(unknown, mother.id)
    with pytest.raises(NoSuchCitizen):
        await grant(mother, 10**9)
    with pytest.raises(NotYourRecord):
        await grant(mother, son.id, by=Actor.citizen(son.id))
