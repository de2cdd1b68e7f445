"""What is wrong with an online form beyond the types of its fields."""

import re
from collections.abc import Iterator, Sequence

from catalogue.item_sheet import FormField

At = tuple[str | int, ...]
CHOOSE = ("单选", "多选")
FORKS = (*CHOOSE, "是否")  # what another field may depend on
SIZED = ("单行", "多行", "数字")
YES_NO = ("是", "否")


def condition(text: str) -> tuple[str, list[str]]:
    """``reason=遗失|被盗`` as the field and the values."""
    field, _, values = text.partition("=")
    return field.strip(), [one.strip() for one in values.split("|") if one.strip()]


def of(form: Sequence[FormField]) -> Iterator[tuple[At, str]]:
    """(where, what is wrong and what to do)."""
    before: dict[str, FormField] = {}
    for number, one in enumerate(form):
        at: At = ("online_form", number)
        if one.field in before:
            yield (*at, "field"), f"字段编码“{one.field}”写了两次，请改名"
        yield from ((((*at, field)), said) for field, said in _own(one))
        if one.shown_if is not None:
            yield from (((*at, "shown_if"), said) for said in _fork(one.shown_if, before))
        before[one.field] = one


def _own(one: FormField) -> Iterator[tuple[str, str]]:
    if (one.asks in CHOOSE) != bool(one.options):
        yield "options", "单选、多选要写选项，其他填写方式不写选项，请核对"
    if one.least is not None and one.most is not None and one.least > one.most:
        yield "most", "最大值小于最小值，请核对"
    if one.asks not in SIZED and (one.least is not None or one.most is not None):
        yield "least", "只有文字和数字可以限制大小，请删去"
    if one.pattern is not None:
        if one.asks != "单行":
            yield "pattern", "格式只用于单行文字，请删去或改用单行"
        elif not _compiles(one.pattern):
            yield "pattern", "格式不是正确的正则表达式，请改正"


def _compiles(pattern: str) -> bool:
    try:
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError):
        return False
    return True


def _fork(text: str, before: dict[str, FormField]) -> Iterator[str]:
    field, values = condition(text)
    asked = before.get(field)
    if asked is None or asked.asks not in FORKS:
        yield f"“{text}”应写成“前面的字段=值”，该字段须是单选、多选或是否，请核对"
        return
    known = asked.options or list(YES_NO)
    if not values or set(values) - set(known):
        yield f"“{text}”里的值不在“{asked.label}”的选项中，请核对"
