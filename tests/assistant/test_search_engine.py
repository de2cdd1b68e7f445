"""A search engine behind the assistant: what goes over the wire, and that it finds what our own index finds."""

import json
import socket
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from assistant import (
    analysis,
    asking,
    dialogue,
    elsewhere,
    evaluation,
    knowledge,
    knowledge_bases,
    local_guides,
    search_engine_building,
    search_engine_finding,
    search_engine_use,
)
from assistant.base import Base, named_by
from assistant.corpus import FEES, GuideDocument
from assistant.initials import Initials
from assistant.layer import Layer
from assistant.local_sheet import LocalSection, LocalSheet
from assistant.remembering import Memory
from assistant.search_engine import SearchEngine
from assistant.search_engine_errors import EngineRefused, SearchUnavailable, StaleIndex
from assistant.search_engine_finding import Finder
from assistant.segmenting import Segmenter
from assistant.snapshot import Snapshot
from assistant.wording import Wording
from catalogue.models import ServiceItem
from foundation import database, settings
from foundation.breaker import OutsideUnavailable
from tests.builders import catalogue, search_contract
from tests.builders.assistant import publish, shipped_snapshot
from tests.builders.search_contract import a_life
from tests.builders.search_engine import Replay, SmallEngine, serving

EXCHANGES = json.loads(search_contract.FILE.read_text(encoding="utf-8"))
COLLOQUIAL = Path(evaluation.__file__).with_name("colloquial.jsonl")


async def test_says_over_the_wire_what_the_contract_says() -> None:
    replay = Replay(EXCHANGES)
    with serving(replay) as url:
        found = await a_life(url)
    assert (replay.unlike, replay.left) == ([], [])
    assert found == [["养犬登记", "居住证申领"], [], ["居住证申领"]]


@pytest.mark.parametrize("place", [1, 4, 12, 14])
async def test_what_is_unlike_the_contract_is_refused(place: int) -> None:
    changed = json.loads(json.dumps(EXCHANGES))
    changed[place]["request"]["path"] += "?pretty"
    replay = Replay(changed)
    with serving(replay) as url:
        with pytest.raises(EngineRefused):
            await a_life(url)
    assert len(replay.unlike) == 1


@dataclass(frozen=True)
class City:
    """The demo city in our index and in an engine, cut into words the same way."""

    local: Snapshot
    url: str
    small: SmallEngine


@pytest.fixture(scope="module")
def small() -> Iterator[tuple[SmallEngine, str]]:
    engine = SmallEngine()
    with serving(engine) as url:
        yield engine, url


@pytest.fixture(scope="module")
async def city(small: tuple[SmallEngine, str]) -> City:
    shipped = shipped_snapshot()
    guides = {guide.item_code: guide for guide in shipped.documents}
    engine, url = small
    client = SearchEngine(url, "guides", read=60)
    await search_engine_building.build(client, reader(guides), {code: code for code in guides}, shipped.synonyms, "1")
    await client.aclose()
    segmenter, wording = Segmenter(), Wording(shipped.synonyms)
    layer = Layer.of([*guides.values()], segmenter, spoken_of=map(wording.both, guides.values()))
    names = [analysis.canon(name) for guide in guides.values() for name in guide.names]
    base = Base(layer, segmenter, Initials.of(names, segmenter), named_by([*guides.values()]))
    local = Snapshot.over(base, synonyms=shipped.synonyms, matters=elsewhere.known())
    return City(local, url, engine)


def reader(guides: dict[str, GuideDocument]) -> search_engine_building.Read:
    async def read(codes: Sequence[str]) -> list[GuideDocument]:
        return [guides[code] for code in codes]

    return read


async def test_finds_the_ten_that_our_own_index_finds(city: City) -> None:
    client = SearchEngine(city.url, "guides", read=60)
    finder = await Finder.open(client, city.local.synonyms)
    asked = [json.loads(line)["text"] for line in COLLOQUIAL.read_text(encoding="utf-8").splitlines()[:12]]
    asked += ["sfz掉了", "gongjijin提取", "護照多少錢", "今天天气怎么样", "我不想注销，只想变更营业执照"]
    for said in asked:
        there = await finder.snapshot(said, (), city.local.synonyms)
        here_found, there_found = city.local.search_everything(said), there.search_everything(said)
        names = [[one.document.name for one in found] for found in (here_found, there_found)]
        assert names[0][:3] == names[1][:3], said
        assert [one.confidence for one in there_found[:3]] == pytest.approx(
            [one.confidence for one in here_found[:3]], abs=2e-3
        )
        assert len({*names[0]} & {*names[1]}) >= len(names[0]) - 1, said
        answers = [dialogue.reply(one, said, Memory())[0] for one in (city.local, there)]
        assert answers[0].text == answers[1].text, said
        assert answers[0].choices == answers[1].choices, said
    await client.aclose()


async def test_every_score_can_be_taken_apart_as_at_home(city: City) -> None:
    client = SearchEngine(city.url, "guides", read=60)
    there = await (await Finder.open(client, city.local.synonyms)).snapshot("狗证收费吗", (), city.local.synonyms)
    here, far = city.local.search("狗证")[0], there.search("狗证")[0]
    assert [(one.channel, one.text) for one in far.why()] == [(one.channel, one.text) for one in here.why()]
    assert far.share == pytest.approx(here.share, abs=2e-3)
    await client.aclose()


