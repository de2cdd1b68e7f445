"""The one page of the mini-program that everything from outside opens: messages, cards, codes.

What is stored and shown names an address of ours, ``pages/booking/7K3M9QXP``, for years; a package has the pages it was
built with, and a platform shows an error where one is missing. So the landing page is there for ever, is given the
address as ``to``, and the client looks up which of its pages that is.
"""

from urllib.parse import quote

LANDING = "pages/open/open"
OURS = "pages/"


def page_for(address: str) -> str:
    """``pages/booking/7K3M`` → ``pages/open/open?to=booking%2F7K3M``."""
    return f"{LANDING}?{query_for(address)}"


def query_for(address: str) -> str:
    """What the landing page is opened with."""
    return f"to={quote(address.removeprefix(OURS), safe='')}"
