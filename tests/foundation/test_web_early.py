"""What is known early is answered from the bytes of a plain request; everything else goes the usual way."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Mapping

import pytest

from foundation import metrics, settings
from foundation.errors import Conflict, Refusal
from foundation.web import PUBLIC, Asked, Door, Routes, Sanic, new_app
from foundation.web.routes import WrongRoute

Sanic.test_mode = True


class AllGone(Conflict):
    """已经没有了，请看看别的。"""


class Wanted(Asked):
    number: int


routes = Routes("早知道", tag="early")


def known(headers: Mapping[str, str], sent: bytes) -> Refusal | None:
    return AllGone(detail={"known": True}) if b"7" in sent and headers.get("x-late") == "yes" else None


@routes.post("/v1/wants", access=PUBLIC, early=known, errors=(AllGone,), status=201)
async def want(body: Wanted) -> dict[str, int]:
    if body.number == 7:
        raise AllGone(detail={"known": True})
    return {"number": body.number}


class Line:
    """One kept connection to the application."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    def send(self, data: bytes) -> None:
        self.writer.write(data)

    async def answer(self) -> tuple[int, dict[str, str], bytes]:
        async with asyncio.timeout(10):
            head = (await self.reader.readuntil(b"\r\n\r\n")).decode()
            first, *lines = head.strip().split("\r\n")
            headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
            return int(first.split()[1]), headers, await self.reader.readexactly(int(headers["content-length"]))


@pytest.fixture
async def line(settings_env: settings.Settings) -> AsyncIterator[Line]:
    app = new_app("early")
    door = Door(title="早", description="")
    door.include(routes)
    door.mount(app)
    with socket.create_server(("127.0.0.1", 0)) as door_step:
        server = await app.create_server(sock=door_step, return_asyncio_server=True)
        assert server is not None
        await server.startup()
        await server.start_serving()
        reader, writer = await asyncio.open_connection(*door_step.getsockname())
        yield Line(reader, writer)
        writer.close()
        await writer.wait_closed()
        server.close()


def post(number: int, *more: str, late: bool = True, path: str = "/v1/wants") -> bytes:
    body = json.dumps({"number": number}).encode()
    lines = [
        f"POST {path} HTTP/1.1", "Host: early", "Content-Type: application/json", f"Content-Length: {len(body)}",
        *(["X-Late: yes"] if late else []), *more,
    ]  # fmt: skip
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def looked_at() -> float:
    """Requests that went through Sanic are logged; all are counted."""
    lines = metrics.exposition().decode().splitlines()
    return sum(
        float(one.rpartition(" ")[2])
        for one in lines
        if one.startswith("requests_total") and "/v1/wants" in one and 'status="409"' in one
    )


async def is_early(line: Line, capsys: pytest.CaptureFixture[str]) -> bool:
    """Whether the answer on its way was given without a line in the log; it is the same refusal in either case."""
    status, headers, body = await line.answer()
    said = json.loads(body)
    assert (status, said.pop("request_id")) == (409, headers["x-request-id"])
    assert said == {"code": "AllGone", "message": "已经没有了，请看看别的。", "detail": {"known": True}}
    return "request_served" not in capsys.readouterr().out


async def test_it_is_the_answer_that_sanic_would_give(line: Line, capsys: pytest.CaptureFixture[str]) -> None:
    line.send(post(7, "X-Request-Id: one-of-mine", late=False))
    _, usual, body = await line.answer()
    usual.pop("alt-svc", None)  # Sanic takes it out of its own code when an application is run
    assert "request_served" in capsys.readouterr().out
    before = looked_at()
    line.send(post(7, "X-Request-Id: one-of-mine"))
    status, early, same = await line.answer()
    assert "request_served" not in capsys.readouterr().out
    assert (status, same, early["x-request-id"]) == (409, body, "one-of-mine")
    assert early == usual
    assert looked_at() == before + 1


async def test_the_connection_goes_on_with_either(line: Line) -> None:
    for number, late, status in ((7, True, 409), (1, True, 201), (7, True, 409), (7, False, 409), (2, False, 201)) * 3:
        line.send(post(number, late=late))
        assert (await line.answer())[0] == status


@pytest.mark.parametrize(
    "unusual",
    [
        post(7, "Connection: close"),
        post(7, "X-Late: yes"),  # twice
        post(7, "X-Name: 张三"),
        post(7, path="/v1/wants?a=1"),
    ],
)
async def test_what_is_unusual_goes_the_usual_way(
    line: Line, unusual: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    line.send(unusual)
    assert not await is_early(line, capsys)


async def test_in_pieces_and_pipelined(line: Line, capsys: pytest.CaptureFixture[str]) -> None:
    whole = post(7)
    line.send(whole[:40])
    await asyncio.sleep(0.05)  # the first piece is read by then, or both come in one: the answer is the same
    line.send(whole[40:])
    await is_early(line, capsys)
    line.send(whole + post(1))
    assert not await is_early(line, capsys)
    assert (await line.answer())[0] == 201


async def test_a_door_that_closes_leaves_it_to_sanic(
    line: Line, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    Sanic.get_app("early").ctx.closing = True
    line.send(post(7))
    assert not await is_early(line, capsys)


def test_only_a_plain_path_is_known_early() -> None:
    with pytest.raises(WrongRoute):

        @routes.post("/v1/wants/<number>", access=PUBLIC, early=known)
        async def one(number: int) -> None: ...
