"""工作台: what the staff of a hall work with in the browser; one module per thing they do."""

from pathlib import Path

from api.console import (
    booking,
    day,
    desk,
    hall_setup,
    home,
    login,
    month,
    queue,
    schedule,
    slot,
    special_days,
    statistics,
    waitlist,
    week,
)

STATIC = Path(__file__).parent / "static"
ROUTES = (
    login.routes,
    login.leaving,
    home.routes,
    day.routes,
    desk.routes,
    queue.routes,
    hall_setup.routes,
    schedule.routes,
    special_days.routes,
    week.routes,
    month.routes,
    slot.routes,
    booking.routes,
    waitlist.routes,
    statistics.routes,
)
