"""The words. WeChat refuses a whole message for one character too many; the rules are those of the sandbox."""

import pytest

from cases.timeline import LABELS, NEXT, Kind
from channels.wechat.messages import fitted
from notifications import templates
from sandbox.wechat_messages import RULES

LONG = "关于进一步做好全市范围内居民身份证换领补领与丢失招领工作有关事项的通知书"
SHORT = "办证"


def values(name: str, **case: str) -> dict[str, str]:
    return {
        "business": name,
        "hall": f"示例市{name}政务服务中心",
        "when": "2026-11-20 09:30",
        "code": "ABCD2345",
        "reason": f"原因：{name}。欢迎改约其他时段。",
        "title": name,
        "until": "11-20 10:00",
        "why": "轮到您时，您当天已预约过这项业务",
        "which": "明天",
        "cause": name[:60],
        "offer": "已为您保留示例区大厅 2026-11-20 09:30 的号，"
        "请在 11-20 08:00 前点开确认；也可在 11-20 20:00 前另选时段，优先于公众放号。",
        "note": name[:60],
        "card_when": "2026-11-20 09:30",
        "card_hall": f"示例市{name}政务服务中心",
        "yuan": "9999999999.99",
        "unit": name,
        "rule": name[:60],
        "item": name,
        "material": name,
        "state": "结果已制作好，请带身份证到厅领取",
        **case,
    }


def of_case(kind: Kind) -> dict[str, str]:
    phrase, tip = templates.IN_SHORT[kind]
    return {"stage": LABELS[kind], "next": NEXT[kind], "phrase": phrase, "tip": tip}


EVERY = [(template, Kind.RECEIVED) for template in templates.EVERY] + [(templates.CASE_MOVED, kind) for kind in Kind]


@pytest.mark.parametrize(("template", "kind"), EVERY)
@pytest.mark.parametrize("name", [LONG, SHORT])
def test_every_field_is_what_wechat_takes(template: templates.Template, kind: Kind, name: str):
    for field, words in template.wechat.items():
        said = fitted(field, words.format(**values(name, **of_case(kind))))
        assert RULES[field.rstrip("0123456789")](said), (field, said)


@pytest.mark.parametrize(("template", "kind"), EVERY)
def test_only_a_name_is_ever_cut(template: templates.Template, kind: Kind):
    """Of our own words nothing is lost."""
    for field, words in template.wechat.items():
        said = words.format(**values(SHORT, **of_case(kind)))
        assert fitted(field, said) == said


@pytest.mark.parametrize(("template", "kind"), EVERY)
def test_the_inbox_text_fits_its_column(template: templates.Template, kind: Kind):
    assert len(template.text.format(**values(LONG * 2, **of_case(kind)))) <= 400
    assert len(template.title) <= 60
    for words in template.alipay.values():
        assert words.format(**values(LONG, **of_case(kind)))


def test_a_cancelled_booking_cannot_be_read_as_a_confirmed_one():
    said = fitted("thing1", templates.BOOKING_CANCELLED.wechat["thing1"].format(**values(LONG)))
    assert said.startswith("已取消")
