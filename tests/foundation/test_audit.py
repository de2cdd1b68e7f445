"""Who did what, when and why, in the transaction of the deed."""

from datetime import UTC, datetime

import pytest

from foundation import audit, clock, database, logs
from foundation.actor import Actor


def test_an_actor_reads_as_the_audit_keeps_it() -> None:
    actors = (
        Actor.citizen(12),
        Actor.staff(3),
        Actor.department("hr"),
        Actor.channel("wechat"),
        Actor.system("expiry"),
    )
    assert list(map(str, actors)) == ["citizen:12", "staff:3", "department:hr", "channel:wechat", "system:expiry"]
    assert Actor.citizen(12).number == 12


async def test_the_audit_remembers_who_what_when_why_and_in_which_request(db: None) -> None:
    logs.use_request_id("trace-0001")
    with clock.frozen(datetime(2026, 3, 1, tzinfo=UTC)):
        async with database.transaction():
            await audit.record(
                "booking.cancelled", subject="appointment:5", by=Actor.staff(3), reason="停电" * 300, detail={"n": 1}
            )
    logs.use_request_id("")
    (row,) = await database.fetch("select * from audit_row")
    assert (row["actor"], row["action"], row["subject"]) == ("staff:3", "booking.cancelled", "appointment:5")
    assert (row["at"], row["request_id"], len(row["reason"])) == (datetime(2026, 3, 1, tzinfo=UTC), "trace-0001", 400)


async def test_what_rolls_back_leaves_no_audit_row_and_outside_there_is_none(db: None) -> None:
    async def broken() -> None:
        async with database.transaction():
            await audit.record("a", subject="b:1", by=Actor.system("test"))
            raise KeyError

    with pytest.raises(KeyError):
        await broken()
    with pytest.raises(database.NotInTransaction):
        await audit.record("a", subject="b:1", by=Actor.system("test"))
    assert await database.fetchval("select count(*) from audit_row") == 0
