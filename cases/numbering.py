"""登记赋码: case numbers and the document numbers of notices are texts, and their form is a setting.

Provinces compose them differently (item code, day and serial; region, day and serial), so nothing parses a number. A
serial counts up under all that stands before it; who guesses a neighbour's number still needs the second factor.
"""

import re
import secrets

from stdnum.iso7064 import mod_37_36

from foundation import clock, database, settings

SERIAL = re.compile(r"\{serial:([1-9])\}")
CHECK = "{check}"

NEXT = """
insert into case_serial (prefix, number) values ($1, 1)
on conflict (prefix) do update set number = case_serial.number + 1 returning number"""


async def case_no(*, item_code: str) -> str:
    """A new number for a case of this item. Within a transaction; a serial is held until it ends."""
    form = settings.current().cases.case_no_form
    filled = form.replace("{item}", item_code).replace("{yyyymmdd}", f"{clock.today():%Y%m%d}")
    filled = "".join(str(secrets.randbelow(10)) if sign == "#" else sign for sign in filled)
    body = await _numbered(filled.removesuffix(CHECK))
    # ISO 7064 MOD 37,36: letters and digits; what else stands in a form is not checked
    return body + mod_37_36.calc_check_digit(_plain(body)) if filled.endswith(CHECK) else body


async def document_no() -> str:
    """A new number for a notice. Within a transaction."""
    return await _numbered(settings.current().cases.notice_no_form.replace("{yyyy}", str(clock.today().year)))


async def _numbered(form: str) -> str:
    """Serials in place, each counted under what stands before it."""
    while found := SERIAL.search(form):
        prefix = form[: found.start()]
        number = await database.joined().fetchval(NEXT, prefix)
        form = f"{prefix}{number:0{found[1]}d}{form[found.end() :]}"
    return form


def _plain(text: str) -> str:
    return "".join(one for one in text.upper() if one.isascii() and one.isalnum())
