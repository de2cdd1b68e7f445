"""What the models cannot say of messages: states, what waits for a channel, consents, and who could not be reached."""

from tortoise import migrations
from tortoise.migrations import operations as ops

CHECKS = """
alter table message drop constraint message_channel_known, drop constraint message_state_known;
alter table message
    add constraint message_channel_known check (channel in ('inbox', 'wechat', 'alipay', 'sms')),
    add constraint message_state_known check (state in
        ('delivered', 'queued', 'sending', 'sent', 'reached', 'refused', 'failed', 'unknown')),
    add constraint message_inbox_delivered check ((channel = 'inbox') = (state = 'delivered')),
    add constraint message_claimed_by check (state <> 'sending' or (claim <> '' and claimed_at is not null)),
    add constraint message_due check (channel = 'inbox' or (due_at is not null and until_at is not null)),
    add constraint message_urgency check (urgency between 0 and 2);
create index message_waiting on message (channel, urgency, due_at, id) where state = 'queued';
create index message_in_hand on message (claimed_at) where state = 'sending';
create index message_occasion on message (occasion);
create index message_ledger on message (id desc) where channel <> 'inbox';
alter table message_consent
    add constraint message_consent_choice check (choice in ('once', 'always', 'refused'));
alter table message_template
    add constraint message_template_channel check (channel in ('inbox', 'wechat', 'alipay', 'sms')),
    add constraint message_template_version check (version > 0);
create function message_template_is_kept() returns trigger language plpgsql as $$
    begin raise exception 'a version of a message template is never changed'; end $$;
create trigger message_template_no_change before update or delete on message_template
    for each row execute function message_template_is_kept();
alter table topic_subscription
    add constraint topic_subscription_topic check (topic in ('theme', 'life_event', 'hall'));
create index topic_subscription_of on topic_subscription (topic, code, citizen_id);
alter table sms_day add constraint sms_day_counted check (number > 0);
alter table mass_send add constraint mass_send_state check (state in ('spreading', 'done', 'stopped'));
alter table unreached_notice
    add constraint unreached_notice_state check (state in ('open', 'called', 'moot')),
    add constraint unreached_notice_handled check ((state = 'open') = (handled_at is null));
create index unreached_notice_open on unreached_notice (id) where state = 'open';
"""


class Migration(migrations.Migration):
    dependencies = [("models", "0027_filing_constraints")]
    operations = [
        ops.RunSQL(
            CHECKS,
            reverse_sql="""
            drop index unreached_notice_open;
            alter table unreached_notice drop constraint unreached_notice_handled,
                drop constraint unreached_notice_state;
            alter table mass_send drop constraint mass_send_state;
            alter table sms_day drop constraint sms_day_counted;
            drop index topic_subscription_of;
            alter table topic_subscription drop constraint topic_subscription_topic;
            drop trigger message_template_no_change on message_template;
            drop function message_template_is_kept();
            alter table message_template drop constraint message_template_version,
                drop constraint message_template_channel;
            alter table message_consent drop constraint message_consent_choice;
            drop index message_ledger;
            drop index message_occasion;
            drop index message_in_hand;
            drop index message_waiting;
            alter table message drop constraint message_urgency, drop constraint message_due,
                drop constraint message_claimed_by, drop constraint message_inbox_delivered,
                drop constraint message_state_known, drop constraint message_channel_known;
            alter table message
                add constraint message_channel_known check (channel in ('inbox', 'wechat', 'alipay')),
                add constraint message_state_known check (state in
                    ('queued', 'sent', 'refused', 'failed', 'delivered'));
            """,
        ),
    ]
