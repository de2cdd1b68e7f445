"""Finance at the console through HTTP: registers with filters, a bill's whole story, takings, files; nobody else."""

import csv
import io
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from urllib.parse import unquote

import httpx
import pytest

from api.app import create_app
from foundation import clock, database
from foundation.actor import Actor
from identity.idnumber import Identity
from payments import bills, changing, gateway, refunds, registers, settlement, takings
from payments.models import PaymentOrder
from payments.register_errors import RegisterTooLong
from payments.registers import Wanted
from tests.builders.console import Desk, a_colleague
from tests.builders.payments import UNIT, Till, a_bill, a_payer, begin, begun, pushed
from tests.serving import serving

PAGES = ("bills", "bills/file", "orders", "orders/file", "takings", "takings/file")


@dataclass
class Tills:
    """Both channels, played by hand."""

    wechat: Till
    alipay: Till


@pytest.fixture
def tills() -> Iterator[Tills]:
    both = Tills(Till("wechat"), Till("alipay"))
    gateway.use({"wechat": both.wechat, "alipay": both.alipay})
    yield both
    gateway.use({})


@pytest.fixture(autouse=True)
def midday() -> Iterator[None]:
    """No day ends within a test."""
    with clock.frozen(datetime.combine(clock.today(), time(12), clock.SHANGHAI)):
        yield


@pytest.fixture
async def desk(db: None, redis_db: object) -> AsyncIterator[Desk]:
    async with serving(create_app()) as house, httpx.AsyncClient(base_url=house) as client:
        yield Desk(client)


@pytest.fixture
async def finance(desk: Desk) -> Desk:
    await a_colleague(("finance", ""), username="qianqi", display_name="钱七")
    await desk.sign_in("qianqi")
    return desk


async def a_paid_bill(tills: Tills, channel: str = "wechat", fen: int = 8000):
    bill, order, citizen = await begun(channel=channel, fen=fen)
    await settlement.settle(getattr(tills, channel).pay(order.out_trade_no))
    return bill, order, citizen


def rows(answer: httpx.Response) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


async def test_only_finance_sees_money(desk: Desk) -> None:
    bill = await a_bill()
    await a_colleague(("hall_manager", ""), ("admin", ""), ("supervisor", ""), username="wangwu")
    await desk.sign_in("wangwu")
    for address in (*PAGES, f"bills/of/{bill.pay_code}"):
        assert (await desk.open(f"/console/money/{address}")).status_code == 403, address
    person = {"id_type": "id_card", "number": "11010519491231002X", "reason": "核实缴费情况"}
    assert (await desk.press("/console/money/bills/person", **person)).status_code == 403
    assert not await database.fetchval("select exists (select from audit_row where action like '%read')")


async def test_finance_lands_on_the_bills_and_finds_its_group(finance: Desk) -> None:
    landed = await finance.open("/console/")
    assert (landed.status_code, landed.headers["location"]) == (303, "/console/money/bills")
    for address in ("bills", "orders", "takings"):
        page = await finance.open(f"/console/money/{address}")
        assert page.status_code == 200
        assert 'aria-label="财务"' in page.text
        assert re.findall(r"<script(?![^>]*src)|<style| style=| on[a-z]+=", page.text) == []


async def test_bills_are_found_by_unit_state_day_and_code(finance: Desk, tills: Tills) -> None:
    paid, _, _ = await a_paid_bill(tills)
    unpaid = await a_bill()
    tomorrow = clock.today() + timedelta(days=1)

    async def found(query: str) -> set[str]:
        page = await finance.open(f"/console/money/bills?{query}")
        assert page.status_code == 200, query
        return set(re.findall(r'bills/of/(\w+)"', page.text))

    both = {paid.pay_code, unpaid.pay_code}
    assert await found("") == await found("unit=3507&start=&end=") == await found(f"end={tomorrow}") == both
    assert await found("state=settled") == {paid.pay_code}
    assert await found(f"pay_code=+{unpaid.pay_code}+") == {unpaid.pay_code}
    assert await found(f"pay_code={unpaid.pay_code[:-1]}") == set()  # exact
    assert await found("unit=none") == await found(f"start={tomorrow}") == set()
    for wrong in ("state=half_paid", "before=-1", "start=2026-02-30", "end=1800-01-01", "number=11010519491231002X"):
        assert (await finance.open(f"/console/money/bills?{wrong}")).status_code == 422, wrong


