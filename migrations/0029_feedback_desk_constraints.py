"""What the models cannot say of ratings followed up and of consultations: who decided what, once each."""

from tortoise import migrations
from tortoise.migrations import operations as ops

CHECKS = """
alter table rating
    add constraint rating_subject_known check (subject_kind in ('visit', 'case', 'ticket')),
    add constraint rating_given_by_known check (given_by in ('online', 'code', 'kiosk')),
    add constraint rating_withdrawn_why check (withdrawn_at is not null or withdrawn_why = '');
create index rating_done_on on rating (done_on);
alter table rating_words
    add constraint rating_words_which check (which in ('first', 'again')),
    add constraint rating_words_state check (state in ('waiting', 'shown', 'hidden')),
    add constraint rating_words_says check (text <> ''),
    add constraint rating_words_decided_when check ((state = 'waiting') = (decided_at is null)),
    add constraint rating_words_shown_by_whom check (case state
        when 'shown' then shown <> '' and decided_by_id is not null else shown = '' end);
create index rating_words_waiting on rating_words (id) where state = 'waiting';
alter table rectification
    add constraint rectification_state_known
        check (state in ('open', 'called_back', 'mended', 'verified', 'dismissed')),
    add constraint rectification_called_when check (state = 'dismissed' or (state = 'open') = (called_back_on is null)),
    add constraint rectification_mended_when check (case
        when state in ('mended', 'verified') then mended_on is not null and remedy <> ''
        when state = 'dismissed' then true else mended_on is null end),
    add constraint rectification_found check (found in ('', 'satisfied', 'unreached')),
    add constraint rectification_verified_how check ((state = 'verified') = (found <> '')),
    add constraint rectification_reminded check (reminded in ('', 'soon')),
    add constraint rectification_escalated check (escalated in ('', 'call_back', 'mend')),
    add constraint rectification_rounds check (rounds >= 1 and extended_by >= 0);
create index rectification_going on rectification (mend_due) where state in ('open', 'called_back', 'mended');
alter table rectification_note
    add constraint rectification_note_kind check (kind in ('note', 'called', 'unreached', 'extended', 'mended',
        'satisfied', 'unsatisfied', 'accepted', 'rejected')),
    add constraint rectification_note_says check (text <> '');
alter table rectification_appeal
    add constraint rectification_appeal_state check (state in ('open', 'accepted', 'rejected')),
    add constraint rectification_appeal_decided check ((state = 'open') = (decided_at is null)
        and (state = 'open') = (decided_by_id is null) and (state = 'open') = (reason = '')),
    add constraint rectification_appeal_another_decides check (decided_by_id is distinct from filed_by_id);
alter table consultation_route
    add constraint consultation_route_kind check (kind in ('', 'question', 'complaint', 'proposal')),
    add constraint consultation_route_says check (department <> '');
alter table consultation
    add constraint consultation_kind check (kind in ('question', 'complaint', 'proposal')),
    add constraint consultation_state
        check (state in ('open', 'drafted', 'answered', 'refused', 'pointed', 'withdrawn')),
    add constraint consultation_drafted_by_whom check ((state = 'drafted') = (drafted_by_id is not null)),
    add constraint consultation_answered_when check (state not in ('answered', 'pointed') or answered_on is not null),
    add constraint consultation_refused_why check ((state = 'refused')
        = (refused_why in ('law', 'insult', 'repeated', 'unrelated') and refused_by_id is not null)),
    add constraint consultation_appeal check (appeal_state in ('', 'open', 'accepted', 'rejected')
        and (appeal_state not in ('open', 'rejected') or state = 'refused' )),
    add constraint consultation_mark check (mark between 1 and 5);
create unique index consultation_one_of_a_source on consultation (source) where source <> 'web';
create index consultation_asker on consultation (asker_fingerprint, text_fingerprint);
create index consultation_waiting on consultation (due_on, id) where state in ('open', 'drafted');
alter table consultation_entry
    add constraint consultation_entry_kind check (kind in ('asked', 'answered', 'again', 'refused', 'pointed',
        'appealed', 'decided', 'withdrawn', 'chat', 'note', 'draft', 'sent_back', 'moved'));
alter table public_answer
    add constraint public_answer_says check (question <> '' and answer <> ''),
    add constraint public_answer_taken_back_why check ((taken_back_at is null) = (taken_back_why = ''));
create index public_answer_pairs on public_answer using gin (pairs) where taken_back_at is null;
"""


class Migration(migrations.Migration):
    dependencies = [("models", "0028_messages_constraints")]
    operations = [
        ops.RunSQL(
            CHECKS,
            reverse_sql="""
            drop index public_answer_pairs;
            alter table public_answer drop constraint public_answer_taken_back_why, drop constraint public_answer_says;
            alter table consultation_entry drop constraint consultation_entry_kind;
            drop index consultation_waiting;
            drop index consultation_asker;
            drop index consultation_one_of_a_source;
            alter table consultation drop constraint consultation_mark, drop constraint consultation_appeal,
                drop constraint consultation_refused_why, drop constraint consultation_answered_when,
                drop constraint consultation_drafted_by_whom, drop constraint consultation_state,
                drop constraint consultation_kind;
            alter table consultation_route drop constraint consultation_route_says,
                drop constraint consultation_route_kind;
            alter table rectification_appeal drop constraint rectification_appeal_another_decides,
                drop constraint rectification_appeal_decided, drop constraint rectification_appeal_state;
            alter table rectification_note drop constraint rectification_note_says,
                drop constraint rectification_note_kind;
            drop index rectification_going;
            alter table rectification drop constraint rectification_rounds, drop constraint rectification_escalated,
                drop constraint rectification_reminded, drop constraint rectification_verified_how,
                drop constraint rectification_found, drop constraint rectification_mended_when,
                drop constraint rectification_called_when, drop constraint rectification_state_known;
            drop index rating_words_waiting;
            alter table rating_words drop constraint rating_words_shown_by_whom,
                drop constraint rating_words_decided_when, drop constraint rating_words_says,
                drop constraint rating_words_state, drop constraint rating_words_which;
            drop index rating_done_on;
            alter table rating drop constraint rating_withdrawn_why, drop constraint rating_given_by_known,
                drop constraint rating_subject_known;
            """,
        ),
    ]
