"""How two people come to a delegation: by a code of the principal, or by the principal's consent to who asks."""

from datetime import timedelta

import pytest

from foundation import clock, settings
from foundation.actor import Actor
from foundation.errors import TooManyRequests
from identity import acting, asking, delegation, inviting, jobs
from identity.errors import DelegationFault, NotYourRecord, RealNameNeeded
from identity.family_errors import InvitationOver, RequestNotFound, TooManyAsked
from identity.family_models import DelegationInvitation, DelegationRequest
from identity.models import Citizen
from tests.builders import identity as build
from tests.builders.appointments import told
from tests.builders.identity import id_number

pytestmark = pytest.mark.usefixtures("db", "redis_db")


def me(citizen: Citizen) -> Actor:
    return Actor.citizen(citizen.id)


async def invite(principal: Citizen, *, days: int = 5) -> inviting.Invitation:
    until = clock.today() + timedelta(days=days)
    return await inviting.invite(principal_id=principal.id, scope=["book"], until=until, by=me(principal))


async def ask(agent: Citizen, number: str, *, name: str = "李四") -> int:
    return await asking.ask(
        agent_id=agent.id, name=name, id_type="id_card", number=number, scope=["book"],
        until=clock.today() + timedelta(days=5), by=me(agent),
    )  # fmt: skip


async def test_a_code_makes_its_bringer_the_agent_once() -> None:
    mother, son, stranger = await build.citizen(name="李四"), await build.citizen(), await build.citizen()
    made = await invite(mother)
    assert [one.id for one in await inviting.open_of(mother.id)] == [made.id]
    await inviting.accept(code=f" {made.code[:5].lower()}-{made.code[5:]} ", by=me(son))
    assert await delegation.may_act(agent=son.id, principal=mother.id, scope="book")
    with pytest.raises(InvitationOver):
        await inviting.accept(code=made.code, by=me(stranger))
    assert await inviting.open_of(mother.id) == []
    assert [one["agent_id"] for one in await told("DelegationGranted")] == [son.id]


async def test_a_code_taken_back_or_too_old_is_worth_nothing() -> None:
    mother, son = await build.citizen(), await build.citizen()
    made, late = await invite(mother), await invite(mother)
    with pytest.raises(InvitationOver):
        await inviting.take_back(invitation_id=made.id, by=me(son))
    await inviting.take_back(invitation_id=made.id, by=me(mother))
    with pytest.raises(InvitationOver):
        await inviting.accept(code=made.code, by=me(son))
    with clock.shifted(inviting.GOOD_FOR), pytest.raises(InvitationOver):
        await inviting.accept(code=late.code, by=me(son))


async def test_codes_cannot_be_tried_one_after_the_other() -> None:
    guesser = await build.citizen()
    for _ in range(inviting.GUESSES[0]):
        with pytest.raises(InvitationOver):
            await inviting.accept(code="A" * inviting.CODE_LENGTH, by=me(guesser))
    with pytest.raises(TooManyRequests):
        await inviting.accept(code="A" * inviting.CODE_LENGTH, by=me(guesser))


async def test_both_must_be_known_and_two() -> None:
    mother, nobody = await build.citizen(), await build.citizen(verified=False)
    made = await invite(mother)
    with pytest.raises(DelegationFault):
        await inviting.accept(code=made.code, by=me(mother))
    with pytest.raises(RealNameNeeded):
        await inviting.accept(code=made.code, by=me(nobody))
    with pytest.raises(RealNameNeeded):
        await invite(nobody)
    with pytest.raises(NotYourRecord):
        await inviting.invite(principal_id=mother.id, scope=["book"], until=clock.today(), by=me(nobody))
    await inviting.accept(code=made.code, by=me(await build.citizen()))


async def test_open_invitations_and_requests_have_an_end() -> None:
    mother = await build.citizen()
    for _ in range(inviting.MOST_OPEN):
        await invite(mother)
        await ask(mother, id_number())
    with pytest.raises(TooManyAsked):
        await invite(mother)
    with pytest.raises(TooManyAsked):
        await ask(mother, id_number())