@pytest.mark.usefixtures("db")
async def test_each_unit_is_named_once_as_its_latest_bill_names_it() -> None:
    for code, name in (("102", "财政局"), ("101", "民政局"), ("102", "财政局（新）")):
        bill = replace(pushed(), exec_unit_code=code, exec_unit_name=name)
        await bills.raise_bill(bill=bill, by=UNIT)
    assert await registers.units() == [("101", "民政局"), ("102", "财政局（新）")]


async def test_a_long_register_is_paged(finance: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        await a_bill()
    made = [one.id for one in await registers.bills(Wanted())]
    assert [one.id for one in await registers.bills(Wanted(), before=made[0], limit=1)] == made[1:2]
    monkeypatch.setattr(registers, "MOST", 2)
    with pytest.raises(RegisterTooLong):
        await registers.all_bills(Wanted())
    refused = await finance.open("/console/money/bills/file")
    assert (refused.status_code, "请缩小日期范围" in refused.text) == (422, True)


async def test_a_person_is_looked_for_with_a_reason_that_is_kept(finance: Desk) -> None:
    citizen, identity = await a_payer()
    theirs, other = await a_bill(payer=identity), await a_bill()
    asked = {"id_type": "id_card", "number": identity.number, "reason": "投诉处理"}
    page = await finance.press("/console/money/bills/person", **asked)
    assert theirs.pay_code in page.text
    assert other.pay_code not in page.text
    assert identity.number not in page.text
    nobody = await finance.press(
        "/console/money/bills/person", **{**asked, "number": Identity.of("id_card", "11010519491231002X").number}
    )
    assert "没有符合条件" in nobody.text
    assert (await finance.press("/console/money/bills/person", **{**asked, "reason": ""})).status_code == 422
    looks = await database.fetch(
        "select subject, reason from audit_row where action = 'citizen.bills_read' order by id"
    )
    assert [(row["subject"], row["reason"]) for row in looks] == [
        (f"citizen:{citizen.id}", "投诉处理"), ("citizens", "投诉处理"),
    ]  # fmt: skip


async def test_a_bill_tells_its_whole_story(finance: Desk, tills: Tills) -> None:
    citizen, identity = await a_payer()
    said = pushed(payer=identity, fen=900)
    code = (await bills.raise_bill(bill=said, by=UNIT)).pay_code
    first = await begin((await bills.one_for(pay_code=code, citizen_id=citizen.id)), citizen)
    item = bills.PushedItem(exec_item_code="1", exec_item_name="登记费", amount_fen=700)
    changed = pushed(payer=identity, fen=700, items=(item,), notice_no=said.notice_no)
    await changing.change(bill=changed, reason="减免", by=UNIT)
    second = await begin((await bills.one_for(pay_code=code, citizen_id=citizen.id)), citizen, "alipay")
    await settlement.settle(tills.alipay.pay(second.out_trade_no))
    async with database.transaction():
        await refunds.request(order=second, amount_fen=100, reason="多缴部分", by=Actor.staff(1))
    page = (await finance.open(f"/console/money/bills/of/{code}")).text
    texts = "第 2 版|第 1 版|9.00 元|缴清本通知书|多缴部分|张*|部门系统 estate-bureau|缴款人|系统（查询）".split("|")
    for part in (first.out_trade_no, second.out_trade_no, *texts):
        assert part in page, part
    assert "张三" not in page
    assert identity.number not in page
    told = re.findall(r"</b> ([^<]+?)(?:<small>|</li>)", page[page.index("deeds-title") :])
    assert [one.strip() for one in told] == [
        "推送通知书", "发起支付", "关闭支付单", "变更通知书", "发起支付", "缴清", "发起退款", "查看通知书",
    ]  # fmt: skip
    assert (await finance.open("/console/money/bills/of/29990101000000000000")).status_code == 404


async def test_takings_are_those_of_the_day_the_channel_and_the_unit(finance: Desk, tills: Tills) -> None:
    day = clock.today() - timedelta(days=3)
    for channel, fen, days in (("wechat", 1000, 0), ("wechat", 500, 0), ("alipay", 250, 1)):
        _, order, _ = await a_paid_bill(tills, channel, fen)
        await PaymentOrder.filter(id=order.id).update(paid_at=registers.beginning(day + timedelta(days=days)))
    async with database.transaction():
        refund = await refunds.request(order=order, amount_fen=50, reason="多缴", by=Actor.staff(1))
    await refunds.send(refund_id=refund.id)
    found = await takings.over(start=day, end=clock.today())
    assert [(one.came.fen, one.went.fen) for one in found.days] == [(1500, 0), (250, 0), (0, 0), (0, 50)]
    assert (found.total.left_fen, found.total.received["wechat"].number, found.units) == (
        1700,
        2,
        [("自然资源局", 1750)],
    )
    # the last moment of the day before belongs to it, the first of this day does not
    before = await takings.over(start=day - timedelta(days=1), end=day - timedelta(days=1))
    assert before.total.came.fen == 0
    assert (await takings.over(start=day, end=day, unit="none")).total.came.fen == 0
    page = await finance.open(f"/console/money/takings?start={day}&end={clock.today()}")
    assert page.text.count("<svg") == 2
    assert "17.50" in page.text
    for wrong in (f"start={day}&end={day - timedelta(days=1)}", f"start={day - timedelta(days=400)}&end={day}"):
        assert (await finance.open(f"/console/money/takings?{wrong}")).status_code == 422
    saved = rows(await finance.open(f"/console/money/takings/file?start={day}&end={clock.today()}"))
    assert [one["日期"] for one in saved] == [*(str(day + timedelta(days=n)) for n in range(4)), "合计"]
    assert (saved[-1]["收款合计（元）"], saved[-1]["退款（元）"], saved[-1]["净额（元）"]) == ("17.50", "0.50", "17.00")


async def test_the_files_are_safe_in_a_spreadsheet(finance: Desk, tills: Tills) -> None:
    citizen, identity = await a_payer()
    evil = '=HYPERLINK("https://elsewhere.test","退款")'
    item = bills.PushedItem(exec_item_code="1", exec_item_name="费", amount_fen=100)
    bill = bills.PushedBill(
        notice_no="+1", exec_unit_code="@SUM(1)", exec_unit_name="-局", title=evil, payer_name="张三", payer=identity,
        items=(item,), total_fen=100,
    )  # fmt: skip
    code = (await bills.raise_bill(bill=bill, by=UNIT)).pay_code
    await begin(await bills.one_for(pay_code=code, citizen_id=citizen.id), citizen)
    saved = await finance.open("/console/money/bills/file?state=unpaid")
    name = unquote(saved.headers["content-disposition"].partition("filename*=UTF-8''")[2])
    assert (name, saved.content[:3]) == (f"缴款通知书_{clock.today()}.csv", b"\xef\xbb\xbf")
    (one,) = rows(saved)
    assert (one["事由"], one["通知书编号"], one["执收单位"], one["执收单位编码"], one["金额（元）"]) == (
        f"'{evil}", "'+1", "'-局", "'@SUM(1)", "1.00",
    )  # fmt: skip
    (order,) = rows(await finance.open("/console/money/orders/file?channel=wechat"))
    assert (order["事由"], order["渠道"], order["状态"]) == (f"'{evil}", "微信支付", "待支付")
    page = await finance.open(f"/console/money/orders?pay_code={code}")
    assert "=HYPERLINK(&#34;" in page.text
