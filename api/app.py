"""The application for systems and staff."""

from typing import Any

from sanic import Sanic, redirect
from sanic.exceptions import NotFound

import rooms
from api import console, couriers, department_bills, department_supplements, departments, hall, opendata
from api.callbacks import alipay, sign_on, sms, wechat
from foundation import settings
from foundation.web import Door, Folder, new_app, open_house, vitals
from payments import gateway

REQUEST_BYTES = 11_000_000  # a full batch of a department, a result paper of 10 MB, and their frame


def create_app(args: object = None) -> Sanic[Any, Any]:
    """Callbacks of the channels, departments, open data, health, the staff console."""
    rooms.wake()
    app = new_app("api", request_max_size=REQUEST_BYTES)
    door = Door(title="指尖办 · 系统对接", description="支付与消息回调、部门推送、开放数据。", version="1")
    for routes in (
        wechat.routes,
        alipay.routes,
        sign_on.routes,
        sms.routes,
        departments.routes,
        department_bills.routes,
        department_supplements.routes,
        couriers.routes,
        opendata.routes,
        *console.ROUTES,
        *hall.ROUTES,
        vitals,
    ):
        door.include(routes)
    door.mount(app)
    app.error_handler.add(NotFound, console.missing)
    Folder(console.STATIC).mount(app, "/console/static", name="console-static")
    Folder(hall.STATIC).mount(app, "/hall/static", name="hall-static")
    app.add_route(_to_console, "/", methods=["GET"], name="root")
    open_house(app, settings.current(), models=rooms.MODELS)
    app.register_listener(_open_channels, "after_server_start")
    app.register_listener(_close_channels, "after_server_stop")
    return app


async def _open_channels(_: Any) -> None:
    await gateway.start()


async def _close_channels(_: Any) -> None:
    await gateway.close()


async def _to_console(_: Any) -> Any:
    return redirect("/console/")
