"""Alipay's notices (异步通知): a form whose decoded values are signed."""

from urllib.parse import parse_qsl

from channels.alipay import signing
from channels.alipay.certificates import AlipayKeys
from channels.errors import ForgedNotice
from foundation import metrics

CHARSETS = {"utf-8", "gbk", "gb2312", "gb18030"}
UNSIGNED = ("sign", "sign_type")
MOST_FIELDS = 200


def verified_form(body: bytes, keys: AlipayKeys) -> dict[str, str]:
    """The fields of a genuine notice, without `sign` and `sign_type`. Raises ForgedNotice.

    Genuine does not mean ours: the caller checks app id, seller, number and amount.
    """
    try:
        form = _read(body)
        charset = form.get("charset", "utf-8").lower()
        sign, sign_type = (form.pop(name, "") for name in UNSIGNED)
        # ours whatever the form claims: a notice must not choose a weaker algorithm
        genuine = sign_type == keys.algorithm.sign_type and keys.verified(
            signing.joined(form).encode(charset), sign, form.get("alipay_cert_sn", "")
        )
    except (ValueError, LookupError):
        genuine = False
    if not genuine:
        metrics.count("channel_notices_refused_total", channel="alipay", why="ForgedNotice")
        raise ForgedNotice
    return form


def _read(body: bytes) -> dict[str, str]:
    text = body.decode("ascii")
    charset = dict(_pairs(text, "latin-1")).get("charset", "utf-8").lower()
    if charset not in CHARSETS:
        raise LookupError(charset)
    pairs = _pairs(text, charset)
    form = dict(pairs)
    if len(form) != len(pairs):
        raise ValueError("the same name twice")
    return form


def _pairs(text: str, charset: str) -> list[tuple[str, str]]:
    return parse_qsl(text, keep_blank_values=True, encoding=charset, errors="strict", max_num_fields=MOST_FIELDS)
