import asyncio
import hashlib
import re

import pytest

from channels.errors import CodeUnusable
from foundation import audit, crypto, database
from foundation.actor import Actor
from identity import login, phones, platforms, sessions
from identity.errors import NoSuchCitizen, PhoneFault
from identity.models import Citizen, PlatformAccount
from identity.platforms import Holder
from tests.builders import identity as build
from tests.builders.identity import CodesOf

pytestmark = pytest.mark.usefixtures("db", "redis_db")


def given(*holders: Holder, name: platforms.Name = "wechat", phones: dict[str, str] | None = None) -> None:
    platforms.use(name, CodesOf({f"code{nth}": holder for nth, holder in enumerate(holders, 1)}, phones or {}))


async def test_the_first_sign_in_makes_a_citizen_and_the_next_finds_them() -> None:
    given(Holder("app", "o1"), Holder("app", "o1"))
    first = await login.with_platform(platform="wechat", code="code1", device="iPhone")
    second = await login.with_platform(platform="wechat", code="code2")
    assert (first.first_time, second.first_time) == (True, False)
    assert first.citizen_id == second.citizen_id
    assert not first.real_name_done
    assert first.token != second.token
    session = await sessions.who(first.token)
    assert session is not None
    assert (session.citizen_id, session.account_id, session.platform) == (first.citizen_id, first.account_id, "wechat")


async def test_a_mark_is_the_same_for_a_citizen_and_tells_nothing_of_them() -> None:
    given(Holder("app", "o1"), Holder("app", "o1"), Holder("app", "o2"))
    first, again, other = [await login.with_platform(platform="wechat", code=f"code{nth}") for nth in (1, 2, 3)]
    assert first.mark == again.mark != other.mark
    assert re.fullmatch(r"[0-9a-f]{16}", first.mark)
    assert first.mark != hashlib.sha256(str(first.citizen_id).encode()).hexdigest()[:16]  # nobody can count it out


async def test_a_code_works_once() -> None:
    given(Holder("app", "o1"))
    await login.with_platform(platform="wechat", code="code1")
    with pytest.raises(CodeUnusable) as refusal:
        await login.with_platform(platform="wechat", code="code1")
    assert refusal.value.status == 401


async def test_the_same_openid_at_another_platform_or_app_is_somebody_else() -> None:
    given(Holder("app", "o1"), Holder("other", "o1"))
    given(Holder("app", "o1"), name="alipay")
    ids = {
        (await login.with_platform(platform="wechat", code="code1")).citizen_id,
        (await login.with_platform(platform="wechat", code="code2")).citizen_id,
        (await login.with_platform(platform="alipay", code="code1")).citizen_id,
    }
    assert len(ids) == 3


async def test_one_union_id_in_two_wechat_apps_is_one_citizen() -> None:
    given(
        Holder("mini", "o1", "u1"), Holder("official", "o2", "u1"), Holder("mini", "o3", ""), Holder("mini", "o4", "")
    )
    ids = [(await login.with_platform(platform="wechat", code=f"code{nth}")).citizen_id for nth in (1, 2, 3, 4)]
    assert ids[0] == ids[1]
    assert len(set(ids)) == 3


async def test_a_verified_citizen_is_told_so() -> None:
    citizen = await build.citizen()
    await build.account(citizen, openid="o1")
    given(Holder("", "o1"))
    assert (await login.with_platform(platform="wechat", code="code1")).real_name_done


async def test_joining_is_audited_without_the_openid() -> None:
    given(Holder("app", "o-secret"))
    done = await login.with_platform(platform="wechat", code="code1")
    row = await database.fetchrow("select * from audit_row where action = 'account.joined'")
    assert row is not None
    assert row["subject"] == f"citizen:{done.citizen_id}"
    assert "o-secret" not in str(dict(row))


async def test_a_failed_join_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: object, **__: object) -> None:
        raise RuntimeError("power cut")

    monkeypatch.setattr(audit, "record", broken)
    given(Holder("app", "o1"))
    with pytest.raises(RuntimeError):
        await login.with_platform(platform="wechat", code="code1")
    assert await Citizen.all().count() == 0
    assert await PlatformAccount.all().count() == 0


async def test_a_phone_is_kept_sealed_and_shown_masked() -> None:
    citizen = await build.citizen()
    given(phones={"p1": "13800000001"})
    by = Actor.citizen(citizen.id)
    assert await phones.bind(citizen_id=citizen.id, platform="wechat", code="p1", by=by) == "138****0001"
    await citizen.refresh_from_db()
    assert "13800000001" not in citizen.phone_sealed
    assert crypto.open_sealed(citizen.phone_sealed) == "13800000001"
    assert citizen.phone_fingerprint == crypto.fingerprint("13800000001", purpose="phone")


async def test_phone_refusals() -> None:
    citizen = await build.citizen()
    by = Actor.citizen(citizen.id)
    for phone in ("12345", "2380000000١", "13800000001\n", ""):
        with pytest.raises(PhoneFault):
            await phones.keep(citizen_id=citizen.id, phone=phone, by=by)
    with pytest.raises(NoSuchCitizen):
        await phones.keep(citizen_id=citizen.id + 1, phone="13800000001", by=by)


async def test_many_different_people_at_once() -> None:
    given(*(Holder("app", f"o{nth}") for nth in range(20)))
    done = await asyncio.gather(*(login.with_platform(platform="wechat", code=f"code{nth}") for nth in range(1, 21)))
    assert len({one.citizen_id for one in done}) == 20
