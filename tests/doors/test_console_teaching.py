"""答复成问答, 质量周报, 问过的话 and the hits of a guide: pages for who answers and who writes guides."""

import csv
import io
import json
from pathlib import Path

import httpx
import pytest

from assistant import handover_desk, knowledge, labelling, weekly_report
from assistant.answering import Kind
from assistant.evaluation import labelled
from assistant.handover_models import HandoverLine
from assistant.reply_models import ReplyFaq
from catalogue.draft_models import GuideDraft
from catalogue.models import ServiceItem
from foundation import clock
from foundation.actor import Actor
from tests.builders import catalogue as build
from tests.builders import handovers, learning_log
from tests.builders.console import Desk, a_colleague

NASTY = "=cmd|' /C calc'!A0"


@pytest.fixture
async def desk(api: httpx.AsyncClient) -> Desk:
    await build.small_city()
    knowledge.forget()
    await a_colleague(("editor", ""), username="bianji", display_name="编辑甲")
    return Desk(api)


async def a_reply(agent: Actor) -> HandoverLine:
    with handovers.office_hours():
        _, one = await handovers.asked("换证要本人去吗")
        await handover_desk.take(handover_id=one.id, by=agent)
        await handover_desk.reply(handover_id=one.id, text="要本人到场，带旧证。", by=agent)
    return await HandoverLine.get(said_by="agent")


async def test_from_a_reply_to_a_draft(desk: Desk) -> None:
    agent = Actor.staff(await a_colleague(("agent", ""), username="kefu", display_name="客服乙"))
    line = await a_reply(agent)
    talk = f"/console/consult/{line.handover_id}"  # type: ignore[attr-defined]
    await desk.sign_in("kefu")
    assert "写成常见问题" in (await desk.open(talk)).text
    made = await desk.press("/console/consult/faq", line_id=line.id)
    faq = await ReplyFaq.get()
    address = f"/console/reply-faqs/{faq.id}"
    assert made.headers["HX-Redirect"] == address
    assert f'href="{address}"' in (await desk.open(talk)).text
    shown = (await desk.open(address)).text
    assert f'href="{talk}"' in shown
    assert "写入草稿" not in shown
    words = {"slug": "id-card", "question": "换证要本人去吗", "answer": "要本人到场，带旧证。"}
    assert "居民身份证换领" in (await desk.press(f"{address}/preview", **words)).text
    assert (await desk.press(f"{address}/take", **words)).status_code == 403
    await desk.sign_in("bianji")
    assert "换证要本人去吗" in (await desk.open("/console/reply-faqs")).text
    assert f'href="{talk}"' not in (await desk.open(address)).text
    assert (await desk.press("/console/consult/faq", line_id=line.id)).status_code == 403
    taken = await desk.press(f"{address}/take", **words)
    draft = await GuideDraft.get()
    assert taken.headers["HX-Redirect"] == f"/console/drafts/{draft.id}"
    assert f'href="{address}"' in (await desk.open(f"/console/drafts/{draft.id}")).text
    assert f'href="/console/drafts/{draft.id}"' in (await desk.open(address)).text
    assert (await desk.press(f"{address}/decline", reason="晚了")).status_code == 409
    assert "编辑甲" in (await desk.open("/console/reply-faqs?state=taken")).text


async def test_a_label_comes_from_the_log_and_goes_out_as_a_file(desk: Desk, tmp_path: Path) -> None:
    item = await ServiceItem.get(slug="id-card")
    await learning_log.turns("换证咋弄", kind=Kind.ANSWER, item_code=item.item_code, section="steps", confidence=0.8)
    await learning_log.missed("遛狗要办证吗", "遛狗要办证吗", "证号***咋办")
    await desk.sign_in("bianji")
    assert "换证咋弄" in (await desk.open("/console/labels/logged?band=answer")).text
    missed = (await desk.open("/console/labels/logged")).text
    assert "遛狗要办证吗" in missed
    assert "***" not in missed
    begun = (await desk.open("/console/labels?q=遛狗要办证吗&expects=unknown")).text
    assert '<option value="unknown" selected>' in begun
    await desk.press("/console/labels", question="遛狗要办证吗", expects="unknown")
    await desk.press("/console/labels", question="身份证换领", expects="answer", slug="id-card", section="fees")
    assert "遛狗要办证吗" not in (await desk.open("/console/labels/logged")).text
    sent = await desk.open("/console/labels/file")
    rows = [json.loads(line) for line in sent.text.splitlines()]
    assert [(row["text"], row["rel"], row["expects"], row["section"]) for row in rows] == [
        ("身份证换领", ["id-card"], "answer", "fees"), ("遛狗要办证吗", [], "unknown", ""),
    ]  # fmt: skip
    kept = tmp_path / "labels.jsonl"
    kept.write_text(sent.text, encoding="utf-8")
    assert [(one.question, one.expects, one.section) for one in labelling.read_lines(kept)] == [
        ("身份证换领", "answer", "fees"), ("遛狗要办证吗", "unknown", ""),
    ]  # fmt: skip


