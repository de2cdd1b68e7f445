"""Questions and answers that everybody may read: asked to be, written anew, found again, taken back; and taught."""

from typing import Any

import pytest

from catalogue import guides
from catalogue.draft_models import GuideDraft
from feedback import answering, consultation_lookup, faq_proposal, public_answers
from feedback.consultation_errors import (
    AnswerEmpty,
    NotInThisState,
    NotMeantForPublic,
    PublicAnswerNotFound,
    PublishedAlready,
    QuestionKnown,
)
from feedback.errors import NothingWritten, PersonalTraces
from tests.builders import opinions
from tests.builders.appointments import told
from tests.builders.catalogue import small_city
from tests.builders.opinions import answered, asked

pytestmark = pytest.mark.usefixtures("db", "redis_db")

QUESTION, ANSWER = "居住证到期了怎么续签？", "带身份证和居住地址证明到户政窗口办理。"


async def test_it_is_published_once_without_a_trace_of_a_person() -> None:
    agent = await opinions.staff(name="孙丽丽")
    one = await asked(by=await opinions.a_citizen(name="王小明"), text="我是王小明，住解放路 12 号，居住证怎么续签？")
    publish = public_answers.publish
    with pytest.raises(NotInThisState):
        await publish(consultation_id=one.id, question=QUESTION, answer=ANSWER, by=agent)
    await answered(one, by=agent)
    for question, answer in (
        ("王小明的居住证怎么续签？", ANSWER), (QUESTION, "请联系 139 0000 1234"), (QUESTION, "到解放路12号办理"),
        (QUESTION, "找孙丽丽办理"),
    ):  # fmt: skip
        with pytest.raises(PersonalTraces) as refused:
            await publish(consultation_id=one.id, question=question, answer=answer, by=agent)
        assert refused.value.detail
    with pytest.raises(AnswerEmpty):
        await publish(consultation_id=one.id, question=QUESTION, answer=" ", by=agent)
    made = await publish(consultation_id=one.id, question=QUESTION, answer=ANSWER, by=agent)
    with pytest.raises(PublishedAlready):
        await publish(consultation_id=one.id, question=QUESTION, answer=ANSWER, by=agent)
    shown = await public_answers.find(made.code)
    assert (shown.question, shown.answer) == (QUESTION, ANSWER)
    assert [event["code"] for event in await told("AnswerPublished")] == [made.code]
    with pytest.raises(NothingWritten):
        await public_answers.take_back(code=made.code, why="", by=agent)
    await public_answers.take_back(code=made.code, why="政策已变", by=agent)
    for verb in (public_answers.find(made.code), public_answers.take_back(code=made.code, why="再撤", by=agent)):
        with pytest.raises(PublicAnswerNotFound):
            await verb
    assert await public_answers.search("居住证续签") == await public_answers.latest() == []


async def test_who_did_not_agree_is_not_published() -> None:
    agent = await opinions.staff()
    one = await answered(await asked(may_publish=False), by=agent)
    with pytest.raises(NotMeantForPublic):
        await public_answers.publish(consultation_id=one.id, question=QUESTION, answer=ANSWER, by=agent)


async def test_they_are_found_by_what_is_like_and_not_by_what_is_not() -> None:
    agent = await opinions.staff()
    for question in (QUESTION, "营业执照丢了怎么补办？", "新生儿户口在哪里登记？"):
        one = await answered(await asked(title=question[:20]), by=agent)
        await public_answers.publish(consultation_id=one.id, question=question, answer=ANSWER, by=agent)
    for said, found in (
        ("居住证续签", [QUESTION]), ("我的居住证到期要续签", [QUESTION]),
        ("营业执照遗失补办", ["营业执照丢了怎么补办？"]),
        ("明天会下雨吗", []), ("的吗", []), ("", []),
    ):  # fmt: skip
        assert [one.question for one in await public_answers.search(said)] == found, said
    assert len(await public_answers.latest(limit=2)) == 2


async def test_an_answer_quotes_a_section_under_its_name_and_becomes_a_common_question() -> None:
    await small_city()
    agent = await opinions.staff(("editor", ""))
    one = await asked()
    section = (await guides.page("id-card")).sections[1]
    await answering.claim(consultation_id=one.id, by=agent)
    await answering.answer(consultation_id=one.id, text="", cites=[("id-card", section.id)], by=agent)
    [cite] = (await consultation_lookup.seen(one)).said[-1].cites
    assert (cite["section"], cite["text"], cite["slug"]) == (section.title, section.text, "id-card")
    proposal: dict[str, Any] = {"consultation_id": one.id, "slug": "id-card", "answer": ANSWER, "by": agent}
    with pytest.raises(PersonalTraces):
        await faq_proposal.propose(**proposal, question="打 13900001234")
    await faq_proposal.propose(**proposal, question=QUESTION)
    with pytest.raises(QuestionKnown):
        await faq_proposal.propose(**proposal, question=QUESTION)
    draft = await GuideDraft.get(slug="id-card")
    assert draft.sheet["faqs"][-1] == {"question": QUESTION, "answer": ANSWER}