async def test_an_index_of_other_code_is_not_read(city: City) -> None:
    client = SearchEngine(city.url, "guides", read=60)
    told = city.small.indices["guides-1"]["mappings"]["_meta"]
    kept = told["format"]
    told["format"] = kept + 1
    try:
        with pytest.raises(StaleIndex):
            await Finder.open(client, city.local.synonyms)
    finally:
        told["format"] = kept
        await client.aclose()


async def test_a_new_version_answers_once_it_is_whole_and_old_ones_go() -> None:
    small = SmallEngine()
    with serving(small) as url:
        client = SearchEngine(url, "guides", read=60)
        for version in ("1", "2", "3"):

            async def read(codes: Sequence[str], built: str = version) -> list[GuideDocument]:
                if built != "1":
                    assert (await client.about())[0] == f"guides-{int(built) - 1}"
                return [search_contract.GUIDES[code] for code in codes]

            marks = dict.fromkeys(search_contract.GUIDES, "mark")
            await search_engine_building.build(client, read, marks, {}, version)
        assert (await client.about())[0] == "guides-3"
        assert await client.versions() == ["guides-2", "guides-2-terms", "guides-3", "guides-3-terms"]
        await client.aclose()


@pytest.fixture
async def engine(
    environment: dict[str, str], db: None, redis_db: object, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[SmallEngine]:
    """A small engine that the settings name, filled with the small city."""
    monkeypatch.setattr(knowledge, "LOOK_EVERY", 0.0)
    knowledge.forget()
    await search_engine_use.forget()
    await catalogue.small_city()
    small = SmallEngine()
    with serving(small) as url:
        settings.use(settings.load({**environment, "ASSISTANT_SEARCH_URL": url, "ASSISTANT_SEARCH_ALIAS": "guides"}))
        await search_engine_building.from_catalogue()
        small.said.clear()
        yield small
    await search_engine_use.forget()


async def test_a_conversation_goes_on_over_the_engine(engine: SmallEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    async def never() -> Snapshot:
        raise AssertionError("our own index was asked")

    monkeypatch.setattr(knowledge, "current", never)
    first = await asking.ask(question="身份证换领要多少钱")
    then = await asking.ask(question="那要带什么材料", conversation=first.conversation)
    sections = [one.answer.passages[0].source.section_kind for one in (first, then)]
    assert sections == ["fees", "materials"]


async def test_one_edit_is_one_document(engine: SmallEngine) -> None:
    item = await publish("养犬登记", "狗证", fees="不收费。")
    await search_engine_use.follow(item.id)
    written = [(method, path) for method, path, _ in engine.said if method in ("PUT", "DELETE") or "_bulk" in path]
    assert written == [("PUT", f"/guides/_doc/{item.item_code}?refresh=true"), ("POST", "/guides-terms/_bulk")]
    answer = (await asking.ask(question="狗证收费吗")).answer
    assert [one.source.item_code for one in answer.passages] == [item.item_code]
    await ServiceItem.filter(id=item.id).update(guide_id=None)
    await search_engine_use.follow(item.id)
    assert not (await asking.ask(question="狗证收费吗")).answer.passages


async def test_a_district_says_otherwise_over_the_engine_too(engine: SmallEngine) -> None:
    top = await knowledge_bases.city()
    base = await knowledge_bases.create(
        code="dong", name="东城区", kind="district", parent_id=top.id, names=(), by=catalogue.SEED
    )
    async with database.transaction():
        sheet = LocalSheet(sections=[LocalSection(FEES, "本区居民不收费。")])
        await local_guides.bring(base, await ServiceItem.get(slug="id-card"), sheet, by=catalogue.SEED)
    assert "本区居民不收费" in (await asking.ask(question="东城区身份证换领要多少钱")).answer.text
    assert "本区居民不收费" not in (await asking.ask(question="身份证换领要多少钱")).answer.text


async def test_our_own_index_answers_while_the_engine_does_not(engine: SmallEngine) -> None:
    engine.down = True
    for _ in range(5):
        assert (await asking.ask(question="身份证换领要多少钱")).answer.passages
    tried = len(engine.said)
    assert tried < 5, "the breaker leaves it alone"
    assert (await asking.ask(question="身份证换领要多少钱")).answer.passages
    assert len(engine.said) == tried


async def test_without_our_own_index_people_are_told(engine: SmallEngine, environment: dict[str, str]) -> None:
    url = settings.current().processes.assistant_search_url
    settings.use(settings.load({**environment, "ASSISTANT_SEARCH_URL": url, "ASSISTANT_SEARCH_FALLBACK": "no"}))
    engine.down = True
    with pytest.raises(SearchUnavailable):
        await asking.ask(question="身份证换领要多少钱")


async def test_an_engine_that_is_silent_is_not_waited_for() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        client = SearchEngine(f"http://127.0.0.1:{silent.getsockname()[1]}", "guides", read=0.05)
        with pytest.raises(Exception, match="合作平台"):
            await client.search([{"size": 1}])
        await client.aclose()
    gone = SearchEngine("http://127.0.0.1:9", "guides")
    with pytest.raises(OutsideUnavailable):
        await gone.search([{"size": 1}])
    await gone.aclose()


def test_without_a_setting_there_is_no_engine(settings_env: settings.Settings) -> None:
    assert search_engine_finding.engine() is None
    assert not search_engine_use.is_on()
