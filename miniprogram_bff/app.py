"""The citizens' application."""

import asyncio
from contextlib import suppress
from typing import Any

from sanic import Sanic, redirect

import rooms
from appointments import gathering
from assistant import knowledge
from foundation import settings
from foundation.errors import Unavailable
from foundation.web import Door, new_app, open_house, settle, vitals
from miniprogram_bff import client_files
from miniprogram_bff.clients import Clients
from miniprogram_bff.screens import (
    ask,
    book,
    bookings,
    choosing,
    consult,
    credit,
    delivery,
    directory,
    draw,
    family,
    favourites,
    filing,
    forms,
    guide,
    home,
    login,
    messages,
    mine,
    my_bookings,
    onward,
    opinions,
    organisations,
    papers,
    pay,
    payments,
    person,
    policy,
    privacy,
    progress,
    queue,
    rate,
    rebook,
    receipt,
    refund,
    search,
    sign_on,
    standing,
    supplement,
    together,
    wait,
    widget,
)

SCREENS = (
    login,
    sign_on,
    home,
    search,
    guide,
    forms,
    directory,
    ask,
    book,
    bookings,
    choosing,
    together,
    family,
    draw,
    queue,
    wait,
    rebook,
    my_bookings,
    progress,
    filing,
    papers,
    supplement,
    delivery,
    pay,
    payments,
    person,
    refund,
    receipt,
    rate,
    opinions,
    consult,
    credit,
    messages,
    mine,
    favourites,
    standing,
    organisations,
    policy,
    privacy,
    onward,
    widget,
)


def create_app(args: object = None) -> Sanic[Any, Any]:
    """Routes, health and the browser client of the citizen door."""
    ours = settings.current()
    rooms.wake()
    app = new_app("bff")
    door = Door(
        title="指尖办 · 市民服务",
        description="微信、支付宝小程序和网页使用的接口。请求头 Accept-Language: zh-Hant 得到繁体中文。"
        "登录后的写操作都可带 Idempotency-Key（8 至 80 位字母、数字、横线）："
        "没有收到答复时用同一个键重试，只办一次，得到第一次的答复。",
        version="1",
        scripts=True,
        visits=Clients(),
    )
    for screen in SCREENS:
        door.include(screen.routes)
    door.include(vitals)
    door.mount(app)
    client_files.mount(app)
    app.add_route(_to_h5, "/", methods=["GET"], name="root")
    open_house(app, ours, models=rooms.MODELS)
    app.register_listener(_begin_to_read, "after_server_start")
    app.register_listener(_read_no_further, "before_server_stop")
    app.register_listener(_commit_what_waits, "before_server_stop")
    return app


async def _begin_to_read(app: Any) -> None:
    """Index the guides while nobody waits: else the first who asks or searches would, for seconds."""

    async def read() -> None:
        with suppress(Unavailable):  # no database yet: whoever asks first reads them
            await knowledge.current()
        settle()

    app.ctx.reading = asyncio.create_task(read())


async def _read_no_further(app: Any) -> None:
    """Stopped before all was read: a task that nobody ends would be complained about."""
    if reading := getattr(app.ctx, "reading", None):
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)


async def _commit_what_waits(_: Any) -> None:
    """Reservations on their way, also of those who hung up, before the database is closed."""
    await gathering.ours().finish()


async def _to_h5(_: Any) -> Any:
    return redirect("/h5/")
