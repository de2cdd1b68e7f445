"""The measurement measures."""

import json
from pathlib import Path
from typing import Any

import pytest

from assistant.evaluation import __main__ as command
from assistant.evaluation import city, disturbing, foreign, measuring, summing
from assistant.snapshot import Snapshot

GUIDES = [
    {"id": "1", "title": "居民身份证换领", "fields": {"申请材料": "居民身份证", "办理地点": "护照大楼"}},
    {"id": "2", "title": "住房公积金提取", "text": "提取住房公积金"},
    {"id": "3", "title": "结婚登记", "text": "男女双方到场"},
]
QUERIES = [
    {"id": "a", "text": "换身份证", "rel": ["1"]},
    {"id": "b", "text": "公积金提取", "rel": ["2"]},
    {"id": "c", "text": "结婚登记", "rel": ["1"]},
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, rows in (("corpus.jsonl", GUIDES), ("queries.jsonl", QUERIES)):
        (tmp_path / name).write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
    (tmp_path / "ood.txt").write_text("今天下雨吗\n讲个故事\n", encoding="utf-8")
    return tmp_path


def measured(folder: Path, *more: str) -> dict[str, Any]:
    out = folder / "out.json"
    asked = ["--corpus", str(folder / "corpus.jsonl"), "--queries", str(folder / "queries.jsonl"), "--json", str(out)]
    command.main([*asked, *more])
    told: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
    return told


def test_writes_all_figures(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = measured(folder, "--ood", str(folder / "ood.txt"), "--remove", "0.3", "--disturb", "all")
    assert told["R@1"] == pytest.approx(2 / 3, abs=1e-4)
    assert told["R@1"] <= told["R@3"] <= told["R@10"] <= 1
    assert 2 / 3 <= told["MRR@10"] <= 1
    assert told["cpu_ms_p99"] >= told["cpu_ms_p50"] > 0
    assert told["build_s"] > 0
    assert told["memory_mb"] > 0
    assert told["auroc"] == 1.0
    assert set(told["bands"]) == {"answer", "ask_back", "unknown"}
    assert sum(band["share"] for band in told["bands"].values()) == pytest.approx(1)
    assert set(told["ways"]) == set(disturbing.ways())
    assert told["missing"]["removed"] == 0.3
    assert "R@1" in capsys.readouterr().out


def test_tells_of_every_question(folder: Path) -> None:
    told = measured(folder)
    first = next(one for one in told["queries"] if one["id"] == "b")
    assert (first["best"][0], first["place"]) == ("2", 1)
    assert 0 < first["confidence"] <= 1
    assert first["band"] in ("answer", "ask_back", "unknown")


def test_reads_the_index_it_kept(folder: Path) -> None:
    made, kept = (measured(folder, "--index", str(folder / "index")) for _ in range(2))
    assert made["queries"] == kept["queries"]


def test_an_address_finds_nothing(folder: Path) -> None:
    snapshot = Snapshot(foreign.read_corpus(folder / "corpus.jsonl"))
    assert snapshot.search("护照大楼") == []


def test_a_catalogue_folder_is_asked_its_own_questions(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked = tmp_path / "few.jsonl"
    rows = command.OF_A_CITY.read_text(encoding="utf-8").splitlines()
    asked.write_text("\n".join([*rows[::24], '{"id": "none", "text": "天气", "rel": []}']), encoding="utf-8")
    monkeypatch.setattr(command, "OF_A_CITY", asked)
    out = tmp_path / "out.json"
    command.main(["--corpus", str(city.SHIPPED), "--json", str(out)])
    told = json.loads(out.read_text(encoding="utf-8"))
    assert len(told["queries"]) == len(rows[::24])
    assert told["R@3"] >= 0.8


def test_halves_are_apart() -> None:
    queries = [foreign.Query(str(number), "", frozenset()) for number in range(5)]
    even, odd = foreign.half(queries, "even"), foreign.half(queries, "odd")
    assert (len(even), len(odd)) == (3, 2)
    assert sorted([*even, *odd], key=lambda query: query.id) == foreign.half(queries, "all") == queries


def test_counts_who_is_answered_without_a_guide(folder: Path) -> None:
    documents = foreign.read_corpus(folder / "corpus.jsonl")
    queries = foreign.read_queries(folder / "queries.jsonl")
    kept, answerable, missing = measuring.without_guides(documents, queries, share=0.5)
    codes = {document.item_code for document in kept}
    assert 0 < len(kept) < 3
    assert all(query.relevant & codes for query in answerable)
    assert not any(query.relevant & codes for query in missing)


@pytest.mark.parametrize(
    ("higher", "lower", "area"),
    [([3, 2], [1, 0], 1.0), ([1, 0], [3, 2], 0.0), ([1, 1], [1, 1], 0.5), ([2, 0], [1], 0.5)],
)
def test_area_under_the_curve(higher: list[float], lower: list[float], area: float) -> None:
    assert summing.auroc(higher, lower) == area


def test_disturbs_the_same_way_each_time() -> None:
    def disturbed() -> dict[str, str]:
        return {name: disturb("办理护照业务") for name, disturb in disturbing.ways().items()}

    assert disturbed() == disturbed()
    assert disturbed()["trad"] == "辦理護照業務"
    assert disturbed()["pinyin"] == "banlihuzhaoyewu"
    assert disturbed().pop(disturbing.PLAIN) == "办理护照业务"
    assert all(text != "办理护照业务" for name, text in disturbed().items() if name != disturbing.PLAIN)


@pytest.mark.parametrize("name", ["colloquial.jsonl", "colloquial_again.jsonl", "colloquial_city.jsonl"])
def test_our_colloquial_questions_are_many_and_different(name: str) -> None:
    asked = foreign.read_queries(command.COLLOQUIAL.with_name(name))
    assert len({query.text for query in asked}) == len(asked) >= 200
    assert all(query.relevant for query in asked)
