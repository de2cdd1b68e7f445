"""`python -m identity.rescue USERNAME`: a password for one sign-in, when no administrator can get in any more.

Whoever may run it on the servers may do everything anyway; it is audited as the system's deed. ``--factor`` takes a
lost one-time code away as well.
"""

import argparse
import asyncio
import sys

import rooms
from foundation import database, redis, settings
from foundation.actor import Actor
from identity import staff_accounts
from identity.models import Staff

BY = Actor.system("identity.rescue")
REASON = "运维人员在服务器上执行"


async def rescue(username: str, *, factor: bool) -> str:
    """The password, shown this once. Raises NoSuchStaff."""
    row = await Staff.get_or_none(username=username.strip().lower())
    staff_id = row.id if row else 0
    if factor:
        await staff_accounts.remove_factor(staff_id=staff_id, by=BY, reason=REASON)
    return await staff_accounts.reset_password(staff_id=staff_id, by=BY, reason=REASON)


async def main(username: str, *, factor: bool) -> int:
    ours = settings.current()
    await database.start(ours.database_url, models=rooms.MODELS, pool=2)
    await redis.start(ours.redis_url)
    try:
        print(await rescue(username, factor=factor))
    finally:
        await redis.stop()
        await database.stop()
    return 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m identity.rescue", description="重置一个工作台账号的密码")
    parser.add_argument("username", help="用户名")
    parser.add_argument("--factor", action="store_true", help="同时清除动态口令")
    given = parser.parse_args()
    sys.exit(asyncio.run(main(given.username, factor=given.factor)))
