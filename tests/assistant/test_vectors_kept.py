"""The nightly job keeps the vectors of names a portion at a time, and one that is cut short goes on where it was."""

import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from assistant import building, building_jobs, everyday, kept_vectors, knowledge, semantic
from assistant.semantic import Understanding
from foundation import jobs
from foundation.queue import running
from tests.assistant.test_semantic import Stub
from tests.builders.assistant import guide, next_edition, publish

NIGHTLY = "assistant.building_jobs.lay_out_every_night"


async def run_as_the_queue_does(name: str) -> None:
    context: Any = SimpleNamespace(job=SimpleNamespace(id=1, attempts=0))
    await running(jobs.declared[name])(context, timestamp=0)


@pytest.fixture
def by(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stub:
    """A machine that keeps an index and searches by meaning."""
    stub = Stub()
    understanding = Understanding(stub, tmp_path)
    monkeypatch.setattr(knowledge, "folder", lambda: tmp_path)
    monkeypatch.setattr(knowledge, "understanding", lambda: understanding)
    knowledge.forget()
    return stub


async def test_the_nightly_job_keeps_an_index_and_the_vectors_of_all_names(by: Stub, tmp_path: Path) -> None:
    await publish("居住证申领", "暂住证")
    await run_as_the_queue_does(NIGHTLY)
    assert not await building.is_behind()
    await publish("结婚登记")
    await next_edition()
    by.encoded.clear()
    await run_as_the_queue_does(NIGHTLY)
    assert by.encoded == ["结婚登记"]
    started = Understanding(other := Stub(), tmp_path)
    await started.learn((await knowledge.current()).numbered)
    assert other.encoded == []


async def test_what_is_cut_short_goes_on_within_ten_minutes(by: Stub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(building_jobs, "LONGEST", 0.0)
    monkeypatch.setattr(semantic, "PORTION", len(everyday.forms()))
    monkeypatch.setattr(semantic, "PORTIONS", 1_000_000)
    await publish("居住证申领", "暂住证")
    await building_jobs.lay_out_every_night()
    assert by.encoded == ["居住证申领", "暂住证"]
    assert await building.is_behind(much=True)
    await building_jobs.lay_out_after_much_changed()
    assert by.encoded == ["居住证申领", "暂住证"]
    assert not await building.is_behind(much=True)


async def test_half_of_the_vectors_serve_while_the_rest_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(semantic, "PORTION", 1)
    documents, stub = [guide("护照", "办护照")], Stub()
    assert not await Understanding(stub, tmp_path).keep(documents, "7", until=time.monotonic())
    kept = kept_vectors.newest(tmp_path, stub.name)
    assert kept.edition == ""
    assert (kept.places_of(kept_vectors.NAME, ["护照", "办护照"]) >= 0).tolist() == [True, False]
