"""亲友: who is taken along. Reviewer behaviour 23: minors without a document, passports and 港澳台 documents."""

from datetime import date, timedelta

import pytest
from tortoise.exceptions import IntegrityError

from foundation import clock, database
from foundation.actor import Actor
from identity import acting, delegation, family, privacy, realname
from identity.errors import NameMismatch, NotYourRecord, NumberHeldByAnother, RealNameNeeded, TooManyVerifications
from identity.family_errors import (
    AlreadyFamily,
    DoesNotWant,
    FamilyFull,
    FamilyNotFound,
    MinorTooOld,
    OneselfAsFamily,
    PersonUnknown,
    RelationUnknown,
    TooManyMinors,
)
from identity.family_models import FamilyMember
from identity.idnumber import Identity
from identity.models import Citizen
from tests.builders import identity as build
from tests.builders.identity import id_number

pytestmark = pytest.mark.usefixtures("db", "redis_db")

HMT = "81000019900101001"
PERMIT = HMT + build.ric.calc_check_digit(HMT + "0")
RESIDENCE = "91123419900101001"
RESIDENCE += build.ric.calc_check_digit(RESIDENCE + "0")


async def agrees(*, name: str, identity: Identity) -> bool:
    assert not database.in_a_transaction()
    return name != "不一致"


async def add(
    owner: Citizen, *, name: str = "李四", number: str = "", id_type: str = "id_card", by: Citizen | None = None
):
    return await family.add(
        owner_id=owner.id, relation="parent", name=name, id_type=id_type, number=number or id_number(),
        by=Actor.citizen((by or owner).id), ask=agrees,
    )  # fmt: skip


async def add_minor(owner: Citizen, *, name: str = "王小", born: date | None = None) -> int:
    born = born or clock.today() - timedelta(days=400)
    return await family.add_minor(owner_id=owner.id, name=name, born=born, by=Actor.citizen(owner.id))


async def test_a_member_with_a_document_is_the_citizen_of_that_identity() -> None:
    owner, number = await build.citizen(), id_number()
    known = await build.citizen(name="李四", number=number)
    await add(owner, number=number)
    (member,) = await family.of(owner.id)
    assert (member.citizen_id, member.name, member.minor) == (known.id, "李*", False)
    assert number not in member.number


async def test_a_new_person_is_one_citizen_whoever_registers_them_and_once_they_sign_in() -> None:
    owner, other, number = await build.citizen(), await build.citizen(), id_number()
    await add(owner, number=number)
    await add(other, number=number)
    ids = {one.citizen_id for one in [*await family.of(owner.id), *await family.of(other.id)]}
    assert len(ids) == 1
    (person,) = ids
    assert (await Citizen.get(id=person)).verified_at is not None
    newcomer = await build.citizen(verified=False)
    await build.account(newcomer)
    done = await realname.verify(
        citizen_id=newcomer.id, name="李四", id_type="id_card", number=number, by=Actor.citizen(newcomer.id), ask=agrees
    )
    assert (done.citizen_id, done.gone) == (person, newcomer.id)
    assert [one.owner_id for one in await family.lists_with(person)] == [owner.id, other.id]


@pytest.mark.parametrize(
    ("id_type", "number", "name"),
    [("hmt_permit", PERMIT, "陈大文"), ("residence", RESIDENCE, "MARIA SILVA"), ("passport", "E12345678", "JOHN DOE")],
)
async def test_every_kind_of_document(id_type: str, number: str, name: str) -> None:
    owner = await build.citizen()
    await add(owner, id_type=id_type, number=number, name=name)
    (member,) = await family.of(owner.id)
    assert (await Citizen.get(id=member.citizen_id)).id_type == id_type


async def test_a_passport_number_of_another_name_is_another_person() -> None:
    owner = await build.citizen()
    await add(owner, id_type="passport", number="E12345678", name="JOHN DOE")
    with pytest.raises(NumberHeldByAnother):
        await add(owner, id_type="passport", number="E12345678", name="JANE DOE")
    with pytest.raises(AlreadyFamily):
        await add(owner, id_type="passport", number="e1234 5678", name="john doe")


