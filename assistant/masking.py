"""Masking: numbers of persons are taken out of a question before it is kept (身份证号 手机号 银行卡号)."""

import re
import unicodedata

_NUMBERS = re.compile(r"(?<![0-9A-Za-z])[0-9](?:[ -]?[0-9]){9,20}[0-9Xx]?(?![0-9A-Za-z])")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII)


def masked(text: str) -> str:
    """`text` with long numbers and mail addresses replaced by stars; full-width digits and gaps do not hide them.

    What PostgreSQL cannot hold (NUL, half surrogates) is left out.
    """
    return _MAIL.sub("***", _NUMBERS.sub("***", _plain(text)))


def for_readers(text: str) -> str:
    """The same for what will be published: where nothing is masked, punctuation stays as it was written."""
    hidden = masked(text)
    return _holdable(text) if hidden == _plain(text) else hidden


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", _holdable(text))


def _holdable(text: str) -> str:
    return text.replace("\x00", "").encode("utf-8", "ignore").decode("utf-8")
