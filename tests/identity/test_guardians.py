"""监护: until the child is 18, by the day on which something is to happen."""

from datetime import date, datetime

import pytest

from foundation import clock, database
from foundation.actor import Actor
from identity import acting, guardians
from identity.delegation import Scope
from identity.errors import NoSuchDelegation, NotYourRecord, RealNameNeeded
from identity.family_errors import PersonUnknown
from identity.guardian_errors import NotAChild, NotTheGuardian
from tests.builders import identity as build

pytestmark = pytest.mark.usefixtures("db", "redis_db")


async def agrees(**_: object) -> bool:
    return True


async def denies(**_: object) -> bool:
    return False


async def a_ward(guardian_id: int, number: str, *, ask: guardians.GuardianAsk = agrees) -> int:
    return await guardians.confirm(
        guardian_id=guardian_id, name="张小", id_type="id_card", number=number, by=Actor.citizen(guardian_id),
        ask=ask, ask_name=agrees,
    )  # fmt: skip


async def child_of(guardian_id: int) -> int:
    (ward,) = await guardians.wards_of(guardian_id)
    return ward.citizen_id


async def test_a_guardian_acts_in_every_room_until_the_eighteenth_birthday() -> None:
    guardian = await build.citizen()
    with clock.frozen(datetime(2026, 3, 1, 12, tzinfo=clock.SHANGHAI)):
        number = build.id_number(born="20100615")
        await a_ward(guardian.id, number)
        assert await a_ward(guardian.id, number)  # once more is harmless
        child = await child_of(guardian.id)
        (ward,) = await guardians.wards_of(guardian.id)
        assert (ward.name, ward.until) == ("张*", date(2028, 6, 14))
        assert all([await acting.may(agent=guardian.id, subject=child, scope=one) for one in Scope])
        assert not await acting.may(agent=child, subject=guardian.id, scope=Scope.BOOK)
        async with database.transaction():
            assert await acting.hold(agent=guardian.id, person=child, day=date(2028, 6, 14)) == "ward"
        async with database.transaction():
            with pytest.raises(PersonUnknown):  # by then the child is of age
                await acting.hold(agent=guardian.id, person=child, day=date(2028, 6, 15))
    with clock.frozen(datetime(2028, 6, 15, 0, 1, tzinfo=clock.SHANGHAI)):
        assert not await acting.may(agent=guardian.id, subject=child, scope=Scope.PAY)
        assert await guardians.wards_of(guardian.id) == []


async def test_either_of_the_two_ends_it_and_nobody_else() -> None:
    guardian, stranger = await build.citizen(), await build.citizen(name="李四")
    born = f"{clock.today().year - 9}0101"
    for ends in ("guardian", "child"):
        number = build.id_number(born=born)
        kept = await a_ward(guardian.id, number)
        child = await child_of(guardian.id)
        with pytest.raises(NoSuchDelegation):
            await guardians.end(guardianship_id=kept, by=Actor.citizen(stranger.id))
        await guardians.end(guardianship_id=kept, by=Actor.citizen(guardian.id if ends == "guardian" else child))
        assert not await acting.may(agent=guardian.id, subject=child, scope=Scope.PROGRESS)


async def test_who_is_not_the_guardian_or_no_child() -> None:
    guardian, unknown = await build.citizen(), await build.citizen(verified=False)
    child = build.id_number(born=f"{clock.today().year - 9}0101")
    with pytest.raises(NotTheGuardian):
        await a_ward(guardian.id, child, ask=denies)
    with pytest.raises(NotAChild):
        await a_ward(guardian.id, build.id_number(born="19900101"))
    with pytest.raises(RealNameNeeded):
        await a_ward(unknown.id, child)
    with pytest.raises(NotYourRecord):
        await guardians.confirm(
            guardian_id=guardian.id, name="张小", id_type="id_card", number=child, by=Actor.citizen(unknown.id)
        )
    assert await guardians.wards_of(guardian.id) == []