async def test_what_is_refused() -> None:
    owner = await build.citizen(number=id_number(7))
    with pytest.raises(OneselfAsFamily):
        await add(owner, name="张三", number=id_number(7))
    with pytest.raises(NameMismatch):
        await add(owner, name="不一致")
    with pytest.raises(NotYourRecord):
        await add(owner, by=await build.citizen())
    with pytest.raises(RealNameNeeded):
        await add(await build.citizen(verified=False))
    with pytest.raises(RelationUnknown):
        await family.add(
            owner_id=owner.id, relation="boss", name="李四", id_type="id_card", number=id_number(),
            by=Actor.citizen(owner.id), ask=agrees,
        )  # fmt: skip
    assert await family.of(owner.id) == []


async def test_the_list_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    owner = await build.citizen()
    monkeypatch.setattr(family, "MOST", 2)
    first = await add(owner)
    await add_minor(owner)
    for refused in (add(owner), add_minor(owner, name="王大")):
        with pytest.raises(FamilyFull):
            await refused
    await family.remove(family_id=first, by=Actor.citizen(owner.id))
    await add(owner)


async def test_guessing_whose_a_number_is_ends_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    owner, number = await build.citizen(), id_number()
    monkeypatch.setattr(realname, "PER_REGISTRAR", (2, 86400))
    for _ in range(2):
        with pytest.raises(NameMismatch):
            await add(owner, name="不一致", number=number)
    with pytest.raises(TooManyVerifications):
        await add(owner, name="李四", number=number)


async def test_a_minor_without_a_document_is_known_through_the_guardian() -> None:
    guardian = await build.citizen()
    await add_minor(guardian)
    (child,) = await family.of(guardian.id)
    assert (child.name, child.number, child.minor) == ("王小", "", True)
    row = await Citizen.get(id=child.citizen_id)
    assert (row.guardian_id, row.verified_at) == (guardian.id, None)  # type: ignore[attr-defined]
    with pytest.raises(AlreadyFamily):
        await add_minor(guardian)
    await add_minor(guardian, name="王小小")


async def test_nobody_of_age_comes_without_a_document() -> None:
    guardian, today = await build.citizen(), clock.today()
    for born in (today + timedelta(days=1), family._of_age(today).replace(year=today.year - 16)):
        with pytest.raises(MinorTooOld):
            await add_minor(guardian, born=born)
    almost = family._of_age(today).replace(year=today.year - 16) + timedelta(days=3)
    await add_minor(guardian, born=almost)
    (child,) = await family.of(guardian.id)
    birthday = family._of_age(almost)
    async with database.transaction():
        assert await family.hold(owner=guardian.id, member=child.citizen_id, day=birthday - timedelta(days=1))
        assert not await family.hold(owner=guardian.id, member=child.citizen_id, day=birthday)


def test_born_on_a_29_february() -> None:
    assert family._of_age(date(2012, 2, 29)) == date(2028, 2, 29)
    assert family._of_age(date(2012, 3, 1)) == date(2028, 3, 1)


async def test_minors_without_documents_are_few(monkeypatch: pytest.MonkeyPatch) -> None:
    guardian = await build.citizen()
    for nth in range(family.MOST_MINORS):
        await add_minor(guardian, name="王" + "一二三四"[nth])
    with pytest.raises(TooManyMinors):
        await add_minor(guardian, name="王五")


async def test_who_is_on_a_list_may_object_for_good() -> None:
    owner, stranger, number = await build.citizen(), await build.citizen(), id_number()
    person = await build.citizen(name="李四", number=number)
    listed = await add(owner, number=number)
    for verb in (family.refuse, family.remove):
        with pytest.raises(FamilyNotFound):
            await verb(family_id=listed, by=Actor.citizen(stranger.id))
    assert await acting.looks_after(agent=owner.id, person=person.id)
    await family.refuse(family_id=listed, by=Actor.citizen(person.id))
    assert not await acting.looks_after(agent=owner.id, person=person.id)
    assert await family.of(owner.id) == []
    with pytest.raises(DoesNotWant):
        await add(owner, number=number)


async def test_who_is_removed_is_still_looked_after_and_may_come_back() -> None:
    owner, number = await build.citizen(), id_number()
    listed = await add(owner, number=number)
    (member,) = await family.of(owner.id)
    await family.remove(family_id=listed, by=Actor.citizen(owner.id))
    assert await acting.looks_after(agent=owner.id, person=member.citizen_id)
    async with database.transaction():
        with pytest.raises(PersonUnknown):
            await acting.hold(agent=owner.id, person=member.citizen_id, day=clock.today())
    assert await add(owner, number=number) == listed
    async with database.transaction():
        assert await acting.hold(agent=owner.id, person=member.citizen_id, day=clock.today()) == "family"


