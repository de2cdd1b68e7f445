"""Masking: numbers of persons are taken out of a question before it is kept (身份证号 手机号 银行卡号)."""

import re
import unicodedata

_NUMBERS = re.compile(r"(?<![0-9A-Za-z])[0-9](?:[ -]?[0-9]){9,20}[0-9Xx]?(?![0-9A-Za-z])")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII)


def masked(text: str) -> str:
    """`text` with long numbers and mail addresses replaced by stars; full-width digits and gaps do not hide them.

    What PostgreSQL cannot hold (NUL, half surrogates) is left out.
    """
    plain = unicodedata.normalize("NFKC", text.replace("\x00", "").encode("utf-8", "ignore").decode("utf-8"))
    return _MAIL.sub("***", _NUMBERS.sub("***", plain))
