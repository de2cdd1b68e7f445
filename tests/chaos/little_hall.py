"""`python -m tests.chaos.little_hall`: a hall, three businesses of few places and a desk, in an empty database.

Today's business is the one people come for, tomorrow's places cool before they return, the third has the fewest. Prints
the slots' ids, business by business, and writes `$VAR/demo_accounts.json` as the demo city does.
"""

import asyncio
import json
import os
import secrets
from datetime import datetime, time, timedelta
from pathlib import Path

import rooms
from appointments import waiting_rules
from appointments.models import AppointmentType, Slot
from appointments.waiting_rules import Rule
from catalogue.models import Department, Hall
from foundation import clock, database, settings
from foundation.actor import Actor
from identity import staff
from tests.journeys.walkers import HALL

BY = Actor.system("test")
SLOTS, PLACES, ALL_DAY = 4, (3, 3, 2), 24 * 60


async def open_hall() -> list[list[int]]:
    """The ids of the slots of each business."""
    hall = await Hall.create(code=HALL, name="示例市政务服务中心", level="city", path=f"{HALL}/", address="示例路 1 号")
    department = await Department.create(code="police", name="公安窗口")
    found = []
    for number, places in enumerate(PLACES):
        of = await AppointmentType.create(
            code=f"storm-{number}", name=f"风暴中的业务 {number}", hall=hall, department=department, cancel_minutes=0,
            check_in_early_minutes=ALL_DAY, check_in_late_minutes=ALL_DAY,
        )  # fmt: skip
        found.append([(await _slot(of, number, places, nth)).id for nth in range(SLOTS)])
        if number == 1:
            rule = Rule(cooling="random", cooling_least_minutes=0, cooling_most_minutes=1)
            await waiting_rules.change(type_id=of.id, rule=rule, by=BY)
    return found


async def _slot(of: AppointmentType, days: int, places: int, nth: int) -> Slot:
    """Today's are late in the evening, so that they can still be given back; all can be booked for hours to come."""
    now, day = clock.now(), clock.today() + timedelta(days=days)
    starts_at = datetime.combine(day, time(9 + nth) if days else time(23, 50 + nth), clock.SHANGHAI)
    return await Slot.create(
        type=of, day=day, starts_at=starts_at, ends_at=starts_at + timedelta(minutes=30), capacity=places,
        release_at=now - timedelta(hours=1), close_at=max(starts_at, now + timedelta(hours=2)),
    )  # fmt: skip


async def open_desk(var: Path) -> None:
    """One account that may do everything in the hall."""
    password = f"demo-{secrets.token_hex(5)}"
    await staff.create_staff(
        username="centre", display_name="王五", password=password, roles=(("window", f"{HALL}/"),), by=BY
    )
    accounts = {"staff": [{"username": "centre", "password": password}]}
    (var / "demo_accounts.json").write_text(json.dumps(accounts))


async def main() -> None:
    await database.start(settings.current().database_url, models=rooms.MODELS, pool=2)
    try:
        await open_desk(Path(os.environ["VAR"]))
        print(json.dumps(await open_hall()))  # noqa: T201
    finally:
        await database.stop()


if __name__ == "__main__":
    asyncio.run(main())
