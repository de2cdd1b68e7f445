"""A whole folder: codes must point at something that exists, and the command prints what an editor can click."""

import subprocess
import sys
from pathlib import Path

import pytest

from catalogue.faults import FormatFaults
from catalogue.format import check_catalogue, load_catalogue
from tests.builders.catalogue_files import (
    DEPARTMENTS,
    FILES,
    HALLS,
    ITEM,
    SCENARIOS,
    SYNONYMS,
    spoiled,
    write_catalogue,
)

TEXTS = {
    "item": ITEM,
    "halls": HALLS,
    "departments": DEPARTMENTS,
    "scenarios": SCENARIOS,
    "synonyms": SYNONYMS,
    "themes": FILES["themes.yaml"],
    "life_events": FILES["life_events.yaml"],
}
UNDER = """\
  - code: "9901-07-01"§
    name: 乡镇大厅
    short_name: 乡镇
    level: 镇街
    region: 某镇
    address: 某镇 1 号
    longitude: 123.5
    latitude: 28.2
    phone: "0000-5550002"
    hours:
      - { weekdays: [1], open: "09:00", close: "12:00" }
    windows:
      - { name: 1 号, business: 综合, departments: [police] }
"""


def test_a_sound_folder_has_no_fault_and_loads(tmp_path):
    folder = write_catalogue(tmp_path)
    assert check_catalogue(folder) == []
    catalogue = load_catalogue(folder)
    assert [item.slug for item in catalogue.items] == ["id-card"]
    assert catalogue.halls.halls[0].code == "9901"


@pytest.mark.parametrize(
    ("file", "old", "new", "field", "said"),
    [
        ("item", "slug: id-card", "slug: id-card-2§", "slug", "应与文件名一致"),
        ("item", "department: police", "department: polis§", "department", "没有编码为“polis”的部门"),
        ("item", "themes: [household]", "themes:\n  - household\n  - houses§", "themes[1]", "没有编码为“houses”的主题"),
        ("item", "life_events: [moving]", "life_events: [flying]§", "life_events[0]", "没有编码为“flying”的人生事件"),
        ("item", 'hall: "9901"', 'hall: "9902"§', "places[0].hall", "没有编码为“9902”的大厅"),
        ("item", "related: []", "related: [passport]§", "related[0]", "没有编码为“passport”的事项"),
        ("item", "交回旧证。 }", "交回旧证。, item: gone }§", "variants[0].item", "没有编码为“gone”的事项"),
        ("item", "form: blank.html", "form: other.html§", "materials[1].form", "forms 文件夹里没有“other.html”"),
        (
            "halls",
            "departments: [police]",
            "departments: [fire]§",
            "halls[0].windows[0].departments[0]",
            "没有编码为“fire”",
        ),
        ("halls", "close: 17:00", "close: 08:00§", "halls[0].hours[0].close", "关门时间必须晚于开门时间"),
        ("halls", "longitude: 123.5", "longitude: 223.5§", "halls[0].longitude", "超出范围"),
        ("halls", "[1, 2, 3, 4, 5]", "[1, 2, 3, 4, 8]§", "halls[0].hours[0].weekdays[4]", "超出范围"),
        (
            "halls",
            "departments: [police] }\n",
            f"departments: [police] }}\n{UNDER}",
            "halls[1].code",
            "上级大厅“9901-07”不存在",
        ),
        ("departments", "11990100DEMA000113", "119901OODEMA000113§", "departments[0].credit_code", "统一社会信用代码"),
        ("departments", "code: police", "code: fire\n    code: police§", "departments[0].code", "字段重复"),
        ("scenarios", "life_event: moving", "life_event: flying§", "scenarios[0].life_event", "没有编码为“flying”"),
        ("scenarios", "[原居民身份证]", "[旧身份证]§", "scenarios[0].outcomes[0].materials[0]", "没有材料“旧身份证”"),
        ("scenarios", "variant: 到期换领", "variant: 补领§", "scenarios[0].outcomes[0].variant", "没有情形“补领”"),
        (
            "scenarios",
            'id-card, when: { urgent: ["no"] }',
            'car, when: { urgent: ["no"] }§',
            "scenarios[0].outcomes[1].item",
            "没有编码为“car”",
        ),
        (
            "scenarios",
            'urgent: ["no"]',
            'hurry: ["no"]§',
            "scenarios[0].outcomes[1].when.hurry",
            "没有编码为“hurry”的问题",
        ),
        (
            "scenarios",
            '{ urgent: ["no"] }',
            '{ urgent: ["no", "eh"] }§',
            "scenarios[0].outcomes[1].when.urgent[1]",
            "没有编码为“eh”的选项",
        ),
        ("synonyms", "also: [huzhao]", "also: [sfz]§", "groups[1].also[0]", "“sfz”已在“身份证”一组中写过"),
    ],
)
def test_a_fault_across_files_is_told_by_line(tmp_path, file, old, new, field, said):
    text, line = spoiled(TEXTS[file], old, new)
    faults = check_catalogue(write_catalogue(tmp_path, **{file: text}))
    name = "items/id-card.yaml" if file == "item" else f"{file}.yaml"
    found = [(fault.path, fault.line, fault.field) for fault in faults if said in fault.message]
    assert found == [(str(tmp_path / name), line, field)], list(map(str, faults))


