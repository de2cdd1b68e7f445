"""A foreign corpus: `{"id", "title", "text", "fields": {…}}` a line, and questions `{"id", "text", "rel": [ids]}`."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant import corpus
from assistant.corpus import GuideDocument, Section

KINDS = {
    "部门": corpus.FACTS,
    "办理部门": corpus.FACTS,
    "服务对象": corpus.FACTS,
    "事项类型": corpus.FACTS,
    "到现场次数": corpus.FACTS,
    "办理地点": corpus.PLACES,
    "办理时间": corpus.PLACES,
    "咨询电话": corpus.CONTACTS,
    "监督电话": corpus.CONTACTS,
    "办理时限": corpus.PERIODS,
    "法定时限": corpus.PERIODS,
    "承诺时限": corpus.PERIODS,
    "受理条件": corpus.CONDITIONS,
    "申请材料": corpus.MATERIALS,
    "办理流程": corpus.STEPS,
    "收费标准": corpus.FEES,
    "设定依据": corpus.LEGAL_BASIS,
}
"""What the usual elements of a guide (办事指南要素) are called; any other name is its own kind."""


@dataclass(frozen=True, slots=True)
class Query:
    """A question and the codes of the guides that answer it."""

    id: str
    text: str
    relevant: frozenset[str]


def read_corpus(path: Path) -> list[GuideDocument]:
    """The guides, in order."""
    return [_document(row) for row in _rows(path)]


def read_queries(path: Path) -> list[Query]:
    """The questions that some guide answers, in order."""
    return [Query(str(row["id"]), row["text"], frozenset(row["rel"])) for row in _rows(path) if row["rel"]]


def read_utterances(path: Path) -> list[str]:
    """One utterance a line, none of which is to be answered."""
    return [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def half(queries: Sequence[Query], which: str) -> list[Query]:
    """Every second question: `even` to tune on, `odd` to measure by, `all` both."""
    return list({"even": queries[::2], "odd": queries[1::2], "all": queries}[which])


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def _document(row: dict[str, Any]) -> GuideDocument:
    fields: dict[str, str] = row.get("fields") or {"text": row.get("text", "")}
    sections = tuple(Section(KINDS.get(name, name), name, text) for name, text in fields.items())
    return GuideDocument(item_code=row["id"], name=row["title"], sections=sections)
