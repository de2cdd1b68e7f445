"""What each kind of field in a subscription message may hold (订阅消息参数值内容限制).

Source: the table of that name in WeChat's page on `subscribeMessage.send`. One character too many, or one of the wrong
kind, and the whole message is refused with 47003; so a template is checked when it is saved, and what is filled in is
cut to fit when it is sent.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

FIELD = re.compile(r"([a-z_]+?)\d{1,3}")
CLOCK = r"([01]?\d|2[0-3]):[0-5]\d(:[0-5]\d)?"
DAY = r"(\d{4}年\d{1,2}月\d{1,2}日|\d{4}-\d{1,2}-\d{1,2}|\d{4}/\d{1,2}/\d{1,2}|\d{4}\.\d{1,2}\.\d{1,2})"
MOMENT = rf"({DAY}( ?{CLOCK})?|{CLOCK})"
HAN = "\u4e00-\u9fff"
MORE = "请点开查看"  # where nothing is left of what should be said


@dataclass(frozen=True)
class Rule:
    """`holds` the whole pattern of a good value, `says` it in words; `fit` makes the best of any other."""

    holds: re.Pattern[str]
    says: str
    fit: Callable[[str], str]


def _cut(longest: int) -> Callable[[str], str]:
    return lambda text: text if len(text) <= longest else text[: longest - 1] + "…"


def _only(kept: str, longest: int, otherwise: str) -> Callable[[str], str]:
    return lambda text: re.sub(f"[^{kept}]", "", text).strip()[:longest].strip() or otherwise


def _moment(text: str) -> str:
    found = re.search(rf"{MOMENT}(\s?~\s?{MOMENT})?", text)
    return found[0] if found else text


def _amount(text: str) -> str:
    found = re.search(r"[¥￥$]?-?\d{1,10}(\.\d{1,2})?元?", text.replace(",", ""))
    return found[0] if found else text


def _number(text: str) -> str:
    found = re.search(r"-?\d{1,20}(\.\d{1,8})?", text.replace(",", ""))
    return found[0] if found else "0"


def _name(text: str) -> str:
    kept = re.sub(rf"[^{HAN}A-Za-z ·*.]", "", text)
    return kept.strip()[: 10 if re.search(f"[{HAN}]", kept) else 20].strip() or "本人"


RULES: dict[str, Rule] = {
    "thing": Rule(re.compile(r"[^\n]{1,20}"), "20 个以内字符", _cut(20)),
    "number": Rule(re.compile(r"(?=.{1,32}$)-?\d+(\.\d+)?"), "32 位以内数字，可带小数", _number),
    "letter": Rule(re.compile(r"[A-Za-z]{1,32}"), "32 位以内字母", _only("A-Za-z", 32, "A")),
    "symbol": Rule(
        re.compile(rf"[^\w\s{HAN}]{{1,5}}"), "5 位以内符号", lambda text: re.sub(r"[\w\s]", "", text)[:5] or "-"
    ),
    "character_string": Rule(re.compile(r"[\x20-\x7e]{1,32}"), "32 位以内数字、字母或符号", _only(" -~", 32, "-")),
    "time": Rule(re.compile(rf"{MOMENT}(\s?~\s?{MOMENT})?"), "24 小时制时间，可带年月日", _moment),
    "date": Rule(re.compile(rf"{DAY}( ?{CLOCK})?(\s?~\s?{DAY}( ?{CLOCK})?)?"), "年月日，可带时间", _moment),
    "amount": Rule(
        re.compile(r"[¥￥$]?-?\d{1,10}(\.\d{1,2})?元?"), "1 个币种符号和 10 位以内数字，可带小数，结尾可带“元”", _amount
    ),
    "phone_number": Rule(re.compile(r"[\d+\- ]{1,17}"), "17 位以内数字、符号", _only("0-9+\\- ", 17, "12345")),
    "car_number": Rule(
        re.compile(rf"[{HAN}A-Z0-9][A-Z0-9]{{0,6}}[{HAN}A-Z0-9]?"), "8 位以内，首末位可为汉字", lambda text: text[:8]
    ),
    "name": Rule(
        re.compile(rf"(?=.*[{HAN}])[^\n]{{1,10}}|[A-Za-z ·*.]{{1,20}}"), "10 个以内汉字或 20 个以内字母", _name
    ),
    "phrase": Rule(re.compile(rf"[{HAN}]{{1,5}}"), "5 个以内汉字", _only(HAN, 5, "请查看")),
}


def kind_of(field: str) -> str:
    """``thing`` of ``thing1``; empty when there is no such kind."""
    found = FIELD.fullmatch(field)
    return found[1] if found and found[1] in RULES else ""


def fault(field: str, value: str) -> str:
    """Why WeChat would refuse the message for this field, in words; empty when it would not."""
    kind = kind_of(field)
    if not kind:
        return f"没有 {field} 这类字段"
    return "" if RULES[kind].holds.fullmatch(value.strip()) and value.strip() else f"{field} 要求：{RULES[kind].says}"


def fitted(field: str, value: str) -> str:
    """`value` as this field takes it: cut, and without what does not belong there."""
    kind = kind_of(field)
    plain = re.sub(r"\s+", " ", value).strip()
    if not kind or (plain and RULES[kind].holds.fullmatch(plain)):
        return plain or MORE
    return RULES[kind].fit(plain or MORE)
