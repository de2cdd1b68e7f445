"""The measurement measures."""

import json
from pathlib import Path

import pytest

from assistant import evaluation


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    guides = [
        {"id": "1", "title": "居民身份证换领", "fields": {"申请材料": "居民身份证"}},
        {"id": "2", "title": "住房公积金提取", "text": "提取住房公积金"},
        {"id": "3", "title": "结婚登记", "text": "男女双方到场"},
    ]
    queries = [
        {"id": "a", "text": "换身份证", "rel": ["1"]},
        {"id": "b", "text": "公积金提取", "rel": ["2"]},
        {"id": "c", "text": "结婚登记", "rel": ["1"]},
    ]
    for name, rows in (("corpus.jsonl", guides), ("queries_dev.jsonl", queries)):
        (tmp_path / name).write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
    return tmp_path


def test_counts_right_and_wrong(folder: Path) -> None:
    snapshot = evaluation.Snapshot(evaluation.read_corpus(folder / "corpus.jsonl"))
    measured = evaluation.measure(snapshot, evaluation.read_queries(folder / "queries_dev.jsonl"))
    assert measured.at_1 == pytest.approx(2 / 3)
    assert 2 / 3 <= measured.mrr < 1
    assert measured.p99_ms >= measured.mean_ms > 0


def test_counts_false_answers(folder: Path) -> None:
    snapshot = evaluation.Snapshot(evaluation.read_corpus(folder / "corpus.jsonl"))
    assert evaluation.false_answers(snapshot, ["今天下雨吗", "结婚登记"]) == (0.5, 0.0)


def test_disturbances_disturb_the_same_way_each_time() -> None:
    def disturbed() -> dict[str, str]:
        return {name: disturb("办理护照业务") for name, disturb in evaluation.disturbances().items()}

    assert disturbed() == disturbed()
    assert disturbed()["traditional"] == "辦理護照業務"
    assert disturbed()["pinyin"] == "banlihuzhaoyewu"
    assert all(text != "办理护照业务" for text in disturbed().values())


def test_prints_a_table(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    off_topic = folder / "off_topic.txt"
    off_topic.write_text("今天下雨吗\n讲个故事", encoding="utf-8")
    evaluation.main([str(folder), "--off-topic", str(off_topic), "--disturbed"])
    printed = capsys.readouterr().out
    assert "3 guides, 3 questions" in printed
    assert all(name in printed for name in ("as asked", "typo", "pinyin", "no guide", "off topic"))
