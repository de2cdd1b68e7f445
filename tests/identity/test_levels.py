"""实名等级: what each level allows, and what a change of phone takes away."""

import pytest

from channels.errors import CodeUnusable
from foundation import database, settings
from foundation.actor import Actor
from identity import access, levels, phones, realname
from identity.errors import NameMismatch, RealNameNeeded, RoleNeeded, UnknownIdType, WrongCreditCode
from identity.idnumber import Identity, IdType
from identity.level_errors import LevelNeeded, PhoneNeeded
from identity.levels import Act, Level
from tests.builders import identity as build

pytestmark = pytest.mark.usefixtures("db", "redis_db")


async def agrees(**_: object) -> bool:
    return True


async def denies(**_: object) -> bool:
    return False


def test_every_act_and_level_is_in_the_table() -> None:
    assert set(levels.NEEDED) == set(levels.ACT_NAMES) == set(Act)
    assert set(levels.NAMES) == set(Level)
    assert set(levels.STEPS) == set(Level) - {Level.NONE}


async def test_each_step_up_and_what_is_still_missing() -> None:
    citizen = await build.citizen(verified=False)
    by = Actor.citizen(citizen.id)
    standing = await levels.of(citizen.id)
    assert (standing.level, standing.next_step) == (Level.NONE, "绑定手机号")
    with pytest.raises(LevelNeeded) as refused:
        await levels.require(citizen.id, Act.MESSAGES)
    assert refused.value.detail == {"needed": "手机号已验证", "next": "绑定手机号"}
    await phones.keep(citizen_id=citizen.id, phone="13800000001", by=by)
    await levels.require(citizen.id, Act.MESSAGES)
    with pytest.raises(RealNameNeeded):
        await levels.require(citizen.id, Act.BOOK)
    await realname.verify(
        citizen_id=citizen.id, name="张三", id_type="id_card", number=build.id_number(), by=by, ask=agrees
    )
    await levels.require(citizen.id, Act.BOOK)
    with pytest.raises(LevelNeeded):
        await levels.require(citizen.id, Act.LEGAL_PERSON)
    with pytest.raises(NameMismatch):
        await levels.prove_phone(citizen_id=citizen.id, by=by, ask=denies)
    await levels.prove_phone(citizen_id=citizen.id, by=by, ask=agrees)
    await levels.require(citizen.id, Act.LEGAL_PERSON)


async def test_another_phone_proves_nothing_until_it_is_checked_itself() -> None:
    citizen = await build.citizen()
    by = Actor.citizen(citizen.id)
    await phones.keep(citizen_id=citizen.id, phone="13800000001", by=by)
    await levels.prove_phone(citizen_id=citizen.id, by=by, ask=agrees)
    await phones.keep(citizen_id=citizen.id, phone="13800000002", by=by)
    assert (await levels.of(citizen.id)).level == Level.NAME_AND_NUMBER
    await phones.keep(citizen_id=citizen.id, phone="13800000001", by=by)
    assert (await levels.of(citizen.id)).level == Level.WITH_PHONE


async def test_a_phone_that_was_only_told_is_marked_and_raises_nothing() -> None:
    citizen = await build.citizen()
    async with database.transaction():
        assert await phones.note(citizen_id=citizen.id, phone="13800000001", by=Actor.staff(1))
    known = await access.profile(citizen.id, seen_by=Actor.citizen(citizen.id))
    assert (known.phone, known.phone_verified) == ("13800000001", False)
    with pytest.raises(PhoneNeeded):
        await levels.prove_phone(citizen_id=citizen.id, by=Actor.citizen(citizen.id), ask=agrees)
    async with database.transaction():
        assert not await phones.note(citizen_id=citizen.id, phone="13800000009", by=Actor.staff(1))


async def test_a_window_proves_who_stands_there() -> None:
    citizen = await build.citizen()
    window = await access.staff_member(await build.staff(("window", "9901/")))
    finance = await access.staff_member(await build.staff(("finance", "")))
    assert window
    assert finance
    with pytest.raises(RoleNeeded):
        await levels.prove_in_person(citizen_id=citizen.id, staff=finance)
    assert (await levels.prove_in_person(citizen_id=citizen.id, staff=window)).level == Level.IN_PERSON


async def test_a_code_of_an_organisation_is_no_persons_number() -> None:
    citizen = await build.citizen(verified=False)
    by = Actor.citizen(citizen.id)
    code = Identity(IdType.CREDIT_CODE, "91110000600037341L")
    assert (code.birth_date, code.age()) == (None, None)
    with pytest.raises(WrongCreditCode):
        Identity(IdType.CREDIT_CODE, "91110000600037341M")
    given = {"name": "张三", "id_type": "credit_code", "number": code.number, "by": by, "ask": agrees}
    with pytest.raises(UnknownIdType):
        await realname.verify(citizen_id=citizen.id, **given)
    with pytest.raises(UnknownIdType):
        await realname.person(**given)


async def test_what_was_shown_once_serves_no_more_under_a_new_key(
    settings_env: settings.Settings, environment: dict[str, str]
) -> None:
    first, second = await build.citizen(), await build.citizen()
    given = {"phone": "13800000001", "shown": "alipay:{}"}
    await phones.keep(citizen_id=first.id, by=Actor.citizen(first.id), **given)
    keys = f"new:{'cd' * 16},{settings_env.secrets.fingerprint_keys}"
    settings.use(settings.load(environment | {"FINGERPRINT_KEYS": keys}))
    with pytest.raises(CodeUnusable):
        await phones.keep(citizen_id=second.id, by=Actor.citizen(second.id), **given)
