"""The words staff keep for a kind of message."""

from tortoise import fields
from tortoise.models import Model


class MessageTemplate(Model):
    """消息模板: one version of the words of a kind on a channel. The latest holds; a version is never changed.

    `words` maps the channel's field names to texts; `text` is what the inbox and a text message say.
    """

    id = fields.BigIntField(primary_key=True)
    kind = fields.CharField(max_length=40)
    channel = fields.CharField(max_length=10)
    version = fields.IntField()
    template_id = fields.CharField(max_length=64, default="")
    title = fields.CharField(max_length=60, default="")
    text = fields.CharField(max_length=500, default="")
    words: dict[str, str] = fields.JSONField(default=dict)
    enabled = fields.BooleanField(default=True)
    made_by = fields.CharField(max_length=80)
    made_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "message_template"
        unique_together = (("kind", "channel", "version"),)
