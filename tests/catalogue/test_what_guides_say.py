"""What a guide says twice it says in the same way: money, periods, papers, laws and manner of speech."""

import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations_with_replacement
from pathlib import Path

from catalogue.format import Catalogue, load_catalogue
from catalogue.item_sheet import ItemFile

SHIPPED: Catalogue = load_catalogue(Path(__file__).parents[2] / "catalogue" / "data")
ITEMS = {item.slug: item for item in SHIPPED.items}

AMOUNT = re.compile(r"(\d+(?:\.\d+)?) ?(万?)元")
WORKDAYS = re.compile(r"(\d+) 个工作日")
PROMISED = re.compile(r"承诺 (\d+) 个工作日")
# Money that nobody pays at a window: what is paid out, capital, deposits, limits and worked examples.
NO_FEE = {
    "childcare-subsidy": {3600},
    "income-tax-annual": {400, 120_000},
    "labour-dispatch": {2_000_000},
    "rural-homestead": {10},  # what the registration costs that follows the permit
    "skill-subsidy": {1000, 1500, 2000},
    "social-group": {30_000},
    "startup-loan": {100_000, 300_000, 4_000_000},
    "student-loan": {20_000, 25_000},
    "travel-agency": {200_000, 300_000, 1_200_000},
    "vehicle-purchase-tax": {13_300, 15_000, 132_700},
}
# Periods of the applicant or of another office, which are no period of this guide.
NO_PERIOD_OF_OURS = {
    "export-refund": {6},
    "fire-acceptance": {5},
    "food-permit": {15, 90},
    "food-production": {30},
}
TWO_PROMISES = {"eia-approval": {10, 20}, "occupy-road": {3, 7}}
# Laws whose article is not named, for we are not sure of it (docs/catalogue-format.md).
ARTICLE_UNKNOWN = {"中华人民共和国学前教育法", "中华人民共和国退役军人保障法", "中华人民共和国生态环境法典"}
ARTICLES = {
    "中华人民共和国民法典": 1260,
    "中华人民共和国公司法": 266,
    "中华人民共和国社会保险法": 98,
    "中华人民共和国居民身份证法": 23,
    "中华人民共和国护照法": 26,
    "中华人民共和国出境入境管理法": 93,
    "中华人民共和国户口登记条例": 24,
    "中华人民共和国道路交通安全法": 124,
    "中华人民共和国市场主体登记管理条例": 55,
    "中华人民共和国食品安全法": 154,
    "住房公积金管理条例": 47,
    "不动产登记暂行条例": 35,
    "工伤保险条例": 67,
}


def _said(item: ItemFile) -> Iterator[str]:
    yield item.summary
    yield from item.conditions
    yield from item.notes
    yield from (step.text for step in item.steps)
    yield from (faq.question + "。" + faq.answer for faq in item.faqs)
    yield from (variant.differs for variant in item.variants)
    yield from (material.note for material in item.materials if material.note)
    yield from (note for note in (item.result.note, item.period.note, item.appointment.note) if note)
    yield from (
        outcome.tip
        for scenario in SHIPPED.scenarios.scenarios
        for outcome in scenario.outcomes
        if outcome.item == item.slug and outcome.tip
    )


def _fees(item: ItemFile) -> set[float]:
    return {fee.amount_fen / 100 for fee in item.fees}


def _linked(item: ItemFile) -> set[str]:
    return {*item.related, *(variant.item for variant in item.variants if variant.item)}


def _is_a_total(text: str, found: re.Match[str]) -> bool:
    """Whether the sentence says that it adds up: 共 125 元, or 125 元：号牌 100 元、…"""
    return "共" in re.split("[。；]", text[: found.start()])[-1] or text[found.end() :].startswith("：")


def test_money_is_what_the_fee_section_says():
    unknown, explained = [], defaultdict(set)
    for item in SHIPPED.items:
        own = _fees(item)
        elsewhere = set().union(*(_fees(ITEMS[slug]) for slug in _linked(item)))
        totals = {sum(some) for count in (2, 3) for some in combinations_with_replacement(own, count)}
        for text in _said(item):
            for found in AMOUNT.finditer(text):
                amount = float(found[1]) * (10_000 if found[2] else 1)
                if amount in NO_FEE.get(item.slug, ()):
                    explained[item.slug].add(amount)
                elif amount not in own | elsewhere and not (amount in totals and _is_a_total(text, found)):
                    unknown.append((item.slug, found[0], text))
    assert unknown == []
    assert dict(explained) == NO_FEE, "what is explained and no longer said"


def test_what_costs_money_is_not_called_free():
    called_free = [
        item.slug for item in SHIPPED.items if min(_fees(item)) > 0 and re.search("免费|不收费|不要钱", item.summary)
    ]
    assert called_free == []


