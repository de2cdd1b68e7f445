"""平台规矩: what people ask about booking, paying and progress themselves; found, true, and in no guide's way."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from assistant import dialogue, ground_rules, navigation, question, rule_facts
from assistant.answering import Answer, Kind
from assistant.around import Around
from assistant.evaluation.__main__ import COLLOQUIAL
from assistant.navigation import CardKind, LiveKind
from assistant.remembering import Memory
from assistant.snapshot import Snapshot
from deploy.client.places import SOURCE
from tests.builders.assistant import shipped_snapshot, snapshot

ASKED: dict[str, list[str]] = yaml.safe_load(Path(__file__).with_name("ground_rules.yaml").read_text(encoding="utf-8"))
HOLES = re.compile(r"{(\w+)}")
FACTS = {name: f"【{name}】" for one in ground_rules.known().values() for name in HOLES.findall(one.text)}


@pytest.fixture(scope="module")
def city() -> Snapshot:
    return snapshot()


@pytest.fixture
def talk(city: Snapshot) -> Callable[..., list[Answer]]:
    def say(*messages: str) -> list[Answer]:
        memory, answers = Memory(), []
        for message in messages:
            answer, memory = dialogue.reply(city, message, memory, Around(facts=FACTS))
            answers.append(answer)
        return answers

    return say


def rule_of(answer: Answer) -> str:
    """The id of the rule that was told; of a guide its code and section."""
    source = answer.passages[0].source
    return source.section_kind if not source.item_code else f"{source.item_code}/{source.section_kind}"


@pytest.mark.parametrize(("rule", "asked"), [(rule, said) for rule, lines in ASKED.items() for said in lines])
def test_is_told_however_it_is_asked(talk: Callable[..., list[Answer]], rule: str, asked: str) -> None:
    (answer,) = talk(asked)
    assert answer.kind is Kind.ANSWER
    assert rule_of(answer) == rule
    assert answer.cards


def test_every_rule_is_asked_for() -> None:
    assert ASKED.keys() == ground_rules.known().keys()


def test_entries_hold_together() -> None:
    addresses = (SOURCE / "src" / "addresses.ts").read_text(encoding="utf-8")
    for one in ground_rules.known().values():
        assert len(one.id) <= 20, "it stands in turn.section"
        assert one.source
        assert not re.search(r"\d+ ?(?:次|个号|天|小时)", one.text), "numbers come from the rules in force"
        assert not one.live or one.live in [kind.value for kind in LiveKind]
        for screen in one.next:
            assert screen in navigation.SCREENS
            assert f'["{screen}", ' in addresses


def test_a_guide_is_never_pushed_aside() -> None:
    """Of what people ask guides for, hardly anything is even looked up among the rules."""
    lines = [json.loads(line) for line in COLLOQUIAL.read_text(encoding="utf-8").splitlines() if line]
    taken = [one["text"] for one in lines if ground_rules.meant(question.plain(question.clean(one["text"])))]
    assert len(taken) <= 6, taken


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("二手房过户要预约吗", "property/booking"),
        ("居住证怎么预约", "residence/booking"),
        ("社保卡周末上班吗", "social-card/places"),
    ],
)
def test_an_item_that_is_named_is_meant(talk: Callable[..., list[Answer]], asked: str, told: str) -> None:
    assert rule_of(talk(asked)[0]) == told


def test_a_follow_up_stays_with_the_item(talk: Callable[..., list[Answer]]) -> None:
    answers = talk("公积金提取", "周末上班吗", "要预约吗", "爽约会怎样", "多少钱")
    assert [rule_of(one) for one in answers[1:]] == ["fund/places", "fund/booking", "no-show", "fund/fees"]


def test_how_to_book_what_is_asked_next(talk: Callable[..., list[Answer]]) -> None:
    how, what = talk("怎么预约", "港澳通行证")
    assert (rule_of(how), rule_of(what)) == ("book", "hkmo/booking")
    assert "哪一项" in how.note


def test_it_is_quoted_with_what_is_in_force(talk: Callable[..., list[Answer]]) -> None:
    (answer,) = talk("爽约会怎样")
    (passage,) = answer.passages
    assert passage.text.startswith("【missed】")
    assert (passage.source.item_name, str(passage.source.effective_date)) == ("预约规则与限制", "2026-11-01")
    assert answer.cards[0].kind is CardKind.SCREEN


def test_what_nothing_is_known_of_is_left_out(city: Snapshot) -> None:
    answer, _ = dialogue.reply(city, "怎么取消预约", Memory())
    assert "{" not in answer.text
    assert "取消预约" in answer.text


@pytest.mark.parametrize("said", ["今天天气怎么样", "帮我写首诗", "取消全部闹铃", "周六的天气", "明天中午吃什么"])
def test_other_talk_is_not_answered(talk: Callable[..., list[Answer]], said: str) -> None:
    assert not talk(said)[0].passages


def test_the_shipped_guides_keep_their_names() -> None:
    """No name of a guide is taken for a rule when somebody says exactly that."""
    city = shipped_snapshot()
    taken = []
    for document in city.documents:
        for name in document.names:
            answer, _ = dialogue.reply(city, name, Memory())
            if answer.passages and not answer.passages[0].source.item_code:
                taken.append(name)
    assert taken == []


@pytest.mark.usefixtures("db")
async def test_every_hole_is_filled_by_what_is_in_force() -> None:
    rule_facts.forget()
    facts = await rule_facts.now()
    of_bookings = {"cancel", "check_in", "cooling", "offer", "together", "draw", "settle"}
    assert FACTS.keys() - facts.keys() == of_bookings, "nothing can be booked yet"
    assert facts["release"] == "现在没有开放预约的业务。"
