"""One guide file at a time: each fault is named with its exact line and field, and every fault in one go."""

import json

import pytest
import yaml

from catalogue.faults import Fault, FormatFaults
from catalogue.format import parse_departments, parse_halls, parse_item, parse_scenarios, parse_synonyms
from tests.builders.catalogue_files import DEPARTMENTS, HALLS, ITEM, SCENARIOS, SYNONYMS, spoiled

FAQS = ITEM[ITEM.index("  - { question: 要钱吗") : ITEM.index("related:")]


def only_fault(text: str, parse=parse_item) -> Fault:
    with pytest.raises(FormatFaults) as refused:
        parse(text, "a.yaml")
    assert len(refused.value.faults) == 1, str(refused.value)
    return refused.value.faults[0]


def test_a_sound_item_is_read_whole():
    item = parse_item(ITEM, "id-card.yaml")
    assert (item.slug, item.fees[0].amount_fen, item.halls) == ("id-card", 2000, ["9901"])
    assert item.materials[0].format == ["原件"]
    assert item.period.legal_workdays == 42
    assert item.effective.isoformat() == "2025-01-01"


def test_json_says_the_same_as_yaml():
    as_json = json.dumps(yaml.safe_load(ITEM), ensure_ascii=False, indent="\t", default=str)
    assert parse_item(as_json, "id-card.json") == parse_item(ITEM, "id-card.yaml")


def test_a_byte_order_mark_and_windows_line_ends_are_harmless():
    assert parse_item("\ufeff" + ITEM.replace("\n", "\r\n"), "a.yaml") == parse_item(ITEM, "a.yaml")


def test_the_other_files_are_read():
    hall = parse_halls(HALLS, "halls.yaml").halls[0]
    assert (hall.path, hall.parent, hall.hours[0].close, hall.latitude) == ("9901/", None, "17:00", 28)
    assert parse_departments(DEPARTMENTS, "d.yaml").departments[0].code == "police"
    assert parse_synonyms(SYNONYMS, "s.yaml").groups[1].also == ["huzhao"]
    assert len(parse_scenarios(SCENARIOS, "c.yaml").scenarios[0].outcomes) == 2


