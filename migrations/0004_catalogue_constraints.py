"""What the models cannot say for `catalogue`: one published guide per item, and published guides that never change."""

from tortoise import migrations
from tortoise.migrations import operations as ops

CHECKS = """
create unique index guide_one_published on guide (item_id) where state = 'published';
create unique index guide_one_draft on guide (item_id) where state = 'draft';
create unique index guide_section_position on guide_section (guide_id, position);
-- the two tables point at each other; of such a pair Tortoise makes the later column without its index
create index service_item_guide on service_item (guide_id);
alter table guide
    add constraint guide_state check (state in ('draft', 'published', 'retired')),
    add constraint guide_version check (version > 0),
    add constraint guide_digest check (digest ~ '^[0-9a-f]{64}$'),
    add constraint guide_published_when check (state <> 'published' or published_at is not null);
alter table hall
    add constraint hall_level check (level in ('city', 'district', 'town', 'village')),
    add constraint hall_path check (path ~ '^([^/]+/)+$'),
    add constraint hall_place check ((longitude is null) = (latitude is null)
        and (longitude is null or (longitude between -180 and 180 and latitude between -90 and 90)));
alter table theme
    add constraint theme_kind check (kind in ('theme', 'life_event'));
alter table service_item
    add constraint service_item_kind check (kind in ('即办件', '承诺件')),
    add constraint service_item_fee check (fee_fen >= 0),
    add constraint service_item_days check (legal_days >= 0 and promised_days >= 0);
alter table catalogue_edition
    add constraint catalogue_edition_single check (id = 1);
insert into catalogue_edition (id, number) values (1, 0);
"""

# What citizens relied on stays as it was: an answer cites a section of a version. Only its state moves on.
IMMUTABLE = """
create function guide_immutable() returns trigger language plpgsql as $$
begin
    if old.state = 'draft' then
        return case when tg_op = 'DELETE' then old else new end;
    end if;
    if tg_op = 'UPDATE' and old.state = 'published' and new.state = 'retired'
        and (to_jsonb(new) - 'state') = (to_jsonb(old) - 'state') then
        return new;
    end if;
    raise exception 'guide % was published and never changes', old.id using errcode = 'restrict_violation';
end $$;
create trigger guide_never_changes before update or delete on guide
    for each row execute function guide_immutable();

create function guide_section_immutable() returns trigger language plpgsql as $$
declare
    touched bigint := case when tg_op = 'INSERT' then new.guide_id else old.guide_id end;
begin
    if exists (select from guide where id = touched and state <> 'draft') then
        raise exception 'guide % was published and never changes', touched using errcode = 'restrict_violation';
    end if;
    return case when tg_op = 'DELETE' then old else new end;
end $$;
create trigger guide_section_never_changes before insert or update or delete on guide_section
    for each row execute function guide_section_immutable();
"""


class Migration(migrations.Migration):
    dependencies = [("models", "0003_identity_constraints")]
    operations = [
        ops.RunSQL(
            CHECKS,
            reverse_sql="""
            delete from catalogue_edition;
            alter table catalogue_edition drop constraint catalogue_edition_single;
            alter table service_item drop constraint service_item_days, drop constraint service_item_fee,
                drop constraint service_item_kind;
            alter table theme drop constraint theme_kind;
            alter table hall drop constraint hall_place, drop constraint hall_path, drop constraint hall_level;
            alter table guide drop constraint guide_published_when, drop constraint guide_digest,
                drop constraint guide_version, drop constraint guide_state;
            drop index service_item_guide;
            drop index guide_section_position;
            drop index guide_one_draft;
            drop index guide_one_published;
            """,
        ),
        ops.RunSQL(
            IMMUTABLE,
            reverse_sql="""
            drop trigger guide_section_never_changes on guide_section;
            drop function guide_section_immutable();
            drop trigger guide_never_changes on guide;
            drop function guide_immutable();
            """,
        ),
    ]
