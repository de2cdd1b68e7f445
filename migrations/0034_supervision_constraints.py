"""What the models cannot say of supervision: rules and reports are added, never changed."""

from tortoise import migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("models", "0033_sign_on_constraints")]
    operations = [
        ops.RunSQL(
            """
            alter table supervision_rule
                add constraint supervision_rule_weights check (on_time_weight + early_weight + no_red_weight = 100),
                add constraint supervision_rule_days check (near_workdays >= 0 and red_workdays > 0 and least > 0),
                add constraint supervision_rule_stars
                    check (five_stars > four_stars and four_stars > three_stars and three_stars > two_stars);
            alter table supervision_report
                add constraint supervision_report_of_a_monday check (extract(isodow from week) = 1);
            create function supervision_stays() returns trigger language plpgsql as $$
            begin
                raise exception '% is append-only', tg_table_name using errcode = 'restrict_violation';
            end $$;
            create trigger supervision_report_stays before update or delete on supervision_report
                for each row execute function supervision_stays();
            create trigger supervision_rule_stays before update or delete on supervision_rule
                for each row execute function supervision_stays();
            """,
            reverse_sql="""
            drop trigger supervision_rule_stays on supervision_rule;
            drop trigger supervision_report_stays on supervision_report;
            drop function supervision_stays();
            alter table supervision_report drop constraint supervision_report_of_a_monday;
            alter table supervision_rule drop constraint supervision_rule_stars,
                drop constraint supervision_rule_days, drop constraint supervision_rule_weights;
            """,
        ),
    ]
