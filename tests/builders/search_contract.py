"""The wire contract with a search engine: `python -m tests.builders.search_contract` writes it down anew.

What is asked is what our client sends through a whole life of an index; what is answered has the form that the vendors'
documents give. Read the difference before you commit it: it is what a running engine will have to accept.
"""

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from assistant import search_engine_use
from assistant.corpus import FEES, SUMMARY, GuideDocument, Section
from assistant.search_engine import SearchEngine
from assistant.search_engine_building import build
from assistant.search_engine_documents import weights_of, written
from assistant.search_engine_finding import Finder
from assistant.segmenting import Segmenter
from assistant.wording import Wording
from tests.builders.search_engine import Answer, SmallEngine, serving

FILE = Path(__file__).parents[1] / "assistant" / "search_engine_contract.json"
SYNONYMS = {"狗证": "养犬登记"}
GUIDES = {
    one.item_code: one
    for one in (
        GuideDocument(
            item_code="dog", name="养犬登记", aliases=("办狗证",),
            sections=(Section(SUMMARY, "简介", "先打疫苗。"), Section(FEES, "收费标准", "不收费。")),
        ),
        GuideDocument(item_code="card", name="居住证申领", sections=(Section(FEES, "收费标准", "免费。"),)),
    )
}  # fmt: skip
CHANGED = GuideDocument(item_code="dog", name="养犬登记", version="2", sections=(Section(FEES, "收费标准", "五元。"),))


class Recording(SmallEngine):
    """Remembers each exchange."""

    def __init__(self) -> None:
        super().__init__()
        self.exchanges: list[dict[str, Any]] = []

    def answer(self, method: str, path: str, kind: str, body: bytes) -> Answer:
        status, told = super().answer(method, path, kind, body)
        _, _, sent = self.said[-1]
        request = {"method": method, "path": path, "body": sent}
        self.exchanges.append({"request": request, "response": {"status": status, "body": told}})
        return status, json.loads(json.dumps(told))


async def a_life(url: str) -> list[list[str]]:
    """Build, find, edit one guide, withdraw one, build anew; the names found at each step."""
    engine = SearchEngine(url, "guides", key="ApiKey test", read=20)
    found = []
    try:
        marks = {code: f"mark-{code}" for code in GUIDES}
        await build(engine, _read, marks, SYNONYMS, "7")
        finder = await Finder.open(engine, SYNONYMS, ())
        found.append(await _names(finder, "狗证收费吗"))
        weights = weights_of(CHANGED, finder.about.measures, Wording(SYNONYMS), Segmenter())
        await engine.put("dog", written(CHANGED, "mark-dog-2", weights))
        await search_engine_use.write_new_terms(engine, weights, finder.about.measures)
        await engine.drop("card")
        found.append(await _names(finder, "居住证", "dog"))
        await build(engine, _read, {"card": "mark-card"}, SYNONYMS, "8")
        found.append(await _names(await Finder.open(engine, SYNONYMS, ()), "juzhuzheng"))
    finally:
        await engine.aclose()
    return found


async def _read(codes: Sequence[str]) -> list[GuideDocument]:
    return [GUIDES[code] for code in codes]


async def _names(finder: Finder, said: str, *codes: str) -> list[str]:
    return [one.document.name for one in (await finder.snapshot(said, codes, SYNONYMS)).search(said)]


def main() -> None:
    """Record a life at the small engine."""
    engine = Recording()
    with serving(engine) as url:
        asyncio.run(a_life(url))
    FILE.write_text(json.dumps(engine.exchanges, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