async def test_everybody_one_may_book_for_is_listed_once() -> None:
    owner, mother, number = await build.citizen(), await build.citizen(name="李四"), id_number()
    until = clock.today() + timedelta(days=3)
    for scope in ("book", "pay"):
        await delegation.grant(
            principal_id=mother.id, agent_id=owner.id, scope=[scope], until=until, by=Actor.citizen(mother.id)
        )
    known = await build.citizen(name="王五", number=number)
    await delegation.grant(
        principal_id=known.id, agent_id=owner.id, scope=["book"], until=until, by=Actor.citizen(known.id)
    )
    await add(owner, number=number, name="王五")
    await add_minor(owner)
    people = await acting.people_of(owner.id)
    assert [(one.name, one.tie) for one in people] == [
        ("张*", "self"), ("王*", "principal"), ("李*", "principal"), ("王小", "minor")
    ]  # fmt: skip


async def test_lists_become_one_when_two_accounts_do() -> None:
    number = id_number()
    elder, younger = await build.citizen(verified=False), await build.citizen(number=number)
    other = await build.citizen(name="赵六")
    shared = id_number()
    await add(younger, number=shared)
    await add_minor(younger)
    await add(other, number=number, name="张三")
    await realname.verify(
        citizen_id=elder.id, name="张三", id_type="id_card", number=number, by=Actor.citizen(elder.id), ask=agrees
    )
    assert [one.minor for one in await family.of(elder.id)] == [False, True]
    assert await family.minors_of(elder.id)
    assert [one.citizen_id for one in await family.of(other.id)] == [elder.id]


@pytest.mark.parametrize(("kept", "gone", "left"), [
    ("active", "refused", "refused"), ("refused", "active", "refused"), ("removed", "active", "active"),
    ("active", "removed", "active"), ("active", "active", "active"), (None, "active", "active"),
])  # fmt: skip
async def test_of_two_entries_of_one_pair_the_objection_stays(kept: str | None, gone: str, left: str) -> None:
    number = id_number()
    elder, younger, owner = (
        await build.citizen(verified=False),
        await build.citizen(number=number),
        await build.citizen(),
    )
    for member, state in ((elder, kept), (younger, gone)):
        if state:
            ended = None if state == "active" else clock.now()
            await FamilyMember.create(owner=owner, member=member, relation="other", state=state, ended_at=ended)
            await FamilyMember.create(owner=member, member=owner, relation="other", state=state, ended_at=ended)
    await realname.verify(
        citizen_id=elder.id, name="张三", id_type="id_card", number=number, by=Actor.citizen(elder.id), ask=agrees
    )
    rows = await FamilyMember.all().values_list("owner_id", "member_id", "state")
    assert sorted(rows) == sorted([(owner.id, elder.id, left), (elder.id, owner.id, left)])


async def test_what_is_held_of_family_is_handed_over_and_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    from foundation import personal_data

    monkeypatch.setattr(personal_data, "collectors", {privacy.ROOM: personal_data.collectors[privacy.ROOM]})
    guardian, other, number = await build.citizen(), await build.citizen(name="赵六"), id_number()
    me = Actor.citizen(guardian.id)
    await add(guardian, number=number)
    await add_minor(guardian)
    await FamilyMember.create(owner=other, member=guardian, relation="other")
    (minor_id,) = await family.minors_of(guardian.id)
    held = (await privacy.export(citizen_id=guardian.id, by=me))["identity"]
    assert [(one["name"], one["relation"]) for one in held["family"]] == [("李*", "父母"), ("王小", "子女")]
    assert number not in str(held["family"])
    await privacy.forget(citizen_id=guardian.id, by=me)
    assert await FamilyMember.all().count() == 0
    child = await Citizen.get(id=minor_id)
    assert (child.state, child.real_name_sealed) == ("deleted", "")


async def test_the_database_has_the_last_word() -> None:
    guardian = await build.citizen()
    await add_minor(guardian)
    (child,) = await family.minors_of(guardian.id)
    for broken in (
        Citizen.filter(id=child).update(guardian_id=child),
        Citizen.filter(id=child).update(
            verified_at=clock.now(), id_fingerprint="f", id_number_sealed="s", id_type="id_card"
        ),
        FamilyMember.create(owner=guardian, member=guardian, relation="other"),
        FamilyMember.create(owner=guardian, member_id=child, relation="child"),
        FamilyMember.filter(member_id=child).update(state="gone"),
        FamilyMember.filter(member_id=child).update(state="removed"),
    ):
        with pytest.raises(IntegrityError):
            await broken
