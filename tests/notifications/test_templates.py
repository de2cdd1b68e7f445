"""The words. WeChat refuses a whole message for one character too many; the rules are those of the sandbox."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.timeline import LABELS, NEXT, Kind
from channels.sms import segments
from channels.wechat.message_fields import fault, fitted
from notifications import jobs, samples, templates, wording
from notifications.kinds import Template, declared, filled
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
        "summary": name,
        "text": name,
        "material": name,
        "state": "结果已制作好，请带身份证到厅领取",
        **case,
    }


def of_case(kind: Kind) -> dict[str, str]:
    phrase, tip = templates.IN_SHORT[kind]
    return {"stage": LABELS[kind], "next": NEXT[kind], "phrase": phrase, "tip": tip}


ALL = [one for one in declared.values() if one.wechat]
EVERY = [(template, Kind.RECEIVED) for template in ALL] + [(templates.CASE_MOVED, kind) for kind in Kind]


@pytest.mark.parametrize(("template", "kind"), EVERY)
@pytest.mark.parametrize("name", [LONG, SHORT])
def test_every_field_is_what_wechat_takes(template: templates.Template, kind: Kind, name: str):
    for field, words in template.wechat.items():
        said = fitted(field, filled(words, values(name, **of_case(kind))))
        assert RULES[field.rstrip("0123456789")](said), (field, said)


@pytest.mark.parametrize(("template", "kind"), EVERY)
def test_only_a_name_is_ever_cut(template: templates.Template, kind: Kind):
    """Of our own words nothing is lost."""
    for field, words in template.wechat.items():
        said = filled(words, values(SHORT, **of_case(kind)))
        assert fitted(field, said) == said


@pytest.mark.parametrize(("template", "kind"), EVERY)
def test_the_inbox_text_fits_its_column(template: templates.Template, kind: Kind):
    assert len(filled(template.text, values(LONG * 2, **of_case(kind)))) <= 400
    assert len(template.title) <= 60
    for words in template.alipay.values():
        assert filled(words, values(LONG, **of_case(kind)))


def test_a_cancelled_booking_cannot_be_read_as_a_confirmed_one():
    said = fitted("thing1", filled(templates.BOOKING_CANCELLED.wechat["thing1"], values(LONG)))
    assert said.startswith("已取消")


CUT = ("thing", "number", "letter", "symbol", "character_string", "phone_number", "name", "phrase")


@pytest.mark.parametrize("kind", CUT)
@given(value=st.text(max_size=60))
def test_whatever_is_filled_in_the_platform_takes_it(kind: str, value: str):
    said = fitted(f"{kind}1", value)
    assert RULES[kind](said), said
    assert fault(f"{kind}1", said) == ""


@pytest.mark.parametrize(
    ("field", "value", "takes"),
    [
        ("time2", "2026-11-20 09:30", True), ("time2", "15:01", True), ("time2", "2019年10月1日 15:01", True),
        ("time2", "09:30~11:30", True), ("time2", "明天上午", False), ("date3", "2019年10月1日", True),
        ("date3", "10 月", False), ("amount2", "¥9999999999.99元", True), ("amount2", "八十元", False),
        ("thing1", "一" * 20, True), ("thing1", "一" * 21, False), ("phrase1", "已受理", True),
        ("phrase1", "OK", False),
        ("name1", "张三", True), ("name1", "Zhang San", True), ("name1", "司马相如司马相如司马相", False),
        ("car_number1", "粤A8Z888挂", True), ("letter1", "A1", False), ("number1", "-12.5", True),
        ("character_string1", "7K3M-9QXP", True), ("character_string1", "编号", False), ("keyword1", "x", False),
        ("thing", "x", False),
    ],
)  # fmt: skip
def test_the_published_limits_of_each_field(field: str, value: str, takes: bool):
    assert (fault(field, value) == "") is takes


def test_a_value_with_braces_fills_nothing_in():
    assert filled("您好 {name}", {"name": "{code}", "code": "x"}) == "您好 {code}"
    assert filled("{name.__class__} {nobody}", {"name": "x"}) == "{name.__class__} "


def test_every_kind_has_a_name_and_samples_for_all_its_places():
    assert jobs.export  # every listener is awake
    assert not [one for one in declared if one.startswith("unnamed-")]
    assert {place for one in declared.values() for place in one.places} <= samples.PLACES.keys()
    with pytest.raises(ValueError, match="bill_settled"):
        Template(kind="bill_settled", title="x", text="y")


@pytest.mark.usefixtures("settings_env")
@pytest.mark.parametrize("template", [one for one in declared.values() if one.sms], ids=lambda one: one.kind)
def test_a_text_message_is_never_too_long(template: Template):
    words = wording.as_declared(template)["sms"]
    letter = wording.letter(words, dict.fromkeys(template.places, LONG * 20))
    assert segments.length(segments.whole("指尖办", letter.text)) <= segments.LONGEST
    assert letter.segments == 8


@pytest.mark.parametrize(("characters", "parts"), [(1, 1), (70, 1), (71, 2), (134, 2), (135, 3), (500, 8)])
def test_text_messages_are_counted_as_they_are_billed(characters: int, parts: int):
    assert segments.count("一" * characters) == parts
    assert segments.length("😀") == 2
