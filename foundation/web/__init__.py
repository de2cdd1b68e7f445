"""The web layer: a route says in its own signature what it reads, who may call it, how it says no.

Only doors import this package. A handler's parameters are filled by name: path parameters, ``query``, ``body``,
``form``, ``who``, ``request``. What it returns becomes JSON; what it raises becomes JSON in `answers`; the same
signature becomes the OpenAPI document at ``/docs``.

    routes = Routes("预约", tag="appointments")

    @routes.get("/v1/slots/<slot_id>", access=CITIZEN, summary="一个号段", errors=(SlotNotFound,))
    async def slot(slot_id: int, who: Citizen) -> SlotView: ...

    def create_app(args: object = None) -> Sanic:
        app = new_app("bff")
        door = Door(title="市民服务", description="…")
        door.include(routes)
        door.include(vitals)  # /healthz /readyz /metrics
        door.mount(app)
        open_house(app, settings.current(), models=rooms.MODELS)
        return app
"""

from sanic import HTTPResponse, Request, Sanic

from foundation.web.access import PUBLIC, Access
from foundation.web.answer import Answer
from foundation.web.answers import written
from foundation.web.caching import LIVE, PUBLIC_HOUR, PUBLIC_MINUTE, Cache
from foundation.web.client_address import client_address
from foundation.web.door import Door
from foundation.web.files import Folder
from foundation.web.headers import Header
from foundation.web.lifecycle import new_app, open_house, settle
from foundation.web.reading import Asked
from foundation.web.routes import Limit, Route, Routes
from foundation.web.same_origin import refuse_foreign_origin
from foundation.web.vitals import routes as vitals

__all__ = [
    "LIVE",
    "PUBLIC",
    "PUBLIC_HOUR",
    "PUBLIC_MINUTE",
    "Access",
    "Answer",
    "Asked",
    "Cache",
    "Door",
    "Folder",
    "HTTPResponse",
    "Header",
    "Limit",
    "Request",
    "Route",
    "Routes",
    "Sanic",
    "client_address",
    "new_app",
    "open_house",
    "settle",
    "refuse_foreign_origin",
    "vitals",
    "written",
]
