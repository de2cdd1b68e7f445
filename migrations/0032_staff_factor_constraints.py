"""What the models cannot say of staff accounts: a step of a one-time code never goes back."""

from tortoise import migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("models", "0031_booking_fees_constraints")]
    operations = [
        ops.RunSQL(
            """
            create function staff_factor_forward() returns trigger language plpgsql as $$
            begin
                raise exception 'a step that was used is used' using errcode = 'check_violation';
            end $$;
            create trigger staff_factor_forward before update of last_step on staff_factor
                for each row when (new.last_step < old.last_step) execute function staff_factor_forward();
            """,
            reverse_sql="""
            drop trigger staff_factor_forward on staff_factor;
            drop function staff_factor_forward();
            """,
        ),
    ]
