"""A worker that carries messages and nothing else, for a test to kill."""

import asyncio
import os

import rooms
from foundation import database, redis, settings
from notifications import postman


async def main() -> None:
    ours = settings.load(os.environ)
    settings.use(ours)
    rooms.wake()
    await database.start(ours.database_url, models=rooms.MODELS)
    await redis.start(ours.redis_url)
    await postman.send_due("wechat", "usual", seconds=30)


if __name__ == "__main__":
    asyncio.run(main())
