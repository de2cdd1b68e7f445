"""A mass on its way, and the worker is killed: nothing is lost or sent twice, and what nobody knows says so."""

import asyncio
import json
import os
import signal
import sys
from collections import Counter
from datetime import timedelta
from pathlib import Path

from foundation import database, settings
from notifications import claims, outlets, postman
from tests.builders.channels import Answer, Call, Vendor, jsoned
from tests.builders.messages import a_reader, announce

ROOT = Path(__file__).parents[2]
PEOPLE, DIES_AT = 60, 27


class Platform:
    """WeChat, which takes every message; at the `DIES_AT`-th the worker that sends it dies."""

    def __init__(self) -> None:
        self.taken: Counter[str] = Counter()
        self.victim: asyncio.subprocess.Process | None = None

    def answer(self, call: Call) -> Answer:
        if call.path.startswith("/cgi-bin/stable_token"):
            return jsoned({"access_token": "token", "expires_in": 7200})
        self.taken[json.loads(call.body)["touser"]] += 1
        if self.taken.total() == DIES_AT and self.victim:
            self.victim.send_signal(signal.SIGKILL)
        return jsoned({"errcode": 0, "msgid": self.taken.total()})


async def test_a_killed_worker_loses_nothing_and_doubles_nothing(
    db: None, redis_db: object, environment: dict[str, str]
) -> None:
    for number in range(PEOPLE):
        await announce(await a_reader(), f"bill_settled:{number}")
    platform = Platform()
    async with Vendor() as vendor:
        vendor.answer = platform.answer
        env = environment | {"WECHAT_API_URL": vendor.url}
        platform.victim = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.notifications.killed_postman", cwd=ROOT, env=os.environ | env
        )
        assert await platform.victim.wait() == -signal.SIGKILL
        settings.use(settings.load(env))
        await outlets.close()
        try:
            unknown = await claims.recover(after=timedelta())
            assert 0 < unknown <= postman.WAVE
            assert await postman.send_due("wechat", "usual", seconds=60)
        finally:
            await outlets.close()
    rows = await database.fetch(
        """select m.state, m.problem, a.openid from message m join platform_account a on a.citizen_id = m.citizen_id
            where m.channel = 'wechat'"""
    )
    assert Counter(row["state"] for row in rows) == {"sent": PEOPLE - unknown, "unknown": unknown}
    assert {row["problem"] for row in rows if row["state"] == "unknown"} == {"worker_died"}
    assert all(platform.taken[row["openid"]] == 1 for row in rows if row["state"] == "sent")
    assert max(platform.taken.values()) == 1
