"""好差评, 整改, 咨询投诉 at the console: whose halls they are, what each sees, what a deed says."""

from collections.abc import AsyncIterator
from datetime import timedelta
from itertools import count

import httpx
import pytest

from api.app import create_app
from catalogue import shelf
from feedback import public_answers, ratings
from feedback.consultation_models import Consultation, ConsultationRoute
from feedback.models import Rating, RatingWords, Rectification
from foundation import clock
from notifications import duties
from tests.builders import opinions
from tests.builders.appointments import a_hall, a_type
from tests.builders.catalogue import small_city
from tests.builders.console import Desk, a_colleague
from tests.builders.opinions import PHONE, a_mark, asked
from tests.serving import serving

pytestmark = pytest.mark.usefixtures("db", "redis_db")

_numbers = count(1)


@pytest.fixture
async def base() -> AsyncIterator[str]:
    shelf.forget()
    async with serving(create_app()) as address:
        yield address
    shelf.forget()


async def entered(client: httpx.AsyncClient, role: str, path: str = "", name: str = "王五") -> Desk:
    desk = Desk(client)
    username = f"colleague{next(_numbers)}"
    await a_colleague((role, path), username=username, display_name=name)
    await desk.sign_in(username)
    return desk


async def test_a_bad_mark_from_the_list_to_the_end_of_its_rectification(base: str) -> None:
    rating, _, _ = await a_mark(1, text="王小明等了<b>两小时</b>", name="王小明")
    one = await Rectification.get()
    async with httpx.AsyncClient(base_url=base) as first, httpx.AsyncClient(base_url=base) as second:
        desk, judge = await entered(first, "hall_manager"), await entered(second, "supervisor", name="赵督办")
        listed = (await desk.open("/console/ratings")).text
        assert "王小明等了&lt;b&gt;两小时&lt;/b&gt;" in listed  # as it was written; by whom is not said
        assert PHONE not in listed
        words = await RatingWords.get(rating=rating)
        refused = await desk.press("/console/ratings/show", words_id=words.id, shown="王小明等了两小时")
        assert (refused.status_code, "姓名：王小明" in refused.text) == (422, True)
        assert "已审核通过" in (await desk.press("/console/ratings/show", words_id=words.id, shown="等了两小时")).text
        other = await a_mark(2, text="一般")
        waits = await RatingWords.get(rating=other[0])
        assert "不公开" in (await desk.press("/console/ratings/hide", words_id=waits.id)).text

        page = f"/console/rectifications/{one.id}"
        assert "王小明" in (await desk.open(page)).text
        base_form = {"rectification_id": one.id}
        assert (await desk.press("/console/rectifications/contact", **base_form)).status_code == 409
        staff_id = (await desk.open(page)).text.partition('name="owner_id" value="')[2].partition('"')[0]
        await desk.press("/console/rectifications/assign", owner_id=staff_id, **base_form)
        assert PHONE in (await desk.press("/console/rectifications/contact", **base_form)).text
        assert PHONE not in (await desk.open(page)).text
        for verb, fields, said in (
            ("note", {"text": "查看了监控"}, "已记录"),
            ("call-back", {"text": "已致歉", "reached": "true"}, "已登记回访"),
            ("extend", {"text": "要施工", "workdays": 5}, "延长 5 个工作日"),
            ("appeal", {"text": "不是我们部门"}, "已提出申诉"),
        ):
            assert said in (await desk.press(f"/console/rectifications/{verb}", **base_form, **fields)).text, verb
        own = await desk.press("/console/rectifications/decide", **base_form, text="是", accept="true")
        assert own.status_code == 403
        decided = await judge.press("/console/rectifications/decide", **base_form, text="属你单位", accept="false")
        assert "申诉不成立" in decided.text
        await desk.press("/console/rectifications/mend", **base_form, text="加开窗口")
        done = await desk.press("/console/rectifications/verify", **base_form, text="电话确认", found="satisfied")
        assert "整改办结" in done.text
        assert "加开窗口" in (await judge.open("/console/rectifications?finished=true")).text
        figures = await judge.open("/console/opinion-figures/file?what=marks&by=department")
        assert "人力资源社会保障局,2,1.5" in figures.text
        assert "按时整改" in (await judge.open("/console/opinion-figures")).text


