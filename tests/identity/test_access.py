import pytest

from foundation import database
from foundation.actor import Actor
from identity import access, realname
from identity.errors import NoSuchCitizen, NotYourRecord, RealNameNeeded
from identity.idnumber import Identity
from tests.builders import identity as build

pytestmark = pytest.mark.usefixtures("db", "redis_db")


async def test_ones_own_record() -> None:
    number = build.id_number(3)
    citizen = await build.citizen(number=number, phone="13800000001")
    own = await access.profile(citizen.id, seen_by=Actor.citizen(citizen.id))
    assert (own.name, own.phone, own.verified) == ("张三", "13800000001", True)
    assert own.identity == Identity.of("id_card", number)
    assert (own.masked_name, own.masked_phone) == ("张*", "138****0001")
    assert number not in repr(own)
    assert "张三" not in repr(own)
    assert "13800000001" not in repr(own)


async def test_not_anybody_elses() -> None:
    citizen, other = await build.citizen(), await build.citizen()
    with pytest.raises(NotYourRecord):
        await access.profile(citizen.id, seen_by=Actor.citizen(other.id))
    with pytest.raises(NotYourRecord):
        await access.profiles([citizen.id, other.id], seen_by=Actor.citizen(other.id))


async def test_what_staff_read_is_audited() -> None:
    one, two = await build.citizen(), await build.citizen()
    assert len(await access.profiles([one.id, two.id, 999], seen_by=Actor.staff(5))) == 2
    await access.profile(one.id, seen_by=Actor.staff(5))
    rows = await database.fetch("select subject, actor from audit_row where action = 'citizen.read' order by id")
    assert [tuple(row) for row in rows] == [("citizens", "staff:5"), (f"citizen:{one.id}", "staff:5")]


async def test_a_merged_citizen_is_found_as_who_they_are_now() -> None:
    elder, number = await build.citizen(verified=False), build.id_number(4)
    younger = await build.citizen(number=number)

    async def yes(*, name: str, identity: Identity) -> bool:
        return True

    by = Actor.citizen(elder.id)
    await realname.verify(citizen_id=elder.id, name="张三", id_type="id_card", number=number, by=by, ask=yes)
    assert await access.active_id(younger.id) == elder.id
    assert (await access.profile(younger.id, seen_by=Actor.citizen(younger.id))).citizen_id == elder.id


async def test_nobody() -> None:
    with pytest.raises(NoSuchCitizen):
        await access.profile(404, seen_by=Actor.system("test"))


async def test_real_name_is_asked_for() -> None:
    verified, unverified = await build.citizen(), await build.citizen(verified=False)
    await access.require_real_name(verified.id)
    for citizen_id in (unverified.id, 404):
        with pytest.raises(RealNameNeeded):
            await access.require_real_name(citizen_id)


async def test_accounts_newest_first() -> None:
    citizen = await build.citizen()
    await build.account(citizen, openid="o1")
    await build.account(citizen, platform="alipay", openid="a1")
    assert [one.openid for one in await access.accounts(citizen.id)] == ["a1", "o1"]
    assert [one.openid for one in await access.accounts(citizen.id, platform="wechat")] == ["o1"]
