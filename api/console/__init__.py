"""工作台: what the staff of a hall work with in the browser; one module per thing they do."""

from pathlib import Path

from api.console import credit, day, desk, hall_setup, login, queue, rules, schedule, special_days, week

STATIC = Path(__file__).parent / "static"
ROUTES = (
    login.routes,
    login.leaving,
    day.routes,
    desk.routes,
    queue.routes,
    hall_setup.routes,
    schedule.routes,
    special_days.routes,
    week.routes,
    rules.routes,
    credit.routes,
)
