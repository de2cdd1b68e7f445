"""What a person keeps at hand."""

from tortoise import fields
from tortoise.fields import OnDelete
from tortoise.models import Model

from catalogue.models import ServiceItem
from identity.models import Citizen


class FavouriteItem(Model):
    """收藏: a service item that a person wants to find again, on whichever platform they come by."""

    id = fields.BigIntField(primary_key=True)
    citizen: fields.ForeignKeyRelation[Citizen] = fields.ForeignKeyField(
        "models.Citizen", related_name="favourites", on_delete=OnDelete.RESTRICT, db_index=True
    )
    item: fields.ForeignKeyRelation[ServiceItem] = fields.ForeignKeyField(
        "models.ServiceItem", related_name="favourite_of", on_delete=OnDelete.RESTRICT, db_index=True
    )
    since = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "favourite_item"
        unique_together = (("citizen", "item"),)
