"""What we ship: the whole folder is sound and keeps the house rules a citizen relies on."""

import re
from collections import Counter, defaultdict
from pathlib import Path

import pytest
from stdnum.cn import uscc

from catalogue.format import Catalogue, check_catalogue, load_catalogue
from catalogue.item_sheet import ItemFile
from catalogue.sections import HallLine, sections_of
from foundation import clock

DATA = Path(__file__).parents[2] / "catalogue" / "data"
SHIPPED: Catalogue = load_catalogue(DATA)
ITEMS = {item.slug: item for item in SHIPPED.items}
EACH = pytest.mark.parametrize("item", SHIPPED.items, ids=list(ITEMS))
HALLS = {hall.code: HallLine(name=hall.name, address=hall.address, opening_hours="") for hall in SHIPPED.halls.halls}
SECTIONS = {
    item.slug: {section.kind for section in sections_of(item, department=item.department, halls=HALLS)}
    for item in SHIPPED.items
}
MEANT_TWICE = {"办营业执照", "婚姻登记"}
TRUE_FEES = {
    "id-card-first": {0},
    "id-card-renew": {2000, 4000},
    "id-card-replace": {4000},
    "id-card-temporary": {1000},
    "passport": {12000, 2000},
    "hk-macao-permit": {6000, 1500, 3000, 8000},
    "residence-permit": {0},
    "marriage": {0},
    "driver-licence": {1000},
    "vehicle-register": {10000, 1500, 1000},
    "real-estate-transfer": {8000, 55000, 1000},
    "company-register": {0},
    "taiwan-permit": {6000, 1500, 8000},
    "hk-tw-residence": {0, 2000, 4000},
    "vehicle-transfer": {10000, 1500},
    "vehicle-plate": {10000, 1500, 1000},
    "temporary-plate": {500},
    "driver-first": {1000},
    "driver-add": {1000},
    "vehicle-cancel": {0},
    "divorce": {0},
    "hukou-book": {0},
    "health-check": {0},
    "real-estate-mortgage": {8000, 55000},
    "real-estate-unmortgage": {0},
    "real-estate-reissue": {1000},
    "adoption": {0},
    "labour-arbitration": {0},
    "vehicle-inspection": {0},
}


def test_the_folder_is_sound():
    assert list(map(str, check_catalogue(DATA))) == []


def test_there_is_enough_for_people_and_for_firms():
    assert len(SHIPPED.items) >= 200
    assert sum(item.audience[0] == "自然人" for item in SHIPPED.items) >= 140
    assert sum(item.audience[0] == "法人" for item in SHIPPED.items) >= 55
    assert len(SHIPPED.halls.halls) >= 8
    assert {hall.level for hall in SHIPPED.halls.halls} == {"市", "区", "镇街", "村居"}
    assert len(SHIPPED.scenarios.scenarios) >= 12
    assert len(SHIPPED.themes.themes) >= 20
    assert len(SHIPPED.synonyms.groups) >= 100
    assert len({name for item in SHIPPED.items for name in item.aliases}) >= 300
    assert SHIPPED.intermediaries is not None


@EACH
def test_house_rules(item: ItemFile):
    assert len(item.faqs) >= 3
    assert item.legal_basis
    assert item.fees
    assert item.halls
    assert len(item.aliases) >= 3
    assert any(re.fullmatch(r"[a-z]{2,8}", alias) for alias in item.aliases), "pinyin initials"
    assert "12345" in item.phones.consult + item.phones.complaint
    assert item.name not in item.aliases
    assert len(item.item_code) == 31


@EACH
def test_every_element_is_there(item: ItemFile):
    assert len(item.steps) >= 2
    assert item.themes
    assert item.related, "what else may be needed"
    assert item.effective <= clock.today()
    wanted = {"summary", "conditions", "materials", "steps", "periods", "fees", "places", "result", "legal_basis"}
    wanted |= {"contacts", "question"} | ({"online"} if item.channels != "hall" else {"booking"})
    assert wanted <= SECTIONS[item.slug]


def test_an_everyday_name_means_one_item():
    owners: dict[str, set[str]] = defaultdict(set)
    for item in SHIPPED.items:
        for name in (item.name, item.short_name, *item.aliases):
            owners[name].add(item.slug)
    assert {name for name, slugs in owners.items() if len(slugs) > 1} == MEANT_TWICE


def test_no_text_is_padding():
    """What is said of one item is said of it alone; the same words for many would say nothing of any."""
    said = [
        text
        for item in SHIPPED.items
        for text in {item.summary, *item.conditions, *(faq.answer for faq in item.faqs), *(s.text for s in item.steps)}
    ]
    assert {text for text, times in Counter(said).items() if times > 2} == set()


def test_a_question_is_answered_once():
    asked = Counter(way for item in SHIPPED.items for faq in item.faqs for way in (faq.question, *faq.also))
    assert [way for way, times in asked.items() if times > 1] == []


@EACH
def test_codes_and_telephones_are_openly_fictional(item: ItemFile):
    department = next(row for row in SHIPPED.departments.departments if row.code == item.department)
    assert uscc.is_valid(department.credit_code)
    assert department.credit_code[2:8] == "990100", "no such region"
    assert item.item_code == f"{department.credit_code}3{item.basic_code}"
    for phone in item.phones.consult + item.phones.complaint:
        assert re.fullmatch(r"0000-555[0-9]{4}|12[0-9]{3}", phone), phone


@EACH
def test_a_person_finds_an_honest_answer_about_money(item: ItemFile):
    for fee in item.fees:
        assert fee.amount_fen % 100 == 0
        assert fee.basis
    if {fee.amount_fen for fee in item.fees} == {0}:
        text = item.summary + "".join(faq.answer for faq in item.faqs)
        assert not re.search(r"(登记费|工本费)[^。，]{0,4}[1-9]\d* ?元", text)


@pytest.mark.parametrize(("slug", "amounts"), TRUE_FEES.items())
def test_true_national_fees(slug, amounts):
    assert {fee.amount_fen for fee in ITEMS[slug].fees} == amounts


def test_every_theme_life_event_and_department_is_used():
    used = {theme for item in SHIPPED.items for theme in item.themes}
    assert {theme.code for theme in SHIPPED.themes.themes} == used
    assert {row.code for row in SHIPPED.life_events.life_events} == {
        e for item in SHIPPED.items for e in item.life_events
    }
    assert {row.code for row in SHIPPED.departments.departments} == {item.department for item in SHIPPED.items}


def test_every_blank_form_is_asked_for_and_printable():
    asked = {name for item in SHIPPED.items for material in item.materials for name in (material.form, material.sample)}
    shipped = sorted((DATA / "forms").iterdir())
    assert {path.name for path in shipped} == asked - {None}
    for path in shipped:
        page = path.read_text(encoding="utf-8")
        assert '<meta charset="utf-8">' in page
        assert "http" not in page
        assert "<script" not in page


def test_every_intermediary_is_openly_a_demonstration():
    assert SHIPPED.intermediaries is not None
    for row in SHIPPED.intermediaries.intermediaries:
        assert "演示" in row.name
        assert uscc.is_valid(row.credit_code)
        assert row.credit_code[2:8] == "990100"
        assert re.fullmatch(r"0000-555[0-9]{4}", row.phone)
        assert row.items


def test_no_invented_people_and_no_person_numbers():
    for path in DATA.rglob("*.*"):
        assert not re.search(r"(?<![0-9A-Z])[1-9]\d{16}[0-9X](?![0-9A-Z])", path.read_text(encoding="utf-8")), path
