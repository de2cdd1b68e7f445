"""What the models cannot say of knowledge bases: one city at the top, one draft and one version in force an item."""

from tortoise import migrations
from tortoise.migrations import operations as ops

CHECKS = """
alter table knowledge_base
    add constraint knowledge_base_kind check (kind in ('city', 'district', 'department')),
    add constraint knowledge_base_top check ((kind = 'city') = (parent_id is null)),
    add constraint knowledge_base_place check (kind = 'district' or hall_id is null);
create unique index knowledge_base_one_city on knowledge_base (kind) where kind = 'city';
alter table local_guide
    add constraint local_guide_state check (state in ('draft', 'published', 'retired')),
    add constraint local_guide_published check ((state = 'draft') = (published_at is null)),
    add constraint local_guide_published_by_another
        check (published_by_id is null or not editors @> to_jsonb(published_by_id));
create unique index local_guide_one_draft on local_guide (base_id, item_id) where state = 'draft';
create unique index local_guide_one_in_force on local_guide (base_id, item_id) where state = 'published';
alter table local_word add constraint local_word_says check (said <> '' and word <> '' and said <> word);
alter table base_bands
    add constraint base_bands_both check ((answer_from is null) = (ask_from is null)),
    add constraint base_bands_order check (ask_from >= 0.05 and ask_from < answer_from and answer_from <= 0.95),
    add constraint base_bands_reason check (reason <> '');
"""


class Migration(migrations.Migration):
    dependencies = [("models", "0022_handover_constraints")]
    operations = [
        ops.RunSQL(
            CHECKS,
            reverse_sql="""
            alter table base_bands drop constraint base_bands_reason, drop constraint base_bands_order,
                drop constraint base_bands_both;
            alter table local_word drop constraint local_word_says;
            drop index local_guide_one_in_force;
            drop index local_guide_one_draft;
            alter table local_guide drop constraint local_guide_published_by_another,
                drop constraint local_guide_published, drop constraint local_guide_state;
            drop index knowledge_base_one_city;
            alter table knowledge_base drop constraint knowledge_base_place, drop constraint knowledge_base_top,
                drop constraint knowledge_base_kind;
            """,
        ),
    ]