async def test_each_sees_the_halls_that_are_theirs(base: str) -> None:
    hall = await a_hall(code="9901", name="市中心")
    by, number = await opinions.a_closed_case()
    given = await ratings.rate(kind="case", number=number, level=1, text="慢", by=by)
    await Rating.filter(id=given.id).update(hall_id=hall.id)
    question = await asked(hall_code="9901")
    one = await Rectification.get()
    async with httpx.AsyncClient(base_url=base) as first, httpx.AsyncClient(base_url=base) as second:
        theirs, others = await entered(first, "agent", "9901/"), await entered(second, "agent", "9902/")
        for desk, may in ((theirs, True), (others, False)):
            assert (f"/console/rectifications/{one.id}" in (await desk.open("/console/rectifications")).text) is may
            assert ((await desk.open(f"/console/rectifications/{one.id}")).status_code == 200) is may
            assert (question.code in (await desk.open("/console/consultations")).text) is may
            assert ((await desk.open(f"/console/consultations/{question.id}")).status_code == 200) is may
            claimed = await desk.press("/console/consultations/claim", consultation_id=question.id)
            assert (claimed.status_code == 200) is may
        assert (await theirs.open("/console/consultation-routes")).status_code == 403
    async with httpx.AsyncClient(base_url=base) as third:
        window = await entered(third, "window", "9901/")
        for page in ("ratings", "rectifications", "consultations", "opinion-figures", "ratings/codes"):
            assert (await window.open(f"/console/{page}")).status_code == 403, page


async def test_a_question_from_the_inbox_to_the_public(base: str) -> None:
    await small_city()
    one = await asked(by=await opinions.a_citizen(name="王小明"), item_code="id-card", text="我是王小明，怎么续签？")
    async with httpx.AsyncClient(base_url=base) as first, httpx.AsyncClient(base_url=base) as second:
        desk, other = await entered(first, "agent"), await entered(second, "agent", name="孙丽丽")
        assert one.code in (await desk.open("/console/consultations?box=waiting")).text
        taken = await desk.press("/console/consultations/claim", consultation_id=one.id)
        page = taken.headers["HX-Redirect"]
        late = await other.press("/console/consultations/claim", consultation_id=one.id)
        assert (late.status_code, "已由其他同事办理" in late.text) == (409, True)
        shown = (await desk.open(page)).text
        cite = shown.partition('name="cites" value="')[2].partition('"')[0]
        assert cite.startswith("id-card:")
        assert "看原文" in (await desk.open("/console/consultations/canned?guide=id-card")).text
        assert "选一份指南" in (await desk.open("/console/consultations/canned?guide=nothing")).text
        await other.press("/console/consultations/note", consultation_id=one.id, text="请注明窗口")
        await desk.press("/console/consultations/answer", consultation_id=one.id, text="见下。", cites=cite)
        assert "来源：《" in (await desk.open(page)).text
        form = {"consultation_id": one.id, "question": "居住证怎么续签？", "answer": "请带身份证。"}
        named = await desk.press("/console/consultations/publish", **{**form, "question": "王小明怎么续签？"})
        assert (named.status_code, "姓名：王小明" in named.text) == (422, True)
        assert "已公开" in (await desk.press("/console/consultations/publish", **form)).text
        assert "常见问题" in (await desk.press("/console/consultations/propose", slug="id-card", **form)).text
        [public] = await public_answers.latest()
        back = await desk.press(
            "/console/consultations/take-back", consultation_id=one.id, code=public.code, why="政策已变"
        )
        assert "已撤下" in back.text
        assert "居住证续签" in (await desk.open("/console/consultations?box=done&search=居住证")).text