def test_an_answer_without_any_item_is_a_dead_end(tmp_path):
    text, line = spoiled(SCENARIOS, '      - { item: id-card, when: { urgent: ["no"] } }\n', "§")
    faults = check_catalogue(write_catalogue(tmp_path, scenarios=text))
    assert [(fault.field, "“不急”时没有任何事项" in fault.message) for fault in faults] == [
        ("scenarios[0].questions[0].options[1].label", True)
    ]
    assert faults[0].line == line - 3  # at the answer


def test_a_hall_without_the_department_is_no_place_for_the_item(tmp_path):
    fire = DEPARTMENTS + DEPARTMENTS.partition("\n")[2].replace("police", "fire").replace("公安局", "消防局")
    text, line = spoiled(ITEM, 'hall: "9901"', 'hall: "9901"§')
    folder = write_catalogue(tmp_path, departments=fire, item=text.replace("department: police", "department: fire"))
    assert [(fault.line, fault.field) for fault in check_catalogue(folder)] == [(line, "places[0].hall")]


def test_the_same_code_in_two_items_is_a_fault_of_the_second(tmp_path):
    folder = write_catalogue(tmp_path)
    (folder / "items" / "passport.yaml").write_text(ITEM.replace("slug: id-card", "slug: passport"), encoding="utf-8")
    faults = check_catalogue(folder)
    assert [(fault.line, fault.field) for fault in faults] == [(2, "item_code"), (4, "name")]
    assert {Path(fault.path).name for fault in faults} == {"passport.yaml"}


def test_faults_of_all_files_come_together(tmp_path):
    folder = write_catalogue(tmp_path, item=ITEM.replace("visits: 1", "visits: x"), halls="halls: []\n")
    (folder / "themes.yaml").unlink()
    (folder / "items" / "notes.txt").write_text("x", encoding="utf-8")
    (folder / "items" / "gbk.yaml").write_bytes("a: 1\nb: 身份证\n".encode("gbk"))
    found = {Path(fault.path).name: (fault.line, fault.message[:7]) for fault in check_catalogue(folder)}
    assert found == {
        "gbk.yaml": (2, "不是 UTF-"),
        "halls.yaml": (1, "至少要有 1 "),
        "id-card.yaml": (15, "应为整数，现为"),
        "notes.txt": (1, "不认识的文件类"),
        "themes.yaml": (1, "缺少这个文件，"),
    }
    with pytest.raises(FormatFaults) as refused:
        load_catalogue(folder)
    assert len(refused.value.faults) == 5


def test_two_files_of_one_kind_are_a_fault(tmp_path):
    folder = write_catalogue(tmp_path)
    (folder / "themes.json").write_text(
        '{"themes": [{"code": "household", "name": "户籍", "audience": "自然人", "summary": "x"}]}'
    )
    assert [Path(fault.path).name for fault in check_catalogue(folder)] == ["themes.json"]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "error", "-m", "catalogue.format", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_the_command_prints_file_and_line_and_exits_1(tmp_path):
    folder = write_catalogue(tmp_path, item=ITEM.replace("visits: 1", "visits: x"))
    done = run(str(folder))
    assert done.returncode == 1
    assert done.stdout.startswith(f"{folder}/items/id-card.yaml:15: visits：应为整数")
    assert "共 1 处错误" in done.stdout


def test_the_command_is_content_with_a_sound_folder_and_explains_itself(tmp_path):
    sound = run(str(write_catalogue(tmp_path)))
    assert (sound.returncode, sound.stderr) == (0, "")
    assert "检查通过" in sound.stdout
    assert run().returncode == 2
    assert "用法" in run(str(tmp_path / "nowhere")).stderr
