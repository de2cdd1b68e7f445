"""Signing in, binding a phone and real names over the wire: our channels on one side, the sandbox on the other."""

from collections.abc import Iterator

import httpx
import pytest

from channels.errors import CodeUnusable, RiskyAccount
from foundation import settings
from foundation.actor import Actor
from identity import levels, login, phones, platforms, realname, verifier
from identity.errors import NameMismatch, RealNameNeeded, VerifierUnavailable
from identity.levels import Level
from identity.models import Citizen, PlatformAccount
from tests.channels.sandbox_process import running

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("db", "redis_db")]

ZHANGSAN, NUMBER = "oDEMO-zhangsan-000000000001", "110105198001010016"
ALIPAY_ZHANGSAN = "0demo-zhangsan-0000000000000000000000000000001"


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, dict[str, str]]]:
    with running(tmp_path_factory.mktemp("sandbox")) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(
    started: tuple[str, dict[str, str]], environment: dict[str, str], settings_env: settings.Settings
) -> Iterator[httpx.Client]:
    url, env = started
    settings.use(settings.load(environment | env | {"REALNAME_URL": url}))
    with httpx.Client(base_url=url, trust_env=False) as http:
        http.post("/sandbox/reset", json={}).raise_for_status()
        yield http


@pytest.fixture(autouse=True)
async def _lines_closed(sandbox: httpx.Client) -> object:
    yield
    await platforms.stop()
    await verifier.stop()


def code(sandbox: httpx.Client, kind: str, account: str) -> str:
    answer = sandbox.post(f"/sandbox/{kind}/code", json={"openid": account})
    answer.raise_for_status()
    return str(answer.json()["code"])


async def verify(citizen_id: int, name: str = "张三") -> realname.Verified:
    by = Actor.citizen(citizen_id)
    return await realname.verify(citizen_id=citizen_id, name=name, id_type="id_card", number=NUMBER, by=by)


async def test_wechat_and_alipay_of_zhangsan_become_one_citizen(sandbox: httpx.Client) -> None:
    given = code(sandbox, "wechat", ZHANGSAN)
    wechat = await login.with_platform(platform="wechat", code=given)
    with pytest.raises(CodeUnusable):
        await login.with_platform(platform="wechat", code=given)
    alipay = await login.with_platform(platform="alipay", code=code(sandbox, "alipay", ALIPAY_ZHANGSAN))
    assert wechat.citizen_id != alipay.citizen_id
    await verify(wechat.citizen_id)
    assert await verify(alipay.citizen_id) == realname.Verified(wechat.citizen_id, alipay.citizen_id)
    openids = await PlatformAccount.filter(citizen_id=wechat.citizen_id).values_list("openid", flat=True)
    assert set(openids) == {ZHANGSAN, ALIPAY_ZHANGSAN}


async def test_a_phone_is_bound(sandbox: httpx.Client) -> None:
    done = await login.with_platform(platform="wechat", code=code(sandbox, "wechat", ZHANGSAN))
    shown = await phones.bind(
        citizen_id=done.citizen_id,
        platform="wechat",
        code=code(sandbox, "phone", ZHANGSAN),
        by=Actor.citizen(done.citizen_id),
    )
    assert shown == "138****0001"


async def test_another_name_does_not_fit(sandbox: httpx.Client) -> None:
    done = await login.with_platform(platform="wechat", code=code(sandbox, "wechat", ZHANGSAN))
    with pytest.raises(NameMismatch):
        await verify(done.citizen_id, name="李四")
    assert await Citizen.filter(verified_at__isnull=False).count() == 0


async def test_a_secret_the_verifier_does_not_know(
    sandbox: httpx.Client, environment: dict[str, str], started: tuple[str, dict[str, str]]
) -> None:
    done = await login.with_platform(platform="wechat", code=code(sandbox, "wechat", ZHANGSAN))
    url, env = started
    settings.use(settings.load(environment | env | {"REALNAME_URL": url, "REALNAME_SECRET": "another"}))
    with pytest.raises(VerifierUnavailable):
        await verify(done.citizen_id)


async def alipay_phone(sandbox: httpx.Client, **asked: object) -> str:
    answer = sandbox.post("/sandbox/alipay/phone", json={"open_id": ALIPAY_ZHANGSAN, **asked})
    answer.raise_for_status()
    return answer.text


async def test_a_phone_is_bound_by_alipay_and_what_was_shown_serves_once(sandbox: httpx.Client) -> None:
    done = await login.with_platform(platform="alipay", code=code(sandbox, "alipay", ALIPAY_ZHANGSAN))
    other = await login.with_platform(platform="wechat", code=code(sandbox, "wechat", "oMADE-another"))
    shown = await alipay_phone(sandbox)
    by = Actor.citizen(done.citizen_id)
    assert await phones.bind(citizen_id=done.citizen_id, platform="alipay", code=shown, by=by) == "138****0001"
    with pytest.raises(CodeUnusable):  # whoever got hold of it on its way binds nobody's phone
        await phones.bind(
            citizen_id=other.citizen_id, platform="alipay", code=shown, by=Actor.citizen(other.citizen_id)
        )
    with pytest.raises(CodeUnusable):
        await phones.bind(citizen_id=done.citizen_id, platform="alipay", code=shown.replace("response", "x"), by=by)
    forged = shown.replace('"sign":"', '"sign":"AAAA')
    with pytest.raises(CodeUnusable):
        await phones.bind(citizen_id=done.citizen_id, platform="alipay", code=forged, by=by)
    refused = await alipay_phone(sandbox, refused=True)
    with pytest.raises(RiskyAccount):
        await phones.bind(citizen_id=done.citizen_id, platform="alipay", code=refused, by=by)
    assert not (await Citizen.get(id=other.citizen_id)).phone_sealed


async def test_the_levels_one_after_the_other(sandbox: httpx.Client) -> None:
    done = await login.with_platform(platform="wechat", code=code(sandbox, "wechat", ZHANGSAN))
    me, by = done.citizen_id, Actor.citizen(done.citizen_id)
    assert (await levels.of(me)).level == Level.NONE
    with pytest.raises(RealNameNeeded):
        await levels.prove_phone(citizen_id=me, by=by)
    await phones.bind(citizen_id=me, platform="wechat", code=code(sandbox, "phone", ZHANGSAN), by=by)
    assert (await levels.of(me)).level == Level.PHONE
    await verify(me)
    assert (await levels.prove_phone(citizen_id=me, by=by)).level == Level.WITH_PHONE
    token = sandbox.post("/sandbox/face/token", json={"id_number": NUMBER}).json()["token"]
    assert (await levels.prove_face(citizen_id=me, token=token, by=by)).level == Level.IN_PERSON
    with pytest.raises(NameMismatch):
        await levels.prove_face(citizen_id=me, token=token, by=by)
