"""What the models cannot say of replies made into common questions, of weekly reports and of files of guides."""

from tortoise import migrations
from tortoise.migrations import operations as ops

CHECKS = """
alter table reply_faq
    add constraint reply_faq_state check (state in ('open', 'taken', 'declined')),
    add constraint reply_faq_decided
        check ((state = 'open') = (decided_at is null) and (decided_at is null) = (decided_by_id is null)),
    add constraint reply_faq_reason check (state <> 'declined' or note <> ''),
    add constraint reply_faq_taken check ((state = 'taken') = (draft_id is not null)),
    add constraint reply_faq_says check (question <> '' and answer <> ''),
    add constraint reply_faq_from
        check ((handover_id is null) = (line_id is null) and (state = 'taken' or line_id is not null));
create index reply_faq_by_state on reply_faq (state, id);
alter table quality_report
    add constraint quality_report_week check (extract(isodow from monday) = 1);
create function quality_report_kept() returns trigger language plpgsql as $$
begin
    raise exception 'a report of a week never changes';
end $$;
create trigger quality_report_never_changes before update or delete on quality_report
    for each row execute function quality_report_kept();
alter table guide_file
    add constraint guide_file_name check (name ~ '^[a-z0-9-]+[.](pdf|docx?|xlsx?|jpg|png)$'),
    add constraint guide_file_holds check (size > 0 and sha256 ~ '^[0-9a-f]{64}$');
create function guide_file_kept() returns trigger language plpgsql as $$
begin
    raise exception 'a file of a guide never changes';
end $$;
create trigger guide_file_never_changes before update or delete on guide_file
    for each row execute function guide_file_kept();
"""


class Migration(migrations.Migration):
    dependencies = [("models", "0024_knowledge_base_constraints")]
    operations = [
        ops.RunSQL(
            CHECKS,
            reverse_sql="""
            drop trigger guide_file_never_changes on guide_file;
            drop function guide_file_kept();
            alter table guide_file drop constraint guide_file_holds, drop constraint guide_file_name;
            drop trigger quality_report_never_changes on quality_report;
            drop function quality_report_kept();
            alter table quality_report drop constraint quality_report_week;
            drop index reply_faq_by_state;
            alter table reply_faq drop constraint reply_faq_from, drop constraint reply_faq_says,
                drop constraint reply_faq_taken, drop constraint reply_faq_reason,
                drop constraint reply_faq_decided, drop constraint reply_faq_state;
            """,
        ),
    ]
