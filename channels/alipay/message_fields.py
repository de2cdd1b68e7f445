"""What a template message of Alipay's mini-program may hold.

Source: the parameter table of `alipay.open.app.mini.templatemessage.send`: `data` at most 2,048 characters in all,
`page` 128, `user_template_id` 64; the keywords are keyword1, keyword2, … as the template was applied for.
"""

import re
from collections.abc import Mapping

KEYWORD = re.compile(r"keyword\d{1,2}")
LONGEST_DATA, LONGEST_VALUE = 2048, 200
FRAME = 24  # what JSON adds to one keyword and its value


def fault(field: str, value: str) -> str:
    """Why Alipay would refuse the message for this keyword, in words; empty when it would not."""
    if not KEYWORD.fullmatch(field):
        return f"没有 {field} 这类字段，应为 keyword1、keyword2 …"
    return "" if 0 < len(value.strip()) <= LONGEST_VALUE else f"{field} 要求：1 至 {LONGEST_VALUE} 个字符"


def fitted(fields: Mapping[str, str]) -> dict[str, str]:
    """The values cut so that all of them together are taken."""
    room = min(LONGEST_VALUE, LONGEST_DATA // max(len(fields), 1) - FRAME)
    plain = {name: re.sub(r"\s+", " ", value).strip() or "请点开查看" for name, value in fields.items()}
    return {name: value if len(value) <= room else value[: room - 1] + "…" for name, value in plain.items()}
