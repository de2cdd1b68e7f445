"""When staff are reminded, and how long a reminder that is over is kept."""

from foundation import jobs, retention, settings
from notifications import duties


@jobs.scheduled("*/10 * * * *")
async def remind_staff() -> None:
    await duties.refresh()


retention.register(
    "notifications.staff_reminders",
    title="工作人员的待办提醒（已办结的）",
    days=lambda: settings.current().privacy.keep_messages_days,
    sweep=duties.forget_ended,
)
