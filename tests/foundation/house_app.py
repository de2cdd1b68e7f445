"""A door with database and Redis behind it, as its own process."""

import asyncio
import os

from foundation import database, settings
from foundation.models import WorkdayOverride
from foundation.web import PUBLIC, Asked, Door, Routes, Sanic, new_app, open_house, vitals

routes = Routes("屋", tag="house")


@routes.get("/v1/who", access=PUBLIC, summary="哪个进程")
async def who() -> dict[str, int]:
    return {"pid": os.getpid()}


@routes.get("/v1/rows", access=PUBLIC, summary="读数据库")
async def rows() -> dict[str, int]:
    async with database.transaction() as tx:
        await tx.fetchval("select 1")
    return {"rows": await WorkdayOverride.all().count()}


@routes.get("/v1/orm", access=PUBLIC, summary="不在事务中读数据库")
async def orm() -> dict[str, int]:
    return {"rows": await WorkdayOverride.all().count()}


@routes.get("/v1/slow", access=PUBLIC, summary="慢")
async def slow() -> dict[str, str]:
    await asyncio.sleep(1)
    return {"slow": "done"}


class Note(Asked):
    text: str


@routes.post("/v1/notes", access=PUBLIC, summary="写")
async def write(body: Note) -> dict[str, int]:
    return {"letters": len(body.text)}


def create_app(args: object = None) -> Sanic:  # type: ignore[type-arg]
    app = new_app("house")
    door = Door(title="屋", description="试")
    door.include(routes)
    door.include(vitals)
    door.mount(app)
    open_house(app, settings.current(), models=["foundation.models"])
    return app