def test_periods_are_those_of_the_period_section():
    unknown = []
    for item in SHIPPED.items:
        known = {item.period.promised_days, *(step.days for step in item.steps)}
        known |= {one.days for one in item.special_procedures} | NO_PERIOD_OF_OURS.get(item.slug, set())
        if item.period.unit == "工作日":
            known.add(item.period.legal_days)
        stated = [item.period.note, item.period.basis, *(basis.what for basis in item.legal_basis)]
        stated += [one.text for one in item.special_procedures]
        known |= {int(days) for text in stated if text for days in WORKDAYS.findall(text)}
        unknown += [
            (item.slug, days, text) for text in _said(item) for days in WORKDAYS.findall(text) if int(days) not in known
        ]
    assert unknown == []


def test_a_promise_is_given_once():
    for item in SHIPPED.items:
        given = {int(days) for text in _said(item) for days in PROMISED.findall(text)}
        promised = TWO_PROMISES.get(item.slug, {item.period.promised_days})
        assert given <= promised, item.slug
        around = {one.days for one in item.special_procedures} | NO_PERIOD_OF_OURS.get(item.slug, set())
        assert set(map(int, WORKDAYS.findall(item.summary))) <= promised | around, f"{item.slug}: {item.summary}"
        steps = sum(step.days or 0 for step in item.steps)
        assert steps == item.period.promised_days, f"{item.slug}: the steps take {steps}"


def test_days_that_do_not_count_are_working_days_and_say_so():
    """The page prints them as 个工作日: the thirty days of cooling off before a divorce are no working days."""
    for item in SHIPPED.items:
        for one in item.special_procedures:
            assert one.days is None or f"{one.days} 个工作日" in one.text, (item.slug, one.name)


def test_a_paper_is_called_by_its_name():
    for item in SHIPPED.items:
        for material in item.materials:
            assert not re.search(r"(?<!居民)身份证(?!明)|(?<!居民)户口[簿本]", material.name) or (
                material.name == "户口簿遗失声明"
            ), (item.slug, material.name)
            assert not re.search("银行卡|授权委托书|[一1] ?寸|相片", material.name), (item.slug, material.name)


def test_a_tenant_is_told_what_to_bring():
    """Of a rented shop the library holds no 不动产权证书 of the applicant's."""
    for item in SHIPPED.items:
        for material in item.materials:
            if material.licence == "不动产权证书电子证照" and re.search("[场住]所|场地", material.name):
                assert "租" in (material.note or "") or item.slug == "hukou-move", (item.slug, material.name)


def test_nothing_is_asked_that_may_not_be_asked():
    """婚姻登记条例 of 2025 wants no 户口簿, cars and driving want no 居住证, and what was done away with stays away."""
    for slug, paper in (("marriage", "户口簿"), ("divorce", "户口簿"), ("vehicle-register", "居住证")):
        assert paper not in "".join(material.name for material in ITEMS[slug].materials)
    abolished = "未婚证明|单身证明|无房证明|贫困证明|计划生育证明|准生证|暂住证|登报|婚检证明"
    for item in SHIPPED.items:
        assert not re.search(abolished, "".join(material.name for material in item.materials)), item.slug
    for slug in ("vehicle-register", "vehicle-transfer", "driver-first"):
        asked = "".join(material.note or "" for material in ITEMS[slug].materials)
        assert "居住证" not in asked.replace("不用居住证", ""), slug


def test_a_law_has_one_title():
    titles = defaultdict(set)
    for item in SHIPPED.items:
        for basis in item.legal_basis:
            titles[re.sub("^中华人民共和国|（.*", "", basis.law)].add(basis.law)
    assert {name: all_of_it for name, all_of_it in titles.items() if len(all_of_it) > 1} == {}


def test_a_law_is_cited_by_article():
    for item in SHIPPED.items:
        for basis in item.legal_basis:
            if re.match("中华人民共和国(?!.*办法).*法典?(（|$)", basis.law) and basis.law not in ARTICLE_UNKNOWN:
                assert basis.article, (item.slug, basis.law)


def test_no_article_is_beyond_the_end_of_its_law():
    cited = [(item.slug, basis) for item in SHIPPED.items for basis in item.legal_basis if basis.article]
    for slug, basis in cited:
        last = ARTICLES.get(re.sub("（.*", "", basis.law))
        for number in re.findall("第([一二三四五六七八九十百千零]+)条", basis.article or ""):
            assert last is None or 1 <= _number(number) <= last, (slug, basis.law, basis.article)


def _number(written: str) -> int:
    """一千零七十六 → 1076."""
    total = digit = 0
    for letter in written:
        if unit := {"十": 10, "百": 100, "千": 1000}.get(letter):
            total += (digit or 1) * unit
            digit = 0
        else:
            digit = "零一二三四五六七八九".index(letter)
    return total + digit


def test_guides_speak_politely_and_in_full_width():
    for item in SHIPPED.items:
        for text in _said(item):
            assert not re.search(r"[一-鿿][,;:?!()]|[,;:?!()][一-鿿]", text), (item.slug, text)
        answers = [item.summary, *(step.text for step in item.steps), *(faq.answer for faq in item.faqs)]
        assert "你" not in "".join(answers), item.slug
