"""Failures on demand, per service: down, slow, system_error, system_error_after_accept, bad_signature, sign_test, drop,
drop_after_accept."""

import asyncio
import time
from collections.abc import Awaitable, Callable

import msgspec
from sanic import HTTPResponse, Request, response

from sandbox.world import World, world_of

SERVICES = ("wechat", "wechat_pay", "alipay", "realname", "receipts", "sms", "licences")
KINDS = {
    "down": "网关返回 502",
    "slow": "办理了，但很久才答复",
    "system_error": "系统繁忙，什么也没办",
    "system_error_after_accept": "办理了，却答复系统繁忙（只有支付）",
    "bad_signature": "应答签名是错的",
    "sign_test": "应答带签名探测流量（只有微信支付）",
    "drop": "没办理就断开连接",
    "drop_after_accept": "办理了，但没答复就断开连接",
}
SLOW = 15.0


class Trouble(msgspec.Struct):
    """One failure that holds until a moment, or for a number of calls."""

    service: str
    kind: str
    until: float | None = None
    times: int | None = None
    delay: float = SLOW


def make(world: World, trouble: Trouble) -> None:
    """Switch a failure on, replacing the service's former one. ValueError when service or kind is unknown."""
    if trouble.service not in SERVICES or trouble.kind not in KINDS:
        raise ValueError(f"service: {', '.join(SERVICES)}; kind: {', '.join(KINDS)}")
    world.memory.shelf("troubles", Trouble).put(trouble.service, trouble)


def end(world: World, service: str) -> None:
    world.memory.shelf("troubles", Trouble).drop(service)


def current(world: World) -> list[Trouble]:
    """The failures that are on."""
    shelf = world.memory.shelf("troubles", Trouble)
    return [trouble for trouble in shelf if trouble.until is None or trouble.until > time.time()]


def meet(world: World, service: str) -> Trouble | None:
    """The failure this call meets; counts it off when it holds for a number of calls."""
    trouble = next((one for one in current(world) if one.service == service), None)
    if trouble and trouble.times is not None:
        trouble.times -= 1
        if trouble.times <= 0:
            end(world, service)
        else:
            make(world, trouble)
    return trouble


async def through(
    request: Request, service: str, answer: Callable[[str | None], Awaitable[HTTPResponse]]
) -> HTTPResponse:
    """Answer a call through the failure that is on; ``answer`` is told the kinds that the vendor itself must voice."""
    trouble = meet(world_of(request), service)
    kind = trouble.kind if trouble else None
    if kind == "down":
        return response.html("<html><h1>502 Bad Gateway</h1></html>", status=502)
    if kind == "drop":
        return _hang_up(request)
    answered = await answer(kind)
    if trouble and kind == "slow":
        await asyncio.sleep(trouble.delay)
    return _hang_up(request) if kind == "drop_after_accept" else answered


def _hang_up(request: Request) -> HTTPResponse:
    request.transport.abort()  # type: ignore[attr-defined]
    return response.empty()
