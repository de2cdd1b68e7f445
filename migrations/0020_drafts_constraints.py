"""What the models cannot say of drafts of guides: one open draft an item, and a second pair of eyes.

Imports have the second pair of eyes, too.
"""

from tortoise import migrations
from tortoise.migrations import operations as ops

CHECKS = """
alter table guide_draft
    add constraint guide_draft_state check (state in ('editing', 'submitted', 'published', 'dropped')),
    add constraint guide_draft_published_by_another
        check ((state = 'published') = (reviewer_id is not null) and not editors @> to_jsonb(reviewer_id)),
    add constraint guide_draft_revision check (revision >= 1 and base_version >= 0);
alter table catalogue_import
    add constraint catalogue_import_state check (state in ('waiting', 'applied', 'dropped')),
    add constraint catalogue_import_decided_when check ((state = 'waiting') = (decided_at is null)),
    add constraint catalogue_import_applied_by_another
        check ((state = 'applied') = (approver_id is not null) and approver_id is distinct from sender_id);
create unique index guide_draft_one_open on guide_draft (slug) where state in ('editing', 'submitted');
create index guide_draft_item on guide_draft (item_id);
create index guide_draft_open on guide_draft (state, changed_at) where state in ('editing', 'submitted');
"""


class Migration(migrations.Migration):
    dependencies = [("models", "0019_directory_constraints")]
    operations = [
        ops.RunSQL(
            CHECKS,
            reverse_sql="""
            drop index guide_draft_open;
            drop index guide_draft_item;
            drop index guide_draft_one_open;
            alter table catalogue_import drop constraint catalogue_import_applied_by_another,
                drop constraint catalogue_import_decided_when, drop constraint catalogue_import_state;
            alter table guide_draft drop constraint guide_draft_revision,
                drop constraint guide_draft_published_by_another, drop constraint guide_draft_state;
            """,
        ),
    ]
