"""Scenarios, themes and their order as people read them: part by part, a line a fact, for who compares two of them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from catalogue import naming
from catalogue.city_kinds import Written
from catalogue.comparing import Part
from catalogue.models import Scenario
from catalogue.scenario_ways import END

Names = Mapping[str, str]


@dataclass(frozen=True)
class Named:
    """Code → name, of all that a scenario or a shelf may name."""

    items: Names
    themes: Names
    life_events: Names
    scenarios: Names


async def named() -> Named:
    known = await naming.codes()
    scenarios = {one.code: one.name for one in await Scenario.all()}
    return Named(dict(known.items), dict(known.themes), dict(known.life_events), scenarios)


def parts(kind: str, code: str, sheet: Written | None, names: Named) -> list[Part]:
    """The same parts for every sheet of a kind; nothing written is parts without lines."""
    said = sheet or {}
    if kind == "scenario":
        return _scenario(said, names)
    if kind == "order":
        called = {"scenario": names.scenarios, "theme": names.themes, "life_event": names.life_events}[code]
        return [Part("codes", "顺序", [called.get(one, one) for one in said.get("codes", [])])]
    on_it = [names.items.get(one, one) for one in said.get("items", [])]
    return [Part("about", "名称和说明", list(_about(said, names))), Part("items", "事项", sorted(on_it))]


def _about(said: Written, names: Named) -> Iterator[str]:
    if said.get("name"):
        yield f"名称：{said['name']}"
    if said.get("summary"):
        yield f"一句话：{said['summary']}"
    if said.get("audience"):
        yield f"服务对象：{said['audience']}"
    if said.get("life_event"):
        yield f"人生事件：{names.life_events.get(said['life_event'], said['life_event'])}"
    if said.get("aliases"):
        yield f"人们的说法：{'、'.join(said['aliases'])}"


def _scenario(said: Written, names: Named) -> list[Part]:
    questions = _rows(said.get("questions"))
    asks = {one.get("code"): one.get("ask", "") for one in questions}
    labels = {
        (one.get("code"), option.get("code")): option.get("label", "")
        for one in questions
        for option in _rows(one.get("options"))
    }
    return [
        Part("about", "名称和说明", list(_about(said, names))),
        Part("questions", "问题和回答", [line for one in questions for line in _question(one, asks)]),
        Part("outcomes", "要办的事项", [_outcome(one, asks, labels, names) for one in _rows(said.get("outcomes"))]),
    ]


def _question(one: dict[str, Any], asks: Mapping[Any, str]) -> Iterator[str]:
    yield f"问：{one.get('ask', '')}"
    for option in _rows(one.get("options")):
        leads_to = option.get("next")
        then = "　到此为止" if leads_to == END else f"　接着问：{asks.get(leads_to, leads_to)}" if leads_to else ""
        hint = f"（{option['hint']}）" if option.get("hint") else ""
        yield f"　答：{option.get('label', '')}{hint}{then}"


def _outcome(one: dict[str, Any], asks: Mapping[Any, str], labels: Mapping[tuple[Any, Any], str], names: Named) -> str:
    facts = [
        f"{asks.get(question, question)}{'或'.join(labels.get((question, option), option) for option in options)}"
        for question, options in (one.get("when") or {}).items()
    ]
    told = [f"回答 {'，'.join(facts)}" if facts else "所有人都办"]
    told += [f"情形：{one['variant']}"] if one.get("variant") else []
    told += [f"材料：{'、'.join(one['materials'])}" if one.get("materials") else "材料：全部"]
    told += [f"另需：{'、'.join(one['extra'])}"] if one.get("extra") else []
    told += [f"{name}：{note}" for name, note in (one.get("notes") or {}).items()]
    told += [f"提示：{one['tip']}"] if one.get("tip") else []
    return f"{names.items.get(one.get('item', ''), one.get('item', ''))}（{'；'.join(told)}）"


def _rows(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
