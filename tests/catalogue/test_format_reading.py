"""Text that is no plain YAML or JSON: refused with its line, and never able to harm the reader."""

import json

import pytest
import yaml

from catalogue.faults import Fault, FormatFaults
from catalogue.format import parse_item, parse_synonyms
from catalogue.lines import DEEPEST, LONGEST
from tests.builders.catalogue_files import ITEM, spoiled


def faults_in(text: str, parse=parse_item) -> list[Fault]:
    with pytest.raises(FormatFaults) as refused:
        parse(text, "a.yaml")
    return refused.value.faults


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("related: []", "related: !!python/object/apply:os.system [ls]§", "不支持类型标签"),
        ("visits: 1", "visits: !!int 1§", "不支持类型标签"),
        ("visits: 1", "visits: &one 1§", "不支持锚点“&one”"),
    ],
)
def test_tags_and_anchors_are_refused(old, new, said):
    text, line = spoiled(ITEM, old, new)
    assert [(fault.line, said in fault.message) for fault in faults_in(text)] == [(line, True)]


def test_an_alias_bomb_is_refused_before_it_grows():
    lines = ["groups:", "  - &a0 { word: w, also: [lol] }"]
    lines += [f"  - &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    faults = faults_in("\n".join(lines), parse_synonyms)
    assert any("*a10" in fault.message and fault.line == 13 for fault in faults)
    assert len(faults) < 200


def test_a_merge_key_is_an_unknown_field():
    text, line = spoiled(ITEM, "visits: 1", "<<: { visits: 2 }§\nvisits: 1")
    assert [(fault.line, fault.field) for fault in faults_in(text)] == [(line, "<<")]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("audience: [自然人]", "audience: [自然人\nvisits§: 2"),
        ("    unit: 证", "     unit§: 证"),
        ("visits: 1", "\tvisits: 1§"),
        ("summary: 身份证到期换一张。", 'summary: "身份证"到期§'),
    ],
)
def test_broken_yaml_is_told_by_line(old, new):
    text, line = spoiled(ITEM, old, new)
    faults = faults_in(text)
    assert [fault.line for fault in faults] == [line], faults
    assert "写法有误" in faults[0].message


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("", 1, "文件是空的"),
        ("# 只有注释\n", 1, "文件是空的"),
        ("a: 1\n---\nb: 2\n", 2, "只能有一份内容"),
        ("a: 1\nb: \x00\n", 2, "控制字符"),
        ("a: 1\nb: " + "[" * (DEEPEST + 5), 2, "层次太深"),
        ('{\n"a":' + "[" * (DEEPEST + 5), 2, "层次太深"),
        ('{\n"a": 1,\n"b": 2,\n}', 4, '此处应为“"”'),
        ('{\n"a": 01\n}', 2, "此处应为一个值"),
        ('{\n"a": NaN\n}', 2, "此处应为一个值"),
        ('{\n"a": "x\ny"\n}', 2, "引号里的文字写法有误"),
        ('{\n"a": 1\n}\n}', 4, "还有多余的文字"),
        ('{\n"a": [1,\n]}', 3, "此处应为一个值"),
        ("[\n", 2, "此处应为一个值"),
    ],
)
def test_unreadable_text_is_told_by_line(text, line, said):
    faults = faults_in(text)
    assert [(fault.line, said in fault.message) for fault in faults] == [(line, True)], faults


def test_a_document_of_the_wrong_kind_is_one_fault():
    assert [fault.message[:5] for fault in faults_in("- 1\n- 2\n")] == ["应为一组字"]
    assert [fault.message[:5] for fault in faults_in("[1, 2]")] == ["应为一组字"]
    assert [fault.message[:5] for fault in faults_in("你好")] == ["应为一组字"]


def test_a_huge_file_is_refused_unread():
    assert "文件太大" in faults_in("a" * (LONGEST + 1))[0].message


def test_json_faults_have_lines_and_duplicates_are_seen():
    text = json.dumps(yaml.safe_load(ITEM), ensure_ascii=False, indent=1, default=str)
    rows = text.splitlines()
    at = next(number for number, row in enumerate(rows) if row.startswith(' "visits"'))
    rows[at] = ' "visits": -1,\n "visits": 1,\n "who": 3,'
    faults = faults_in("\n".join(rows))
    assert [(fault.line, fault.field) for fault in faults] == [(at + 1, "visits"), (at + 2, "visits"), (at + 3, "who")]


@pytest.mark.parametrize("scalar", ["no", "14:30", "0x1F", "1_000", "2025-05-10", "on", "0123"])
def test_words_which_yaml_usually_twists_stay_text(scalar):
    groups = parse_synonyms(f"groups:\n  - {{ word: {scalar}, also: [x] }}", "s.yaml").groups
    assert groups[0].word == scalar