async def test_the_report_is_a_page_and_a_file(desk: Desk) -> None:
    await desk.sign_in("bianji")
    assert "还没有周报" in (await desk.open("/console/bot/reports")).text
    item = await ServiceItem.get(slug="id-card")
    sources = [{"item_code": item.item_code, "section_kind": "question", "section_title": NASTY}]
    monday = weekly_report.last_monday()
    with clock.shifted(weekly_report._midnight(monday) - clock.now()):
        [turn] = await learning_log.turns(
            "换证", kind=Kind.ANSWER, item_code=item.item_code, section="question", answer={"sources": sources}
        )
        turn.at = clock.now()
        await turn.save(update_fields=["at"])
    await weekly_report.make(monday)
    address = (await desk.open("/console/bot/reports")).headers["Location"]
    assert address == f"/console/bot/reports/{monday}"
    shown = (await desk.open(address)).text
    assert "与上一周相比" in shown
    assert "生成周报" in shown
    sent = await desk.open(f"{address}/file")
    rows = list(csv.reader(io.StringIO(sent.text.removeprefix("\ufeff"))))
    assert ["指标", "提问", "", "1", "0", "", ""] in [[*row, "", ""][:7] for row in rows]
    assert any(row[:4] == ["命中", item.name, f"常见问题：{NASTY}", "1"] for row in rows)
    assert (await desk.open("/console/bot/reports/2020-01-06")).status_code == 404
    assert (await desk.open("/console/bot/reports/soon")).status_code in (400, 404)


async def test_a_guide_shows_its_hits(desk: Desk) -> None:
    item = await ServiceItem.get(slug="id-card")
    sources = [{"item_code": item.item_code, "section_kind": "fees", "section_title": "收费标准"}]
    await learning_log.turns(
        "多少钱", kind=Kind.ANSWER, item_code=item.item_code, section="fees", answer={"sources": sources}, helpful=True
    )
    await desk.sign_in("bianji")
    shown = (await desk.open("/console/guides/id-card")).text
    assert "<td>1</td><td>1</td><td>1</td><td>0</td>" in shown


@pytest.mark.parametrize("address", ["/console/bot/reports", "/console/labels/logged", "/console/labels/file"])
async def test_only_authors_enter(desk: Desk, address: str) -> None:
    await a_colleague(("agent", ""), username="kefu")
    await desk.sign_in("kefu")
    assert (await desk.open(address)).status_code == 403


def test_the_labelled_set_of_a_file_is_measured_without_a_database(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept, out = tmp_path / "labels.jsonl", tmp_path / "out.json"
    lines = [
        {"id": "1", "text": "身份证丢了怎么补办", "rel": ["id-card-replace"]},
        {"id": "2", "text": "天气预报", "rel": [], "expects": "unknown"},
        {"id": "3", "text": "护照多少钱", "rel": ["marriage"]},
    ]
    kept.write_text("\n".join(json.dumps(line, ensure_ascii=False) for line in lines), encoding="utf-8")
    labelled.main([str(kept), "--json", str(out)])
    told = json.loads(out.read_text(encoding="utf-8"))
    assert told == {"all": 3, "wrong": 1, "not_wrong": 0, "right": 2, "accuracy": 0.6667} | told
    assert "护照多少钱 | marriage" in capsys.readouterr().out
