"""The live bookings of a day are found by the day alone.

Where nothing asks for a day, PostgreSQL could take this index for a short list of all live bookings and read it once
for each person. With a predicate that only a question about a day implies, it cannot.
"""

from tortoise import migrations
from tortoise.migrations import operations as ops

LIVE = "state in ('held', 'booked', 'checked_in', 'serving')"
BY_DAY = f"""
drop index appointment_live_by_day;
create index appointment_live_by_day on appointment (day, slot_id) where {LIVE} and day is not null;
"""
AS_BEFORE = f"""
drop index appointment_live_by_day;
create index appointment_live_by_day on appointment (day, slot_id) where {LIVE};
"""


class Migration(migrations.Migration):
    dependencies = [("models", "0038_city_draft_constraints")]
    operations = [ops.RunSQL(BY_DAY, reverse_sql=AS_BEFORE)]
