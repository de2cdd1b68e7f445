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
    """The same for what will be published: around what is masked, every character stays as it was written."""
    kept = _holdable(text)
    for hidden in (_NUMBERS, _MAIL):
        for found in reversed([*hidden.finditer(_narrow(kept))]):
            kept = kept[: found.start()] + "***" + kept[found.end() :]
    return kept if masked(kept) == _plain(kept) else masked(text)  # signs that become several may hide a number still


def _narrow(text: str) -> str:
    """As many signs as in `text`, each in its plain form where that is one sign."""
    plain = ((one, unicodedata.normalize("NFKC", one)) for one in text)
    return "".join(said if len(said) == 1 else one for one, said in plain)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", _holdable(text))


def _holdable(text: str) -> str:
    return text.replace("\x00", "").encode("utf-8", "ignore").decode("utf-8")
