from datetime import timedelta

import pytest

from foundation import clock, crypto, database
from foundation.actor import Actor
from identity import delegation, login, platforms, realname, sessions
from identity.errors import (
    AlreadyVerified,
    NameFault,
    NameMismatch,
    NoSuchCitizen,
    NumberHeldByAnother,
    TooManyVerifications,
    VerifierUnavailable,
    WrongCheckDigit,
)
from identity.idnumber import Identity
from identity.models import Citizen, PlatformAccount
from identity.platforms import Holder
from tests.builders import identity as build
from tests.builders.identity import CodesOf, id_number

pytestmark = pytest.mark.usefixtures("db", "redis_db")
NUMBER = id_number(1)


class Registry:
    """The verifier: who is who, and how often it was asked."""

    def __init__(self, **names: str) -> None:
        self.names, self.asked = {NUMBER: "张三", **names}, 0

    async def __call__(self, *, name: str, identity: Identity) -> bool:
        assert not database.in_a_transaction()
        self.asked += 1
        return self.names.get(identity.number) == name


async def verify(citizen: Citizen, *, name: str = "张三", number: str = NUMBER, ask: Registry | None = None) -> int:
    done = await realname.verify(
        citizen_id=citizen.id,
        name=name,
        id_type="id_card",
        number=number,
        by=Actor.citizen(citizen.id),
        ask=ask or Registry(),
    )
    return done.citizen_id


async def events() -> list[str]:
    rows = await database.fetch("select args->>'kind' as kind from procrastinate_jobs order by id")
    return [row["kind"] for row in rows]


async def test_a_name_and_a_number_that_fit() -> None:
    citizen = await build.citizen(verified=False)
    assert await verify(citizen, name=" 张 三 ", number=f" {NUMBER} ") == citizen.id
    await citizen.refresh_from_db()
    assert crypto.open_sealed(citizen.real_name_sealed) == "张三"
    assert crypto.open_sealed(citizen.id_number_sealed) == NUMBER
    assert NUMBER not in citizen.id_number_sealed + str(citizen.id_fingerprint)
    assert citizen.verified_at is not None
    assert await events() == ["CitizenVerified"]
    assert await realname.citizen_with(Identity.of("id_card", NUMBER)) == citizen.id


async def test_a_wrong_number_is_refused_before_anybody_is_asked() -> None:
    citizen, registry = await build.citizen(verified=False), Registry()
    with pytest.raises(WrongCheckDigit):
        await verify(citizen, number=NUMBER[:-1] + ("0" if NUMBER[-1] != "0" else "1"), ask=registry)
    for name in ("", "张", "张三<script>", "1234", "张三" * 40):
        with pytest.raises(NameFault):
            await verify(citizen, name=name, ask=registry)
    assert registry.asked == 0


async def test_a_wrong_name_changes_nothing() -> None:
    citizen = await build.citizen(verified=False)
    with pytest.raises(NameMismatch) as refusal:
        await verify(citizen, name="李四")
    assert NUMBER not in str(refusal.value.as_dict())
    await citizen.refresh_from_db()
    assert (citizen.verified_at, citizen.id_fingerprint, citizen.real_name_sealed) == (None, None, "")


async def test_guesses_are_limited_per_citizen_and_per_number() -> None:
    registry = Registry()
    citizen = await build.citizen(verified=False)
    for _ in range(realname.PER_CITIZEN[0]):
        with pytest.raises(NameMismatch):
            await verify(citizen, name="李四", ask=registry)
    with pytest.raises(TooManyVerifications) as refusal:
        await verify(citizen, ask=registry)
    assert refusal.value.retry_after
    others = [await build.citizen(verified=False) for _ in range(realname.PER_NUMBER[0] - realname.PER_CITIZEN[0])]
    for other in others:
        with pytest.raises(NameMismatch):
            await verify(other, name="李四", ask=registry)
    with pytest.raises(TooManyVerifications):
        await verify(await build.citizen(verified=False), ask=registry)
    assert registry.asked == realname.PER_NUMBER[0]


async def test_the_verifier_gone_is_503_and_changes_nothing() -> None:
    citizen = await build.citizen(verified=False)
    with pytest.raises(VerifierUnavailable) as refusal:
        await realname.verify(
            citizen_id=citizen.id, name="张三", id_type="id_card", number=NUMBER, by=Actor.citizen(citizen.id)
        )
    assert (refusal.value.status, refusal.value.retry_after) == (503, 30)
    await citizen.refresh_from_db()
    assert citizen.verified_at is None


