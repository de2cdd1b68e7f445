"""大厅 部门 主题 场景 同义词 中介 as the files that `city_intake` takes in."""

from dataclasses import asdict
from typing import Any

from catalogue import directory
from catalogue.city_intake import LEVELS
from catalogue.directory import Provider
from catalogue.models import Department, Hall, Scenario, SynonymGroup, Theme

Rows = list[dict[str, Any]]


async def files() -> dict[str, dict[str, Rows]]:
    """File → its one key → the rows; a city may be without a directory."""
    providers = [_provider(one) for one in await directory.whole()]
    return {
        **({"intermediaries": {"intermediaries": providers}} if providers else {}),
        "departments": {"departments": [_department(one) for one in await Department.all().order_by("code")]},
        "halls": {"halls": [_hall(one) for one in await Hall.filter(active=True).order_by("code")]},
        "themes": {"themes": await _themes("theme")},
        "life_events": {"life_events": await _themes("life_event")},
        "scenarios": {"scenarios": [one.tree for one in await Scenario.all().order_by("position", "id")]},
        "synonyms": {"groups": [_group(one.words) for one in await SynonymGroup.all().order_by("id")]},
    }


def _provider(one: Provider) -> dict[str, Any]:
    return {name: value for name, value in asdict(one).items() if name != "hidden" or value}


def _department(one: Department) -> dict[str, Any]:
    return {"code": one.code, "name": one.name, "consult_phone": one.phone, **one.details}


def _hall(one: Hall) -> dict[str, Any]:
    own = ("code", "name", "short_name", "address", "longitude", "latitude", "phone", "hours")
    level = next(said for said, kept in LEVELS.items() if kept == one.level)
    return {**{name: getattr(one, name) for name in own}, "level": level, **one.details}


async def _themes(kind: str) -> Rows:
    found = await Theme.filter(kind=kind).order_by("position", "id")
    return [{"code": one.code, "name": one.name, **one.details} for one in found]


def _group(words: list[str]) -> dict[str, Any]:
    return {"word": words[0], "also": words[1:]}
