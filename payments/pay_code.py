"""缴款识别码: a text whose form is a setting, for its composition differs from one treasury to the next.

The form is written as people would write it down: digits stand for themselves (a region, a 执收单位), ``YYYYMMDD`` for
the day, ``#`` for a digit at random, ``C`` at the end for a check digit over all before it (GB/T 17710, ISO 7064
MOD 11,10).
"""

import re
import secrets

from stdnum.iso7064 import mod_11_10

from foundation import clock, settings
from payments.bill_errors import PayCodeMalformed

DAY, RANDOM, CHECK = "YYYYMMDD", "#", "C"
ANY = re.compile("[0-9A-Za-z]{6,40}")


def given() -> str:
    """A new code of our form."""
    form = settings.current().payments.pay_code_form
    filled = form.replace(DAY, f"{clock.today():%Y%m%d}")
    filled = "".join(str(secrets.randbelow(10)) if sign == RANDOM else sign for sign in filled)
    if filled.endswith(CHECK):
        filled = filled[:-1] + str(mod_11_10.calc_check_digit(filled[:-1]))
    return filled


def must_fit(code: str) -> None:
    """Whether a code that was pushed may be one. Raises PayCodeMalformed."""
    ours = settings.current().payments
    if not ANY.fullmatch(code) or (ours.pay_codes_pushed == "form" and not _is_of(ours.pay_code_form, code)):
        raise PayCodeMalformed


def _is_of(form: str, code: str) -> bool:
    wanted = form.replace(DAY, "[0-9]{8}").replace(RANDOM, "[0-9]").replace(CHECK, "[0-9]")
    if not re.fullmatch(wanted, code):
        return False
    return not form.endswith(CHECK) or bool(mod_11_10.is_valid(code))