async def test_review_refusal_appeal_transfer_and_the_right_door(base: str) -> None:
    await a_hall(code="9901", name="市中心")
    shelf.forget()
    complaint, rude, wages, elsewhere = [
        await asked(title=title, kind=kind)
        for title, kind in (
            ("窗口没人", "complaint"),
            ("你们是混蛋", "question"),
            ("拖欠工资", "question"),
            ("转办", "question"),
        )
    ]
    async with httpx.AsyncClient(base_url=base) as first, httpx.AsyncClient(base_url=base) as second:
        desk, other = await entered(first, "agent"), await entered(second, "supervisor", name="赵督办")
        for one in (complaint, rude):
            await desk.press("/console/consultations/claim", consultation_id=one.id)
        await desk.press("/console/consultations/answer", consultation_id=complaint.id, text="初稿")
        assert (await desk.press("/console/consultations/approve", consultation_id=complaint.id)).status_code == 403
        back = await other.press("/console/consultations/send-back", consultation_id=complaint.id, text="写明时限")
        assert "已退回重写" in back.text
        await desk.press("/console/consultations/answer", consultation_id=complaint.id, text="三日内")
        assert "窗口没人" in (await other.open("/console/consultations?box=review")).text
        assert "已答复" in (await other.press("/console/consultations/approve", consultation_id=complaint.id)).text
        assert "侮辱谩骂" in (await desk.open(f"/console/consultations/{rude.id}")).text
        await desk.press("/console/consultations/refuse", consultation_id=rude.id, why="insult", text="请改用平和的话")
        await Consultation.filter(id=rude.id).update(appeal_state="open")
        assert "你们是混蛋" in (await other.open("/console/consultations?box=appeals")).text
        decide = {"consultation_id": rude.id, "text": "有具体事项", "accept": "true"}
        assert (await desk.press("/console/consultations/decide", **decide)).status_code == 403
        assert "已恢复办理" in (await other.press("/console/consultations/decide", **decide)).text
        pointed = await desk.press(
            "/console/consultations/point", consultation_id=wages.id, door="labour", text="请带合同"
        )
        assert "已指引" in pointed.text
        await desk.press(
            "/console/consultations/transfer",
            consultation_id=elsewhere.id,
            department="中心管理科",
            hall="9901",
            text="属中心",
        )
        assert (await Consultation.get(id=elsewhere.id)).desk_path == "9901/"
        assigned = await other.press(
            "/console/consultations/assign", consultation_id=elsewhere.id, owner_id=(await opinions.staff()).number
        )
        assert "已指派" in assigned.text
        rule = {"kind": "complaint", "hall": "9901", "department": "中心督查科", "desk": "9901"}
        assert "规则已生效" in (await other.press("/console/consultation-routes", **rule)).text
        assert "中心督查科" in (await other.open("/console/consultation-routes")).text
        [route] = await ConsultationRoute.all()
        assert "已停用" in (await other.press("/console/consultation-routes/retire", route_id=route.id)).text
        figures = (await other.open("/console/opinion-figures/file?what=asked&by=kind")).text
        assert "投诉,1,1" in figures
        assert str(clock.today().year) in (await other.open("/console/opinion-figures?what=asked")).text


async def test_a_code_for_a_window_is_drawn_for_its_hall(base: str) -> None:
    await a_type(hall=await a_hall(code="9901", name="市中心"))
    async with httpx.AsyncClient(base_url=base) as client:
        desk = await entered(client, "hall_manager")
        page = (await desk.open("/console/ratings/codes?hall=9901&window=3")).text
    assert "/h5/#/rate-here/9901/3" in page
    assert "<svg" in page


async def test_the_bell_says_what_is_due_and_the_page_leads_there(base: str) -> None:
    day = opinions.noon(clock.today())
    with clock.frozen(day - timedelta(days=40)):
        one = await asked(title="张三的居住证")
        await a_mark(1)
    await duties.refresh()
    async with httpx.AsyncClient(base_url=base) as first, httpx.AsyncClient(base_url=base) as second:
        agent, finance = await entered(first, "agent"), await entered(second, "finance")
        assert 'hx-get="/console/reminders/bell"' in (await agent.open("/console/consultations")).text
        assert "2 件未读" in (await agent.open("/console/reminders/bell")).text
        listed = (await agent.open("/console/reminders")).text
        assert f'href="/console/consultations/{one.id}"' in listed
        assert ("已提醒上级" in listed, "张三" in listed) == (True, False)
        assert "已标为已读" in (await agent.press("/console/reminders/read", kind="consultation")).text
        assert "1 件未读" in (await agent.open("/console/reminders/bell")).text
        assert "没有临近期限或超期的事项" in (await finance.open("/console/reminders")).text
        assert "badge" not in (await finance.open("/console/reminders/bell")).text
