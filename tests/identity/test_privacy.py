import pytest

from foundation import crypto, database, personal_data, settings
from foundation.actor import Actor
from foundation.errors import Conflict
from identity import jobs, login, platforms, privacy, sessions
from identity.errors import NoSuchCitizen, NotYourRecord
from identity.models import Citizen, PlatformAccount
from identity.platforms import Holder
from tests.builders import identity as build
from tests.builders.identity import CodesOf

pytestmark = pytest.mark.usefixtures("db", "redis_db")


@pytest.fixture(autouse=True)
def _only_identity(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(personal_data, "collectors", {privacy.ROOM: personal_data.collectors[privacy.ROOM]})


async def test_what_we_hold_is_handed_over() -> None:
    number = build.id_number(9)
    citizen = await build.citizen(number=number, phone="13800000001")
    await build.account(citizen)

    async def export(citizen_id: int) -> list[int]:
        return [citizen_id]

    async def forget(citizen_id: int) -> None: ...

    personal_data.register("cases", export=export, forget=forget)
    held = await privacy.export(citizen_id=citizen.id, by=Actor.citizen(citizen.id))
    assert held["cases"] == [citizen.id]
    own = held["identity"]
    assert (own["name"], own["id_type"], own["id_number"]) == ("张三", "居民身份证", number)
    assert [one["platform"] for one in own["accounts"]] == ["wechat"]


async def test_forgetting_leaves_an_empty_row_and_no_way_in() -> None:
    platforms.use("wechat", CodesOf({"1": Holder("app", "o1"), "2": Holder("app", "o1")}))
    done = await login.with_platform(platform="wechat", code="1")
    await privacy.forget(citizen_id=done.citizen_id, by=Actor.citizen(done.citizen_id))
    row = await Citizen.get(id=done.citizen_id)
    assert (row.state, row.real_name_sealed, row.id_fingerprint, row.phone_sealed) == ("deleted", "", None, "")
    assert await PlatformAccount.all().count() == 0
    assert await sessions.who(done.token) is None
    assert (await login.with_platform(platform="wechat", code="2")).citizen_id != done.citizen_id
    with pytest.raises(NoSuchCitizen):
        await privacy.forget(citizen_id=done.citizen_id, by=Actor.citizen(done.citizen_id))


async def test_a_room_that_refuses_keeps_everything_as_it_was() -> None:
    citizen = await build.citizen()

    class RefundUnderWay(Conflict):
        """退款尚未到账。"""

    async def export(citizen_id: int) -> None: ...

    async def forget(citizen_id: int) -> None:
        await Citizen.filter(id=citizen_id).update(phone_sealed="changed")
        raise RefundUnderWay

    personal_data.register("payments", export=export, forget=forget)
    with pytest.raises(RefundUnderWay):
        await privacy.forget(citizen_id=citizen.id, by=Actor.citizen(citizen.id))
    row = await Citizen.get(id=citizen.id)
    assert (row.state, row.phone_sealed) == ("active", "")


async def test_only_ones_own() -> None:
    citizen, other = await build.citizen(), await build.citizen()
    for verb in (privacy.export, privacy.forget):
        with pytest.raises(NotYourRecord):
            await verb(citizen_id=citizen.id, by=Actor.citizen(other.id))


async def test_a_new_key_seals_everything_anew(settings_env: settings.Settings, environment: dict[str, str]) -> None:
    number = build.id_number(9)
    citizen = await build.citizen(number=number, phone="13800000001")
    old = settings_env.secrets
    settings.use(
        settings.load(
            environment
            | {
                "ENCRYPTION_KEYS": f"new:{'ab' * 16},{old.encryption_keys}",
                "FINGERPRINT_KEYS": f"new:{'cd' * 16},{old.fingerprint_keys}",
            }
        )
    )
    await jobs.reseal()
    row = await Citizen.get(id=citizen.id)
    assert row.real_name_sealed.startswith("new:")
    assert crypto.open_sealed(row.id_number_sealed) == number
    assert row.id_fingerprint == crypto.fingerprint(number, purpose="id_number")
    assert row.phone_fingerprint == crypto.fingerprint("13800000001", purpose="phone")
    before = row.real_name_sealed
    await jobs.reseal()
    assert (await Citizen.get(id=citizen.id)).real_name_sealed == before
    assert await database.fetchval("select count(*) from citizen") == 1
