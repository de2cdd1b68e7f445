"""What the models cannot say of drafts of scenarios, themes and life events: one open draft, a second pair of eyes."""

from tortoise import migrations
from tortoise.migrations import operations as ops

CHECKS = """
alter table city_draft
    add constraint city_draft_kind check (kind in ('scenario', 'theme', 'life_event', 'order')),
    add constraint city_draft_state check (state in ('editing', 'submitted', 'published', 'dropped')),
    add constraint city_draft_published_by_another
        check ((state = 'published') = (reviewer_id is not null) and not editors @> to_jsonb(reviewer_id)),
    add constraint city_draft_end_submitted check (not ends or state <> 'editing'),
    add constraint city_draft_revision check (revision >= 1);
create unique index city_draft_one_open on city_draft (kind, code) where state in ('editing', 'submitted');
create index city_draft_open on city_draft (state, changed_at) where state in ('editing', 'submitted');
"""


class Migration(migrations.Migration):
    dependencies = [("models", "0037_supplements_constraints")]
    operations = [
        ops.RunSQL(
            CHECKS,
            reverse_sql="""
            drop index city_draft_open;
            drop index city_draft_one_open;
            alter table city_draft drop constraint city_draft_revision, drop constraint city_draft_end_submitted,
                drop constraint city_draft_published_by_another, drop constraint city_draft_state,
                drop constraint city_draft_kind;
            """,
        ),
    ]
