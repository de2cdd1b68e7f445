"""What a crowd is shown is handed out before Sanic looks at who asks, and is the answer that Sanic would give."""

import asyncio
import random
import re
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

import pytest
from msgspec import Struct
from sanic.http import Stage

from foundation import logs, metrics, settings
from foundation.errors import Refusal
from foundation.web import (
    PUBLIC,
    PUBLIC_MINUTE,
    Access,
    Asked,
    Door,
    Header,
    Request,
    Route,
    Routes,
    Sanic,
    crowd,
    new_app,
)
from foundation.web.crowd import FEW
from tests.foundation.without_socket import Line, get

Sanic.test_mode = True
ITS_OWN = re.compile(
    rb"(?i)(x-request-id: |\"request_id\":\")[0-9a-f]{24}|alt-svc: \r\n"
)  # Sanic takes the latter out when it is run


class TooOld(Refusal):
    """太旧了，请换新的。"""

    status = 426


class Versions:
    header = Header(name="X-Client", description="", pattern=".*", example="2", missing=TooOld, optional=True)
    errors: tuple[type[Refusal], ...] = (TooOld,)

    def asks_of(self, route: Route) -> bool:
        return route.path != "/v1/always"

    def look(self, said: str) -> Mapping[str, str]:
        if said == "0":
            raise TooOld
        return {"X-Client-Newest": "2"} if said == "1" else {}


async def admit(request: Request) -> str | None:
    return request.headers.get("authorization")


ANYBODY = Access("anybody", "任何人", admit, errors=(), nobody=lambda headers: "authorization" not in headers)


class Seen(Struct):
    times: int
    name: str
    who: str | None = None


class Query(Asked):
    name: str = "门"


class House:
    """A door and lines without a socket to it; `times` a page was made, `now` as its crowds have it."""

    def __init__(self, app: Sanic[Any, Any], times: list[int], now: list[float]) -> None:
        self.app, self.times, self.now, self.early = app, times, now, app.ctx.early
        self.lines: list[Line] = []

    def line(self) -> Line:
        self.lines.append(Line(self.app))
        return self.lines[-1]

    async def usually(self, *pieces: bytes) -> bytes:
        """What Sanic answers."""
        self.app.ctx.early = ()
        try:
            return await self.line().sent(*pieces)
        finally:
            self.app.ctx.early = self.early

    async def crowds(self, *addresses: str, **headers: str) -> None:
        line = self.line()
        for address in addresses:
            for _ in range(FEW + 1):
                await line.sent(get(address, **headers))


def plain(answer: bytes) -> bytes:
    return ITS_OWN.sub(rb"\1", answer)


def times_in(answer: bytes) -> int:
    found = re.search(rb'"times":(\d+)', answer)
    assert found, answer
    return int(found[1])