async def test_verified_once_and_for_all() -> None:
    citizen, registry = await build.citizen(number=NUMBER), Registry()
    assert await verify(citizen, ask=registry) == citizen.id
    with pytest.raises(AlreadyVerified):
        await verify(citizen, number=id_number(2), ask=registry)
    assert registry.asked == 0


async def test_unknown_and_gone_citizens() -> None:
    citizen = await build.citizen(verified=False)
    await Citizen.filter(id=citizen.id).update(state="deleted")
    with pytest.raises(NoSuchCitizen):
        await verify(citizen)


async def signed_in(openid: str, platform: platforms.Name) -> login.SignedIn:
    platforms.use(platform, CodesOf({"code": Holder("app", openid)}))
    return await login.with_platform(platform=platform, code="code")


async def test_wechat_and_alipay_of_one_person_become_one_citizen() -> None:
    wechat, alipay = await signed_in("o1", "wechat"), await signed_in("a1", "alipay")
    assert wechat.citizen_id != alipay.citizen_id
    await verify(await Citizen.get(id=wechat.citizen_id))
    kept = await verify(await Citizen.get(id=alipay.citizen_id))
    assert kept == wechat.citizen_id
    assert await PlatformAccount.filter(citizen_id=kept).count() == 2
    gone = await Citizen.get(id=alipay.citizen_id).select_related("merged_into")
    assert gone.state == "merged"
    assert gone.merged_into is not None
    assert gone.merged_into.id == kept
    assert await events() == ["CitizenVerified", "CitizensMerged"]
    for token in (wechat.token, alipay.token):
        session = await sessions.who(token)
        assert session is not None
        assert session.citizen_id == kept
    assert (await signed_in("a1", "alipay")).citizen_id == kept


async def test_the_elder_stays_even_when_the_younger_was_verified_first() -> None:
    elder = await build.citizen(verified=False)
    younger = await build.citizen(number=NUMBER, phone="13800000001")
    assert await verify(elder) == elder.id
    await elder.refresh_from_db()
    await younger.refresh_from_db()
    assert crypto.open_sealed(elder.real_name_sealed) == "张三"
    assert crypto.open_sealed(elder.phone_sealed) == "13800000001"
    assert (younger.state, younger.id_fingerprint, younger.real_name_sealed) == ("merged", None, "")
    assert await events() == ["CitizensMerged", "CitizenVerified"]


async def test_three_accounts_point_straight_at_the_one_who_stays() -> None:
    eldest, middle, youngest = [await build.citizen(verified=False) for _ in range(3)]
    assert await verify(youngest) == youngest.id
    assert await verify(middle) == middle.id
    assert await verify(eldest) == eldest.id
    assert await Citizen.filter(merged_into_id=eldest.id).count() == 2
    assert await Citizen.filter(state="active").count() == 1


async def test_delegations_move_and_none_is_left_to_oneself() -> None:
    elder, friend = await build.citizen(number=NUMBER), await build.citizen(name="李四")
    younger = await build.citizen(verified=False)
    until = clock.today() + timedelta(days=5)
    await delegation.grant(
        principal_id=friend.id, agent_id=elder.id, scope=["book"], until=until, by=Actor.citizen(friend.id)
    )
    await verify(younger)
    assert await delegation.may_act(agent=elder.id, principal=friend.id, scope="book")


async def test_one_passport_number_of_two_countries_is_two_people() -> None:
    first, second = await build.citizen(verified=False), await build.citizen(verified=False)

    async def anybody(*, name: str, identity: Identity) -> bool:
        return True

    async def with_passport(citizen: Citizen, name: str) -> None:
        await realname.verify(
            citizen_id=citizen.id,
            name=name,
            id_type="passport",
            number="E12345678",
            by=Actor.citizen(citizen.id),
            ask=anybody,
        )

    await with_passport(first, "Zhang San")
    with pytest.raises(NumberHeldByAnother):
        await with_passport(second, "Li Si")
    assert await Citizen.filter(state="active").count() == 2


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("张三", "张三"),
        (" 张　三 ", "张三"),
        ("古丽•努尔", "古丽·努尔"),
        ("Zhang   San", "Zhang San"),
        ("O'Neil Jr.", "O'Neil Jr."),
    ],
)
def test_names_are_kept_as_documents_print_them(typed: str, kept: str) -> None:
    assert realname.clean_name(typed) == kept


def test_names_are_masked() -> None:
    assert [realname.masked_name(one) for one in ("张三", "欧阳小明", "买买提·吐尔逊", "")] == [
        "张*",
        "欧***",
        "买****",
        "",
    ]
