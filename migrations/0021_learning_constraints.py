"""What the models cannot say of learning: the states of a group, who decided it, and what a label expects."""

from tortoise import migrations
from tortoise.migrations import operations as ops

CHECKS = """
alter table question_cluster
    add constraint question_cluster_state check (state in ('open', 'done', 'ignored')),
    add constraint question_cluster_decided
        check ((state = 'open') = (decided_at is null) and (decided_at is null) = (decided_by_id is null)),
    add constraint question_cluster_reason check (state <> 'ignored' or note <> '');
alter table labelled_question
    add constraint labelled_question_expects check (expects in ('answer', 'choose', 'unknown')),
    add constraint labelled_question_item
        check ((expects = 'answer') = (item_id is not null) and (section = '' or expects = 'answer'));
create index turn_to_learn on turn (id)
    where cluster_id is null and (band = 'unknown' or (band = 'person' and confidence = 0) or helpful is false);
create index turn_at on turn (at);
create index labelled_question_item_id on labelled_question (item_id);
"""


class Migration(migrations.Migration):
    dependencies = [("models", "0020_drafts_constraints")]
    operations = [
        ops.RunSQL(
            CHECKS,
            reverse_sql="""
            drop index labelled_question_item_id;
            drop index turn_at;
            drop index turn_to_learn;
            alter table labelled_question drop constraint labelled_question_item,
                drop constraint labelled_question_expects;
            alter table question_cluster drop constraint question_cluster_reason,
                drop constraint question_cluster_decided, drop constraint question_cluster_state;
            """,
        ),
    ]