@pytest.mark.parametrize(
    ("old", "new", "field", "said"),
    [
        ("visits: 1", "visits: 1\nvisitz: 1§", "visitz", "没有这个字段"),
        ("visits: 1", "visits: 1\nvisits: 2§", "visits", "字段重复，第 15 行已写过"),
        ("    unit: 证", "    unit: 证\n    unit: 本§", "fees[0].unit", "字段重复，第 33 行已写过"),
        ("    amount_fen: 2000", "    amount_fen: 2000\n    amount: 1§", "fees[0].amount", "没有这个字段"),
        ("  - name: 原居民身份证", "  - note: 旧证§", "materials[0].name", "缺少必填字段"),
        ("工本费\n    amount_fen: 2000", "工本费§", "fees[0].amount_fen", "缺少必填字段"),
        ("visits: 1", 'visits: "1"§', "visits", "应为整数，现为文字"),
        ("visits: 1", "visits: 1.5§", "visits", "应为整数，现为小数"),
        ("visits: 1", "visits: true§", "visits", "应为整数，现为是否"),
        ("visits: 1", "visits:§", "visits", "应为整数，现为空值"),
        ("visits: 1", "visits: 100§", "visits", "超出范围"),
        ("exempt: true", "exempt: yes§", "materials[1].exempt", "应为是否"),
        ("short_name: 换身份证", "short_name: 12345§", "short_name", "请加引号"),
        ("short_name: 换身份证", "short_name: ~§", "short_name", "现为空值"),
        ("short_name: 换身份证", 'short_name: " 换身份证"§', "short_name", "首尾无空格"),
        ("short_name: 换身份证", "short_name: " + "换" * 41 + "§", "short_name", "1–40 字"),
        ("audience: [自然人]", "audience: 自然人§", "audience", "应为列表，现为文字"),
        ("audience: [自然人]", "audience: []§", "audience", "至少要有 1 项"),
        ("audience: [自然人]", "audience:\n  - 自然人\n  - 个人§", "audience[1]", "请从中选一个：法人、自然人"),
        (FAQS, "  - { question: 要钱吗, answer: 二十元。 }§\n", "faqs", "至少要有 3 项，现有 1 项"),
        ("  - { name: 受理, text: 到窗口照相。 }", "  - 到窗口照相§", "steps[0]", "应为一组字段，现为文字"),
        ("amount_fen: 2000", "amount_fen: -1§", "fees[0].amount_fen", "-1 超出范围，应为0 或正整数"),
        ("amount_fen: 2000", "amount_fen: 20.00§", "fees[0].amount_fen", "应为整数，现为小数"),
        ("slug: id-card", "slug: ID_Card§", "slug", "小写字母"),
        ("effective: 2025-01-01", "effective: 2025-02-30§", "effective", "不是有效日期"),
        ("effective: 2025-01-01", "effective: 2025/01/01§", "effective", "不是有效日期"),
        ("version: 1", "version: 0§", "version", "超出范围"),
        ("version: 1", "version: 1\nexpires: 2024-12-31§", "expires", "晚于生效日期"),
        (
            "promised_days: 20",
            "promised_days: 43§",
            "period.promised_days",
            "长于法定时限 60 个自然日（合 42 个工作日）",
        ),
        ("promised_days: 20", "promised_days: 0§", "period.promised_days", "至少 1 个工作日"),
        ("20, basis: 居民身份证法 }", "20 }§", "period.legal_days", "请补上 basis"),
        ("true, minutes: 15", "true§", "appointment.minutes", "请补上"),
        ("    licence: 居民户口簿电子证照\n    exempt", "    exempt§", "materials[1].exempt", "请补上 licence"),
        ("  - name: 居民户口簿\n", "  - name: 原居民身份证§\n", "materials[1].name", "与第 1 项重复"),
        ("[换身份证, hsfz]", "[换身份证, 换身份证]§", "aliases[1]", "重复"),
        ("question: 多久", "question: 要钱吗§", "faqs[1].question", "重复"),
        ("related: []", "related: [id-card]§", "related[0]", "不能是自己"),
        ('complaint: ["12345"]', 'complaint: ["电话"]§', "phones.complaint[0]", "区号-号码"),
    ],
)
def test_a_fault_names_line_and_field_and_says_what_to_do(old, new, field, said):
    text, line = spoiled(ITEM, old, new)
    fault = only_fault(text)
    assert (fault.line, fault.field) == (line, field), str(fault)
    assert said in fault.message


@pytest.mark.parametrize(
    ("old", "new", "field", "said"),
    [
        ("kind: 承诺件", "kind: 即办件", "period.promised_days", "承诺时限应为 0"),
        ("channels: both", "channels: online", "appointment.bookable", "不能预约窗口"),
    ],
)
def test_two_fields_which_disagree_are_shown_at_the_one_to_change(old, new, field, said):
    fault = only_fault(ITEM.replace(old, new))
    line = next(n for n, row in enumerate(ITEM.splitlines(), 1) if row.startswith(field.split(".")[0]))
    assert (fault.line, fault.field) == (line, field)
    assert said in fault.message


def test_every_fault_is_told_at_once_in_order():
    text = (
        ITEM.replace("visits: 1", "visits: x").replace("amount_fen: 2000", "amount_fen: -5").replace("slug:", "slag:")
    )
    with pytest.raises(FormatFaults) as refused:
        parse_item(text, "a.yaml")
    found = [(fault.line, fault.field) for fault in refused.value.faults]
    assert found == [(1, "slag"), (1, "slug"), (15, "visits"), (32, "fees[0].amount_fen")]
    assert refused.value.status == 422
    assert refused.value.as_dict()["detail"]["faults"][2]["line"] == 15
    assert str(refused.value).splitlines()[3].startswith("a.yaml:32: fees[0].amount_fen：-5 超出范围")
