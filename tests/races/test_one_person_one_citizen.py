"""WeChat and Alipay of one person, signed in or verified at the same moment, are one citizen.

Each lock has a negative control: without it the same race goes wrong.
"""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest

from foundation import database
from foundation.actor import Actor
from identity import login, platforms, realname
from identity.idnumber import Identity
from identity.models import Citizen, PlatformAccount
from identity.platforms import Holder, Via
from tests.builders import identity as build
from tests.builders.identity import CodesOf

pytestmark = pytest.mark.usefixtures("db", "redis_db")
ROUNDS = 8


class Together:
    """Lets nobody go on before `number` have come; later ones pass."""

    def __init__(self, number: int) -> None:
        self._missing, self._open = number, asyncio.Event()

    async def wait(self) -> None:
        self._missing -= 1
        if self._missing <= 0:
            self._open.set()
        await self._open.wait()


async def verified_at_once(*citizens: Citizen, number: str) -> list[object]:
    gate = Together(len(citizens))

    async def ask(*, name: str, identity: Identity) -> bool:
        await gate.wait()
        return True

    return await asyncio.gather(
        *(
            realname.verify(
                citizen_id=one.id, name="张三", id_type="id_card", number=number, by=Actor.citizen(one.id), ask=ask
            )
            for one in citizens
        ),
        return_exceptions=True,
    )


async def test_verified_at_the_same_moment_they_become_one() -> None:
    for nth in range(1, ROUNDS + 1):
        people = [await build.citizen(verified=False) for _ in range(4)]
        number = build.id_number(nth, born="19850101")
        for person, platform in zip(people, ("wechat", "alipay", "wechat", "alipay"), strict=True):
            await build.account(person, platform=platform)
        done = await verified_at_once(*people, number=number)
        assert all(isinstance(one, realname.Verified) for one in done), done
        ids = [one.id for one in people]
        assert await Citizen.filter(id__in=ids, state="active").values_list("id", flat=True) == [min(ids)]
        assert await PlatformAccount.filter(citizen_id=min(ids)).count() == 4


@pytest.fixture
async def _without_the_index(db: None) -> AsyncIterator[None]:
    definition = await database.fetchval("select indexdef from pg_indexes where indexname = 'citizen_one_per_number'")
    await database.execute("drop index citizen_one_per_number")
    yield
    await database.execute("update citizen set state = 'active', id_fingerprint = null, verified_at = null")
    await database.execute(definition)


async def nothing(*_: object) -> None: ...


def without_the_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Verifying with the lock off: both look for the other before either is there."""
    meeting, found = Together(2), realname.citizen_with

    async def looked_at_once(identity: Identity) -> int | None:
        answer = await found(identity)
        await meeting.wait()
        return answer

    monkeypatch.setattr(realname, "lock_number", nothing)
    monkeypatch.setattr(realname, "citizen_with", looked_at_once)


@pytest.mark.usefixtures("_without_the_index")
async def test_negative_control_without_lock_and_index_they_stay_two(monkeypatch: pytest.MonkeyPatch) -> None:
    people = [await build.citizen(verified=False) for _ in range(2)]
    without_the_lock(monkeypatch)
    await verified_at_once(*people, number=build.id_number(1))
    assert await Citizen.filter(state="active", verified_at__isnull=False).count() == 2


async def test_negative_control_without_the_lock_the_index_has_the_last_word(monkeypatch: pytest.MonkeyPatch) -> None:
    people = [await build.citizen(verified=False) for _ in range(2)]
    without_the_lock(monkeypatch)
    done = await verified_at_once(*people, number=build.id_number(1))
    assert sum(isinstance(one, Exception) for one in done) == 1
    assert await Citizen.filter(state="active", verified_at__isnull=False).count() == 1


async def test_one_account_verified_as_two_people_at_once_is_one_of_them() -> None:
    citizen, gate = await build.citizen(verified=False), Together(2)

    async def ask(*, name: str, identity: Identity) -> bool:
        await gate.wait()
        return True

    numbers = [build.id_number(nth) for nth in (1, 2)]
    done = await asyncio.gather(
        *(
            realname.verify(
                citizen_id=citizen.id, name="张三", id_type="id_card", number=one, by=Actor.citizen(citizen.id), ask=ask
            )
            for one in numbers
        ),
        return_exceptions=True,
    )
    assert sorted(type(one).__name__ for one in done) == ["AlreadyVerified", "Verified"]


class Everybody:
    """A platform at which every code is the same phone."""

    def __init__(self, *holders: Holder) -> None:
        self._holders, self._gate = list(holders), Together(len(holders))

    async def holder(self, *, code: str, via: Via) -> Holder:
        await self._gate.wait()
        return self._holders[int(code)]

    phone, authorize_address, aclose = CodesOf.phone, CodesOf.authorize_address, CodesOf.aclose


async def signed_in_at_once(*holders: Holder) -> list[object]:
    platforms.use("wechat", Everybody(*holders))  # type: ignore[arg-type]
    return await asyncio.gather(
        *(login.with_platform(platform="wechat", code=str(nth)) for nth in range(len(holders))),
        return_exceptions=True,
    )


async def test_two_sign_ins_at_once_make_one_account() -> None:
    for nth in range(ROUNDS):
        done = await signed_in_at_once(*[Holder("app", f"o{nth}")] * 5)
        assert all(isinstance(one, login.SignedIn) for one in done), done
        assert await PlatformAccount.all().count() == nth + 1
        assert await Citizen.all().count() == nth + 1


async def test_mini_program_and_web_page_of_one_wechat_at_once_make_one_citizen() -> None:
    for nth in range(ROUNDS):
        done = await signed_in_at_once(Holder("mini", f"m{nth}", f"u{nth}"), Holder("web", f"w{nth}", f"u{nth}"))
        assert all(isinstance(one, login.SignedIn) for one in done), done
        assert await Citizen.all().count() == nth + 1
    assert await PlatformAccount.all().count() == 2 * ROUNDS


async def test_negative_control_without_the_lock_one_wechat_makes_two_citizens(monkeypatch: pytest.MonkeyPatch) -> None:
    looked, made, find = Together(2), Together(2), login._find
    monkeypatch.setattr(login, "_lock_person", nothing)

    async def found_at_once(platform: platforms.Name, holder: Holder) -> asyncpg.Record | None:
        """Both look before either makes, and neither commits before both have made."""
        answer = await find(platform, holder)
        if database.in_a_transaction():
            await (looked if answer is None else made).wait()
        return answer

    monkeypatch.setattr(login, "_find", found_at_once)
    await signed_in_at_once(Holder("mini", "m", "u"), Holder("web", "w", "u"))
    assert await Citizen.all().count() == 2


async def test_without_the_lock_the_unique_index_still_keeps_one_account(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(login, "_lock_person", nothing)
    done = await signed_in_at_once(Holder("app", "o1"), Holder("app", "o1"))
    assert all(isinstance(one, login.SignedIn) for one in done), done
    assert await PlatformAccount.all().count() == 1
    assert await Citizen.all().count() == 1
