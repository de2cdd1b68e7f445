"""办件编号 of what is filed on line: the hall's region, the day, six random digits, a check digit. Never counted up:
who has one number cannot guess the next.
"""

from cases.models import Case
from foundation import clock, crypto

RANDOM = 10**6
TRIES = 20


async def new_number(hall_code: str) -> str:
    """One that no case has. Given out within the transaction that registers the case; the unique index decides."""
    for _ in range(TRIES):
        number = _drawn(hall_code)
        if not await Case.exists(case_no=number):
            return number
    raise RuntimeError("no free case number in 20 draws")


def _drawn(hall_code: str) -> str:
    region = "".join(sign for sign in hall_code if sign.isdigit())[:4].ljust(4, "0")
    digits = f"{region}{clock.today():%Y%m%d}{int.from_bytes(crypto.random_bytes(8)) % RANDOM:06d}"
    return digits + check_digit(digits)


def check_digit(digits: str) -> str:
    """Luhn: one wrong digit, or two neighbours swapped, make another number."""
    total = 0
    for place, sign in enumerate(reversed(digits)):
        value = int(sign) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return str(-total % 10)