async def test_the_principal_agrees_to_who_asks() -> None:
    number = id_number()
    mother, son = await build.citizen(name="李四", number=number), await build.citizen()
    request_id = await ask(son, number)
    assert [one["citizen_id"] for one in await told("DelegationAsked")] == [mother.id]
    (seen,) = await asking.waiting_for(mother.id)
    assert (seen.id, seen.name, seen.scope) == (request_id, "张*", ["book"])
    assert [one.name for one in await asking.asked_by(son.id)] == ["李*"]
    await asking.agree(request_id=request_id, by=me(mother))
    assert [one.citizen_id for one in await acting.people_of(son.id)] == [son.id, mother.id]
    with pytest.raises(RequestNotFound):
        await asking.agree(request_id=request_id, by=me(mother))
    assert (await DelegationRequest.get(id=request_id)).name_sealed == ""


async def test_who_asks_learns_nothing_of_whom_they_ask() -> None:
    known, unknown, son = id_number(), id_number(), await build.citizen()
    mother = await build.citizen(name="李四", number=known)
    for number, name in ((known, "李四"), (known, "王五"), (unknown, "李四")):
        await ask(son, number, name=name)
    assert [(one.name, one.scope) for one in await asking.asked_by(son.id)] == [
        ("李*", ["book"]), ("王*", ["book"]), ("李*", ["book"])
    ]  # fmt: skip
    assert len(await asking.waiting_for(mother.id)) == 1  # a wrong name asks nobody
    assert len(await told("DelegationAsked")) == 1


async def test_a_request_is_found_while_the_key_of_fingerprints_changes(
    settings_env: settings.Settings, environment: dict[str, str]
) -> None:
    number, son = id_number(), await build.citizen()
    request_id = await ask(son, number)
    keys = f"new:{'cd' * 16},{settings_env.secrets.fingerprint_keys}"
    settings.use(settings.load(environment | {"FINGERPRINT_KEYS": keys}))
    mother = await build.citizen(name="李四", number=number)  # known by the new one
    assert await asking.asked_of(mother.id) == []
    assert [one.id for one in await asking.waiting_for(mother.id)] == [request_id]
    nobody = await build.citizen(name="李四", number=id_number())
    assert await asking.waiting_for(nobody.id) == []


async def test_a_person_who_comes_later_finds_the_request() -> None:
    number, son = id_number(), await build.citizen()
    request_id = await ask(son, number)
    mother = await build.citizen(name="李四", number=number)
    assert [one.id for one in await asking.waiting_for(mother.id)] == [request_id]
    await asking.decline(request_id=request_id, by=me(mother))
    assert await asking.asked_by(son.id) == []
    assert not await delegation.may_act(agent=son.id, principal=mother.id, scope="book")


async def test_only_the_one_asked_may_agree_and_only_the_asker_withdraw() -> None:
    number = id_number()
    mother, son, stranger = (
        await build.citizen(name="李四", number=number),
        await build.citizen(),
        await build.citizen(),
    )
    request_id = await ask(son, number)
    for verb, who in (
        (asking.agree, son), (asking.agree, stranger), (asking.decline, stranger), (asking.withdraw, mother),
    ):  # fmt: skip
        with pytest.raises(RequestNotFound):
            await verb(request_id=request_id, by=me(who))
    await asking.withdraw(request_id=request_id, by=me(son))
    with pytest.raises(RequestNotFound):
        await asking.agree(request_id=request_id, by=me(mother))


async def test_nobody_asks_themselves_or_without_a_name_of_their_own() -> None:
    number = id_number()
    son = await build.citizen(number=number)
    with pytest.raises(DelegationFault):
        await ask(son, number, name="张三")
    with pytest.raises(RealNameNeeded):
        await ask(await build.citizen(verified=False), id_number())


async def test_what_was_asked_is_forgotten_in_time() -> None:
    mother, son = await build.citizen(), await build.citizen()
    await ask(son, id_number())
    await invite(mother)
    await jobs.forget_what_was_asked()
    assert (await DelegationRequest.all().count(), await DelegationInvitation.all().count()) == (1, 1)
    with clock.shifted(asking.GOOD_FOR + timedelta(seconds=1)):
        await jobs.forget_what_was_asked()
    assert (await DelegationRequest.all().count(), await DelegationInvitation.all().count()) == (0, 0)
