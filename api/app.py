"""The application for systems and staff."""

from typing import Any

from sanic import Sanic

import rooms
from api import departments
from api.callbacks import alipay
from foundation import settings
from foundation.web import Door, new_app, open_house, vitals

PUSH_AT_MOST = 2_100_000


def create_app(args: object = None) -> Sanic[Any, Any]:
    """Callbacks of the channels, departments' pushes, health."""
    app = new_app("api", request_max_size=PUSH_AT_MOST)
    door = Door(title="指尖办 · 系统对接", description="渠道回调、部门推送、运行状况。", version="1")
    for routes in (departments.routes, alipay.routes, vitals):
        door.include(routes)
    door.mount(app)
    open_house(app, settings.current(), models=rooms.MODELS)
    return app
