"""Lists, codes and consents at the same moment. Each lock has a control that shows what happens without it."""

import asyncio
from datetime import date, timedelta

import pytest

from foundation import clock, database
from foundation.actor import Actor
from identity import asking, family, inviting, realname
from identity.family_errors import FamilyFull, InvitationOver, RequestNotFound
from identity.family_models import DelegationInvitation, DelegationRequest, FamilyMember
from identity.idnumber import Identity
from identity.models import Citizen, Delegation
from tests.builders import identity
from tests.builders.appointments import a_citizen
from tests.builders.identity import id_number

pytestmark = pytest.mark.usefixtures("db", "redis_db")


def later() -> date:
    return clock.today() + timedelta(days=5)


async def agrees(*, name: str, identity: Identity) -> bool:
    return True


async def add(owner: Actor, number: str, *, name: str = "李四") -> int:
    return await family.add(
        owner_id=owner.number, relation="other", name=name, id_type="id_card", number=number, by=owner, ask=agrees
    )


async def test_one_person_registered_by_many_while_they_sign_up_is_one_citizen():
    number = id_number()
    owners = [await a_citizen() for _ in range(4)]
    themself = await identity.citizen(verified=False)
    verifying = realname.verify(
        citizen_id=themself.id, name="李四", id_type="id_card", number=number, by=Actor.citizen(themself.id), ask=agrees
    )
    outcomes = await asyncio.gather(verifying, *(add(one, number) for one in owners), return_exceptions=True)
    assert [one for one in outcomes if isinstance(one, BaseException)] == []
    fingerprints = Identity.of("id_card", number).fingerprints
    (person,) = await Citizen.filter(id_fingerprint__in=fingerprints, state="active")
    lists = [[one.citizen_id for one in await family.of(owner.number)] for owner in owners]
    assert lists == [[person.id]] * 4


async def two_at_the_last_place(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    owner = await a_citizen()
    monkeypatch.setattr(family, "MOST", 1)
    return await asyncio.gather(add(owner, id_number()), add(owner, id_number(), name="王五"), return_exceptions=True)


async def test_a_list_ends_where_it_ends(monkeypatch: pytest.MonkeyPatch):
    outcomes = await two_at_the_last_place(monkeypatch)
    assert [type(one) for one in outcomes if isinstance(one, BaseException)] == [FamilyFull]
    assert await FamilyMember.all().count() == 1


async def test_control_counting_without_the_lock_lets_two_in(monkeypatch: pytest.MonkeyPatch):
    counted = asyncio.Barrier(2)

    async def only_counted(owner_id: int, member_id: int | None) -> None:
        held = await FamilyMember.filter(owner_id=owner_id, state="active").count()
        await counted.wait()
        if held >= family.MOST:
            raise FamilyFull

    monkeypatch.setattr(family, "_room_for", only_counted)
    await two_at_the_last_place(monkeypatch)
    assert await FamilyMember.all().count() == 2


async def two_bring_one_code() -> list[object]:
    principal, one, other = await a_citizen(), await a_citizen(), await a_citizen()
    made = await inviting.invite(principal_id=principal.number, scope=["book"], until=later(), by=principal)
    return await asyncio.gather(
        inviting.accept(code=made.code, by=one), inviting.accept(code=made.code, by=other), return_exceptions=True
    )


async def test_a_code_is_good_for_one():
    outcomes = await two_bring_one_code()
    assert [type(one) for one in outcomes if isinstance(one, BaseException)] == [InvitationOver]
    assert await Delegation.all().count() == 1


async def test_control_a_code_only_looked_at_is_good_for_two(monkeypatch: pytest.MonkeyPatch):
    looked = asyncio.Barrier(2)

    async def only_looked(code: str) -> DelegationInvitation:
        row = await DelegationInvitation.get(used_at=None)
        await looked.wait()
        return row

    monkeypatch.setattr(inviting, "_locked", only_looked)
    await two_bring_one_code()
    assert await Delegation.all().count() == 2


async def agreed_and_declined_at_once() -> list[object]:
    number, agent = id_number(), await a_citizen()
    principal = await identity.citizen(name="李四", number=number)
    request_id = await asking.ask(
        agent_id=agent.number, name="李四", id_type="id_card", number=number, scope=["book"], until=later(),
        by=agent,
    )  # fmt: skip
    by = Actor.citizen(principal.id)
    return await asyncio.gather(
        asking.agree(request_id=request_id, by=by), asking.agree(request_id=request_id, by=by),
        asking.decline(request_id=request_id, by=by), return_exceptions=True,
    )  # fmt: skip


async def test_a_request_is_answered_once():
    outcomes = await agreed_and_declined_at_once()
    assert len([one for one in outcomes if isinstance(one, RequestNotFound)]) == 2
    (state,) = await DelegationRequest.all().values_list("state", flat=True)
    assert await Delegation.all().count() == (1 if state == "granted" else 0)


async def test_control_a_request_only_looked_at_is_answered_thrice(monkeypatch: pytest.MonkeyPatch):
    looked = asyncio.Barrier(3)

    async def only_looked(request_id: int) -> DelegationRequest:
        row = await DelegationRequest.get(id=request_id)
        await looked.wait()
        return row

    monkeypatch.setattr(asking, "_locked", only_looked)
    outcomes = await agreed_and_declined_at_once()
    assert [one for one in outcomes if isinstance(one, BaseException)] == []
    assert await Delegation.all().count() == 2
    assert await database.fetchval("select count(*) from audit_row where action like 'delegation.request_%'") == 3
