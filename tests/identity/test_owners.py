"""Whose records are, for many at once: the same as asked one by one."""

import asyncio

import pytest

from foundation import crypto, database
from foundation.actor import Actor
from identity import owners, realname
from identity.idnumber import Identity
from tests.builders import identity as people
from tests.builders.locks import until_somebody_waits

pytestmark = pytest.mark.usefixtures("db")


async def a_traveller(name: str, passport: Identity) -> int:
    citizen = await people.citizen(name=name)
    citizen.id_type, citizen.id_fingerprint = "passport", passport.fingerprint
    citizen.id_number_sealed = crypto.seal(passport.number)
    await citizen.save()
    return int(citizen.id)


async def test_many_at_once_are_found_as_one_by_one():
    known, unknown = people.id_number(), people.id_number()
    citizen = await people.citizen(number=known)
    passport = Identity.of("passport", "E12345678")
    traveller = await a_traveller("LI SI", passport)
    asked = [
        (Identity.of("id_card", known), "张三"), (Identity.of("id_card", unknown), "张三"),
        (Identity.of("id_card", known), "李四"), (passport, "Li  Si"), (passport, "WANG WU"),
    ]  # fmt: skip
    async with database.transaction():
        found = await owners.of(asked)
        assert found == [await realname.owner_of(identity, name=name) for identity, name in asked]
    assert found == [citizen.id, None, citizen.id, traveller, None]


async def test_nobody_is_verified_while_their_records_are_being_written():
    number, citizen = people.id_number(), await people.citizen(verified=False)
    identity = Identity.of("id_card", number)
    written = asyncio.Event()

    async def believe(**_: object) -> bool:
        return True

    async def verify() -> None:
        await written.wait()
        who = {"citizen_id": citizen.id, "name": "张三", "id_type": "id_card", "number": number}
        await realname.verify(**who, by=Actor.citizen(citizen.id), ask=believe)

    verifying = asyncio.create_task(verify())  # outside of the transaction below
    async with database.transaction():
        assert await owners.of([(identity, "张三"), (Identity.of("id_card", people.id_number()), "李四")]) == [
            None,
            None,
        ]
        written.set()
        await until_somebody_waits(verifying)
        assert not verifying.done()
    await verifying
    async with database.transaction():
        assert await owners.of([(identity, "张三")]) == [citizen.id]
