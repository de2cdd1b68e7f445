"""工作台: what the staff of a hall work with in the browser; one module per thing they do."""

from pathlib import Path

from api.console import (
    day,
    desk,
    hall_setup,
    left_over,
    login,
    proposals,
    queue,
    quick,
    schedule,
    slot_places,
    special_days,
    type_rules,
    week,
    work_calendar,
)

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
    type_rules.routes,
    slot_places.routes,
    work_calendar.routes,
    quick.routes,
    proposals.routes,
    left_over.routes,
    week.routes,
)
