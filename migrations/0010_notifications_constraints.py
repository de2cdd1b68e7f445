"""What the models cannot say for `notifications`."""

from tortoise import migrations
from tortoise.migrations import operations as ops

CHECKS = """
alter table message
    add constraint message_channel_known check (channel in ('inbox', 'wechat', 'alipay')),
    add constraint message_state_known check (state in ('queued', 'sent', 'refused', 'failed', 'delivered'));
alter table message_consent
    add constraint message_consent_counts check (used >= 0 and used <= granted);
create index message_inbox on message (citizen_id, id desc) where channel = 'inbox';
"""


class Migration(migrations.Migration):
    dependencies = [("models", "0009_assistant_constraints")]
    operations = [ops.RunSQL(CHECKS)]