@pytest.fixture
async def house(settings_env: settings.Settings, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    routes, times, now = Routes("页", tag="pages"), [0], [100.0]
    monkeypatch.setattr(crowd, "monotonic", lambda: now[0])

    @routes.get("/v1/page", access=PUBLIC, summary="页", cache=PUBLIC_MINUTE)
    async def page(query: Query) -> Seen:
        times[0] += 1
        return Seen(times[0], query.name)

    @routes.get("/v1/always", access=PUBLIC, summary="页", cache=PUBLIC_MINUTE)
    async def always() -> Seen:
        return await page(Query())

    @routes.get("/v1/mine", access=ANYBODY, summary="页", cache=PUBLIC_MINUTE)
    async def mine(who: str | None) -> Seen:
        return Seen(0, "我", who)

    app = new_app("handed_out")
    door = Door(title="页", description="", scripts=True, visits=Versions())
    door.include(routes)
    door.mount(app)
    await app._startup()
    made = House(app, times, now)
    yield made
    for line in made.lines:
        await line.hang_up()


def lines_of(said: str) -> list[dict[str, Any]]:
    found = [logs.msgspec.json.decode(one) for one in said.splitlines() if "request_served" in one]
    return [{name: one for name, one in line.items() if name not in ("milliseconds", "timestamp")} for line in found]


PAGES = ["/v1/page", "/v1/page?name=%E7%AA%97", "/v1/always", "/v1/mine", "/v1/page#a"]


def anything(chance: random.Random, tag: str) -> bytes:
    """A request as a client may send it, plain more often than not."""
    headers = [("Host", "a")]
    usual: list[tuple[str, list[str]]] = [
        ("X-Client", ["0", "1", "2", "", "wechat"]),
        ("Accept-Language", ["zh-Hant", "zh-TW,zh;q=0.9", "zh-CN", "", "x" * 300, "zh-Hant "]),
        ("If-None-Match", [tag, f"W/{tag}", f'"other", {tag}', "*", '"other"', "", f"{tag} "]),
        ("x-request-id", ["one-of-mine-1", "one-of-mine-2 ", "no", "\tone-of-mine-3"]),
        ("X-Forwarded-For", ["198.18.0.1", "198.18.0.1, 198.18.0.2", "nonsense", "::1", ""]),
        ("AUTHORIZATION", ["Bearer a", ""]),
        ("Connection", ["keep-alive", "Keep-Alive"]),
        ("User-Agent", ["curl/8"]),
        ("Cookie", ["a=b"]),
    ]
    odd = [
        ("Connection", "close"), ("Expect", "100-continue"), ("Upgrade", "websocket"), ("Range", "bytes=0-3"),
        ("Content-Length", "0"), ("If-Match", tag), ("X-Name", "张三"), ("X-Name", "a\tb"), ("X-Name", "a\x00b"),
        ("X-Client", "1"), ("Authorization ", "Bearer a"), ("X-Name", "a\nAuthorization: b"), ("Host", "b"),
        ("If-None-Match", tag), ("x-request-id", "one-of-mine-4"), ("Accept-Language", "zh-Hant"),
        ("X-Long", "x" * 5000),
    ]  # fmt: skip
    headers += [(name, chance.choice(values)) for name, values in usual if chance.random() < 0.25]
    headers += [one for one in odd if chance.random() < 0.02]
    chance.shuffle(headers)
    method = chance.choices(["GET", "HEAD", "POST", "OPTIONS", "get"], [20, 4, 1, 1, 1])[0]
    version = chance.choices(["HTTP/1.1", "HTTP/1.0", "HTTP/2"], [30, 1, 1])[0]
    address = chance.choices([*PAGES, "/v1/page?name=a&x=1", "/v1/none", "*"], [9, 9, 9, 9, 2, 1, 1, 1])[0]
    lines = [f"{method} {address} {version}", *(f"{name}:{chance.choice([' ', ''])}{value}" for name, value in headers)]
    return "\r\n".join(lines).encode() + b"\r\n\r\n"


def in_pieces(chance: random.Random, whole: bytes) -> list[bytes]:
    cuts = sorted(chance.sample(range(1, len(whole)), chance.choice([0, 0, 0, 1, 2])))
    return [whole[begin:end] for begin, end in zip([0, *cuts], [*cuts, len(whole)], strict=True)]


@pytest.fixture
def handed_out(house: House) -> list[bytes]:
    """The first lines of what was asked and answered without Sanic."""
    seen: list[bytes] = []
    refuses, hands_out = house.early

    def overheard(line: bytes) -> Callable[..., bytes | None] | None:
        known = hands_out(line)

        def answers(*asked: Any) -> bytes | None:
            answer = known(*asked)
            if answer is not None:
                seen.append(line)
            return answer

        return answers if known is not None else None

    house.early = house.app.ctx.early = (refuses, overheard)
    return seen


@pytest.mark.parametrize("seed", range(4))
async def test_both_ways_give_the_same_bytes_and_lines(
    house: House, handed_out: list[bytes], seed: int, capsys: pytest.CaptureFixture[str]
) -> None:
    chance = random.Random(seed)
    await house.crowds(*PAGES)
    await house.crowds(*PAGES, Accept_Language="zh-Hant")
    tag = re.search(rb'etag: ("\w+")', (await house.usually(get())).lower())
    assert tag
    logs.configure()
    for _ in range(120):
        asked = b"".join(anything(chance, tag[1].decode()) for _ in range(chance.choice([1, 1, 1, 2, 3])))
        pieces = in_pieces(chance, asked)
        capsys.readouterr()
        early, told = await house.line().sent(*pieces), lines_of(capsys.readouterr().out)
        usual, said = await house.usually(*pieces), lines_of(capsys.readouterr().out)
        assert (seed, plain(early)) == (seed, plain(usual)), pieces
        ids = [line.pop("request_id") for line in told], [line.pop("request_id") for line in said]
        assert told == said
        assert [one for one in ids[0] if "mine" in one] == [one for one in ids[1] if "mine" in one]
    assert len(handed_out) > 15
    assert len(set(handed_out)) > 4


async def test_an_edit_shows_within_a_second_of_it(house: House, handed_out: list[bytes]) -> None:
    line = house.line()
    await house.crowds("/v1/page")
    for _ in range(3):
        before = house.times[0]  # whatever is edited after this page was made is in no page yet
        assert {times_in(await line.sent(get())) for _ in range(5)} == {before}
        house.now[0] += crowd.SECONDS + 0.01
        assert {times_in(await line.sent(get())) for _ in range(5)} == {before + 1}
    assert len(handed_out) > 20


async def test_who_looks_alone_is_answered_anew(house: House, handed_out: list[bytes]) -> None:
    line = house.line()
    assert [times_in(await line.sent(get())) for _ in range(FEW + 2)] == [*range(1, FEW + 1), FEW, FEW]
    assert len(handed_out) == 2
    house.now[0] += crowd.SECONDS * 3
    assert [times_in(await line.sent(get())) for _ in range(2)] == [FEW + 1, FEW + 2]


async def test_what_is_ones_own_is_never_handed_out(house: House, handed_out: list[bytes]) -> None:
    line = house.line()
    await house.crowds("/v1/mine", "/v1/page")
    handed_out.clear()
    for _ in range(FEW + 2):
        own = await line.sent(get("/v1/mine", Authorization="Bearer me"))
        assert b'"who":"Bearer me"' in own
        assert b"no-store" in own
    assert handed_out == []
    assert b'"who":null' in await line.sent(get("/v1/mine"))
    assert b'"who":null' in await line.sent(get("/v1/page", Authorization="Bearer me"))  # the same for everybody
    assert len(handed_out) == 2


async def test_a_body_that_nobody_wanted_is_no_request(house: House, handed_out: list[bytes]) -> None:
    await house.crowds("/v1/page")
    handed_out.clear()
    line, inside = house.line(), get(x_request_id="smuggled-in")
    head = f"POST /v1/none HTTP/1.1\r\nHost: a\r\nContent-Length: {len(inside)}\r\n\r\n".encode()
    line.protocol.data_received(head)  # type: ignore[no-untyped-call]
    while b"404" not in line.written:
        await asyncio.sleep(0)
    assert line.protocol.http.stage is Stage.IDLE  # and yet no request is waited for
    line.protocol.data_received(inside)  # type: ignore[no-untyped-call]
    assert b"smuggled-in" not in await line.answers()
    assert handed_out == []
    assert b" 200 " in await line.sent(get())
    assert len(handed_out) == 1


async def test_a_door_that_closes_and_a_client_that_does_not_read_go_the_usual_way(
    house: House, handed_out: list[bytes]
) -> None:
    await house.crowds("/v1/page")
    handed_out.clear()
    line = house.line()
    await line.sent(get())
    line.protocol.pause_writing()  # type: ignore[no-untyped-call]
    line.written = b""
    line.protocol.data_received(get())  # type: ignore[no-untyped-call]
    for _ in range(50):
        await asyncio.sleep(0)
    assert line.written == b""  # nothing piles up for who does not read
    line.protocol.resume_writing()  # type: ignore[no-untyped-call]
    assert b" 200 " in await line.answers()
    house.app.ctx.closing = True
    assert b"connection: close" in await house.line().sent(get())
    assert len(handed_out) == 1


async def test_it_is_counted_and_bears_the_id_that_its_line_names(
    house: House, handed_out: list[bytes], capsys: pytest.CaptureFixture[str]
) -> None:
    def counted() -> float:
        of = 'method="GET",route="/v1/page",status="200"'
        return sum(
            float(one.rpartition(" ")[2]) for one in metrics.exposition().decode().splitlines()
            if one.startswith("requests_total{" + of)
        )  # fmt: skip

    await house.crowds("/v1/page")
    logs.configure()
    capsys.readouterr()
    before, line = counted(), house.line()
    first, second = await line.sent(get(x_request_id="13800138000-is-mine")), await line.sent(get())
    told = lines_of(capsys.readouterr().out)
    assert counted() == before + 2
    assert b"X-Request-Id: 13800138000-is-mine\r\n" in first
    assert [one["request_id"] for one in told][0] == "13*******00-is-mine"  # masked as everywhere
    assert f"X-Request-Id: {told[1]['request_id']}\r\n".encode() in second
    assert logs.request_id() == ""
    assert told[1] == {
        "event": "request_served", "route": "/v1/page", "method": "GET", "status": 200, "ip": "203.0.113.7",
        "level": "info", "request_id": told[1]["request_id"],
    }  # fmt: skip
