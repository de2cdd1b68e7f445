"""The way out: what was not sent, what was sent and not answered, what was answered."""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from foundation.http import OutcomeUnknown, Outside, OutsideUnavailable

Behave = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"


@asynccontextmanager
async def outside(behave: Behave, *, read: float = 0.5) -> AsyncIterator[Outside]:
    tasks = set[asyncio.Task[None]]()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        try:
            await behave(reader, writer)
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    client = Outside(name="test", base_url=f"http://127.0.0.1:{port}/", connect=5, read=read)
    try:
        yield client
    finally:
        await client.aclose()
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def heads(reader: asyncio.StreamReader) -> bytes:
    return await reader.readuntil(b"\r\n\r\n")


async def test_an_answer_is_given_back_whatever_its_status() -> None:
    asked = []

    async def refuses(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await heads(reader))
        writer.write(b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")

    async with outside(refuses) as there:
        response = await there.request("GET", "/v1/x", params={"a": "1"}, headers={"X-One": "two"})
    assert response.status_code == 503
    assert asked[0].startswith(b"GET /v1/x?a=1 HTTP/1.1\r\n")
    assert b"X-One: two" in asked[0]


async def test_what_could_not_be_sent_is_unavailable() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        client = Outside(name="test", base_url=f"http://127.0.0.1:{probe.getsockname()[1]}")
        with pytest.raises(OutsideUnavailable) as caught:
            await client.request("POST", "/pay", json={})
    await client.aclose()
    assert caught.value.retry_after == 5


async def test_what_was_sent_and_never_answered_is_unknown() -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await heads(reader)
        await asyncio.sleep(5)

    async with outside(silent, read=0.3) as there:
        with pytest.raises(OutcomeUnknown):
            await there.request("POST", "/pay", json={})


@pytest.mark.parametrize("half", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly half", b"nonsense\r\n\r\n"])
async def test_an_answer_cut_short_is_unknown(half: bytes) -> None:
    async def cuts(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await heads(reader)
        writer.write(half)

    async with outside(cuts) as there:
        with pytest.raises(OutcomeUnknown):
            await there.request("POST", "/pay", json={})


async def test_only_what_is_safe_is_sent_twice() -> None:
    calls = []

    async def answers_the_second_time(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        calls.append(await heads(reader))
        if len(calls) % 2 == 0:
            writer.write(OK)

    async with outside(answers_the_second_time) as there:
        assert (await there.request("GET", "/order", safe_to_repeat=True)).text == "ok"
        assert len(calls) == 2
        with pytest.raises(OutcomeUnknown):
            await there.request("POST", "/pay", json={})
        assert len(calls) == 3


async def test_the_log_of_a_call_holds_no_query(
    capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, "httpx")
    caplog.set_level(logging.INFO)

    async def fine(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await heads(reader)
        writer.write(OK)

    async with outside(fine) as there:
        await there.request("GET", "/jscode2session", params={"js_code": "one-time-code"})
    written = capsys.readouterr().out + caplog.text
    assert "/jscode2session" in written
    assert "one-time-code" not in written
