"""In the hall: the big screen that calls numbers and the kiosk that gives them."""

from pathlib import Path

from api.hall import display, kiosk

STATIC = Path(__file__).parent / "static"
ROUTES = (display.routes, kiosk.routes)
