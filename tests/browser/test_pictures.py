"""`python -m tests.browser.client_screens` leaves no page of the client out."""

from collections import defaultdict

from tests.browser import client_screens
from tests.browser.test_every_screen import PAGES, page_of

BY_HAND = {"login", "kiosk"}
LEAD_ON = {"open", "apply"}  # at once, to a page that is taken


def test_every_page_has_a_picture() -> None:
    tables = (
        client_screens.SCREENS, client_screens.ON_A_PHONE, client_screens.FULL_SCREENS,
        client_screens.FULL_ON_A_PHONE, client_screens.UNPROVED,
    )  # fmt: skip
    addresses = [one.format_map(defaultdict(lambda: "code")) for table in tables for one in table.values()]
    assert {page_of(one) for one in addresses} | BY_HAND | LEAD_ON == PAGES
    assert len(addresses) == len({name for table in tables for name in table})  # none takes the file of another
