"""Single sign-on against the sandbox's provider (Authlib): in with a real name, merged with what was there, and out."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from channels.oidc.errors import ForgedLogout, SignOnOff, SignOnRefused
from foundation import database, settings
from identity import sessions, sign_on
from identity.models import Citizen, PlatformAccount
from tests.builders import identity as build
from tests.channels.sandbox_process import running

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("db", "redis_db")]
BACK, NUMBER = "http://127.0.0.1:9/h5/", "110105198001010016"


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, dict[str, str]]]:
    with running(tmp_path_factory.mktemp("sandbox")) as sandbox:
        yield sandbox


@pytest.fixture
async def browser(
    started: tuple[str, dict[str, str]], environment: dict[str, str], settings_env: settings.Settings
) -> AsyncIterator[httpx.AsyncClient]:
    url, env = started
    settings.use(settings.load(environment | env | {"SIGN_ON_ISSUER": f"{url}/sign-on"}))
    async with httpx.AsyncClient(base_url=url, trust_env=False) as client:
        yield client
    await sign_on.stop()
    settings.use(settings_env)


async def gone_there(browser: httpx.AsyncClient, who: str = "张三") -> tuple[str, str]:
    """Begin, pick a person over there, and come back: (code, state)."""
    begun = await sign_on.begin(redirect=BACK)
    answer = await browser.get(begun.address, params={"auto": who} | _query(begun.address))
    assert answer.status_code == 302, answer.text
    back = _query(answer.headers["location"])
    assert back["state"] == begun.state
    return back["code"], back["state"]


def _query(address: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


async def signed_in(browser: httpx.AsyncClient, who: str = "张三") -> sign_on.SignedIn:
    code, state = await gone_there(browser, who)
    return await sign_on.finish(code=code, state=state, device="Chrome")


async def test_in_with_a_real_name_and_the_same_account_next_time(browser: httpx.AsyncClient) -> None:
    first = await signed_in(browser)
    assert (first.first_time, first.real_name_done) == (True, True)
    session = await sessions.who(first.token)
    assert session is not None
    assert (session.citizen_id, session.platform) == (first.citizen_id, "sign_on")
    again = await signed_in(browser)
    assert (again.first_time, again.citizen_id) == (False, first.citizen_id)
    assert await PlatformAccount.filter(platform="sign_on").count() == 1


async def test_whom_we_knew_by_wechat_stays_one_person(browser: httpx.AsyncClient) -> None:
    known = await build.citizen(number=NUMBER, name="张三")
    await build.account(known, platform="wechat")
    entered = await signed_in(browser)
    assert entered.citizen_id == known.id
    assert await Citizen.filter(state="active").count() == 1


async def test_at_the_same_moment_one_person_stays_one(browser: httpx.AsyncClient) -> None:
    ways = [await gone_there(browser) for _ in range(3)]
    entered = await asyncio.gather(*(sign_on.finish(code=code, state=state) for code, state in ways))
    assert len({(await sessions.who(one.token)).citizen_id for one in entered}) == 1  # type: ignore[union-attr]
    assert await Citizen.filter(state="active").count() == 1


async def test_a_state_is_used_once_and_a_code_belongs_to_its_state(browser: httpx.AsyncClient) -> None:
    code, state = await gone_there(browser)
    other_code, other_state = await gone_there(browser, "李四")
    for wrong in ((code, "unknown"), (code, other_state)):  # PKCE: the verifier of the other one
        with pytest.raises(SignOnRefused):
            await sign_on.finish(code=wrong[0], state=wrong[1])
    await sign_on.finish(code=code, state=state)
    for used in ((code, state), (other_code, other_state)):
        with pytest.raises(SignOnRefused):
            await sign_on.finish(code=used[0], state=used[1])


async def test_of_the_same_return_at_once_one_enters(browser: httpx.AsyncClient) -> None:
    code, state = await gone_there(browser)
    tries = [sign_on.finish(code=code, state=state) for _ in range(4)]
    entered = await asyncio.gather(*tries, return_exceptions=True)
    assert sorted(type(one).__name__ for one in entered) == ["SignOnRefused"] * 3 + ["SignedIn"]


async def token(browser: httpx.AsyncClient, **claims: object) -> str:
    made = await browser.post("/sign-on/logout-token", json=claims)
    return str(made.json()["logout_token"])


async def test_signed_out_by_the_province_everywhere_or_of_one_session(browser: httpx.AsyncClient) -> None:
    one, two = await signed_in(browser), await signed_in(browser)
    other = await signed_in(browser, "李四")
    ours = await sessions.start(citizen_id=one.citizen_id, account_id=one.account_id, platform="wechat")
    (row,) = await database.fetch("select openid from platform_account where citizen_id = $1", one.citizen_id)
    entries = [await sessions.session_store.find(sessions.CITIZENS, each.token) for each in (one, two)]
    sids = [str((entry or {})["sid"]) for entry in entries]
    assert sids[0] != sids[1]
    said = await token(browser, sid=sids[0])
    assert await sign_on.signed_out(said) == 1
    assert await sign_on.signed_out(said) == 0  # the same words again
    assert await sessions.who(one.token) is None
    assert await sessions.who(two.token) is not None
    assert await sign_on.signed_out(await token(browser, sub=row["openid"])) == 1
    assert [bool(await sessions.who(each)) for each in (two.token, ours, other.token)] == [False, True, True]
    with pytest.raises(ForgedLogout):
        await sign_on.signed_out(await token(browser, sub=row["openid"], events={}))
    assert await sign_on.signed_out(await token(browser, sub="nobody")) == 0


async def test_out_leads_over_there_and_back(browser: httpx.AsyncClient) -> None:
    address = await sign_on.leaving_address(back=BACK)
    answer = await browser.get(address)
    assert (answer.status_code, answer.headers["location"]) == (302, BACK)
    elsewhere = await browser.get(address, params=_query(address) | {"post_logout_redirect_uri": "https://evil.test/"})
    assert elsewhere.status_code == 400


@pytest.mark.usefixtures("settings_env")
async def test_where_there_is_none_nothing_is_offered() -> None:
    assert sign_on.offered() == ""
    assert await sign_on.leaving_address(back=BACK) == ""
    with pytest.raises(SignOnOff):
        await sign_on.begin(redirect=BACK)
    await sign_on.stop()
