"""Favourites follow a merge of two accounts, are handed over on request and go with the person."""

from typing import Any

from catalogue import favourites
from catalogue.favourite_models import FavouriteItem
from foundation import database, personal_data
from foundation.events import on
from identity.events import CitizensMerged

# $1 is kept, $2 is gone. Together they may be more than one may add: nobody loses what they have.
MOVE = """
insert into favourite_item (citizen_id, item_id, since) select $1, item_id, since from favourite_item
 where citizen_id = $2 on conflict do nothing"""


@on(CitizensMerged)
async def follow_merge(event: CitizensMerged) -> None:
    async with database.transaction() as tx:
        await tx.execute(MOVE, event.kept, event.gone)
        await tx.execute("delete from favourite_item where citizen_id = $1", event.gone)


async def export(citizen_id: int) -> dict[str, Any]:
    rows = await favourites.of(citizen_id)
    return {"favourites": [{"item": one.name, "since": one.since.isoformat()} for one in rows]}


async def forget(citizen_id: int) -> None:
    await FavouriteItem.filter(citizen_id=citizen_id).delete()


personal_data.register(
    "catalogue", export=export, forget=forget,
    title="收藏",
    holds=(personal_data.Holding("favourite_item", "收藏的事项"),),
)  # fmt: skip
