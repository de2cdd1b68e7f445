"""中介服务机构名录."""

from tortoise import fields
from tortoise.models import Model


class Intermediary(Model):
    """中介和公共服务机构: one that issues what guides ask for, such as a notary, a surveyor or an appraiser."""

    id = fields.BigIntField(primary_key=True)
    code = fields.CharField(max_length=40, unique=True)
    name = fields.CharField(max_length=120)
    kind = fields.CharField(max_length=10)
    credit_code = fields.CharField(max_length=18)
    region = fields.CharField(max_length=40)
    address = fields.CharField(max_length=120)
    phone = fields.CharField(max_length=20)
    hours = fields.CharField(max_length=200)
    services: list[str] = fields.JSONField()
    fees = fields.TextField()
    items: list[str] = fields.JSONField()  # slugs of the guides that ask for what it issues
    position = fields.IntField()
    hidden = fields.BooleanField(default=False)  # closed or struck off: citizens do not see it

    class Meta:
        table = "intermediary"
