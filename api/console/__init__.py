"""工作台: what the staff of a hall work with in the browser; one module per thing they do."""

from pathlib import Path

from api.console import (
    booking,
    call_list,
    closure,
    day,
    desk,
    draws,
    hall_setup,
    home,
    login,
    mini_codes,
    month,
    queue,
    schedule,
    slot,
    special_days,
    statistics,
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
    mini_codes.routes,
    schedule.routes,
    special_days.routes,
    draws.routes,
    closure.routes,
    call_list.routes,
    week.routes,
    month.routes,
    slot.routes,
    booking.routes,
    statistics.routes,
)
