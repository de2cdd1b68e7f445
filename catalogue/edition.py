"""The catalogue's edition: a number that moves with every published change, and a shout to whoever keeps a copy."""

from foundation import bus, database

TOPIC = "catalogue"


async def number() -> int:
    """The edition of now."""
    return int(await database.fetchval("select number from catalogue_edition where id = 1") or 0)


async def move_on() -> int:
    """Within the transaction that changed something: the new edition."""
    moved = "update catalogue_edition set number = number + 1 where id = 1 returning number"
    return int(await database.joined().fetchval(moved))


async def shout(edition: int) -> None:
    """Best effort; who does not hear it looks at the number."""
    await bus.tell(TOPIC, str(edition))
