"""What a crowd is shown of the citizens' screens: an edit shows, a limit holds, who is signed in sees their own."""

from collections.abc import AsyncIterator
from time import monotonic
from typing import Any

import pytest
from sanic import Sanic

from foundation.web import crowd, handed_out
from foundation.web.crowd import FEW, SECONDS
from miniprogram_bff.app import create_app
from tests.builders import catalogue, identity
from tests.builders.catalogue_files import ITEM
from tests.builders.doors import sign_in
from tests.builders.settings import changed
from tests.foundation.without_socket import Line, get

pytestmark = pytest.mark.usefixtures("db", "redis_db")
Sanic.test_mode = True
GUIDE = "/v1/guides/id-card"


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """As crowds have it."""
    moment = [100.0]
    monkeypatch.setattr(crowd, "monotonic", lambda: moment[0])
    return moment


@pytest.fixture
def handed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The routes of what was handed out."""
    routes: list[str] = []
    head = handed_out._head

    def overheard(made: Any, *asked: Any, **kwargs: Any) -> Any:
        routes.append(made.route.template)
        return head(made, *asked, **kwargs)

    monkeypatch.setattr(handed_out, "_head", overheard)
    return routes


@pytest.fixture
async def line(now: list[float]) -> AsyncIterator[Line]:
    await catalogue.small_city()
    app = create_app()
    await app._startup()
    made = Line(app)
    yield made
    await made.hang_up()


async def crowd_at(line: Line, address: str, **headers: str) -> bytes:
    for _ in range(FEW):
        await line.sent(get(address, **headers))
    return await line.sent(get(address, **headers))


async def test_an_edit_that_is_published_shows_within_its_second(
    line: Line, now: list[float], handed: list[str]
) -> None:
    before, other = "居民身份证换领", "居民身份证换证"
    assert before.encode() in await crowd_at(line, GUIDE)
    assert handed == ["/v1/guides/{slug}"]
    await catalogue.small_city(item=ITEM.replace(before, other))
    now[0] += SECONDS + 0.01
    shown = await line.sent(get(GUIDE))
    assert other.encode() in shown
    assert before.encode() not in shown
    assert await line.sent(get(GUIDE, x_request_id="one-of-mine")) != shown
    assert handed == ["/v1/guides/{slug}"] * 2


async def test_a_limit_lets_no_more_through(line: Line, handed: list[str]) -> None:
    """240 a minute, four a second; the door gives out places that it took several at once."""
    began = monotonic()
    statuses = [(await line.sent(get("/v1/intermediaries?q=a")))[9:12] for _ in range(300)]
    may_be_refilled = 1 + int(4 * (monotonic() - began))
    assert set(statuses[:240]) == {b"200"}
    assert statuses.count(b"200") <= 240 + may_be_refilled
    assert len(handed) > 200


async def test_who_is_signed_in_sees_their_own_home(line: Line, handed: list[str]) -> None:
    assert b'"todo":null' in await crowd_at(line, "/v1/home")
    assert handed == ["/v1/home"]
    me = await sign_in(await identity.citizen())
    own = await line.sent(get("/v1/home", **me))
    assert b'"signed_in":true' in own
    assert b"no-store" in own
    assert handed == ["/v1/home"]


async def test_an_old_client_is_told(line: Line, handed: list[str]) -> None:
    with changed(clients={"oldest": "wechat/1.2.0", "newest": "wechat/1.10.0"}):
        await crowd_at(line, "/v1/halls")
        handed.clear()
        assert b"X-Client-Newest: 1.10.0\r\n" in await line.sent(get("/v1/halls", X_Client="wechat/1.9.9"))
        assert b"X-Client-Newest" not in await line.sent(get("/v1/halls", X_Client="wechat/1.10.0"))
        assert len(handed) == 2
        assert b" 426 " in await line.sent(get("/v1/halls", X_Client="wechat/1.1.9"))
        assert len(handed) == 2
