"""Reconciliation and the ledger at the console: who may, two people, files, and what a browser is shown."""

import gzip
import re
from collections.abc import AsyncIterator

import httpx
import pytest

from api.app import create_app
from foundation import clock
from identity.access import Role
from payments import gateway
from payments.reconciliation_models import Difference, Statement
from tests.builders.console import Desk, a_colleague
from tests.builders.payments import books
from tests.builders.statements import Teller, at, paid_row, yesterday
from tests.doors.test_navigation import assert_is_laid_out
from tests.payments.conftest import Tellers
from tests.payments.test_reconciliation import paid_on, run
from tests.serving import serving

pytestmark = pytest.mark.usefixtures("db", "redis_db")


@pytest.fixture
async def tellers(db: None) -> AsyncIterator[Tellers]:
    both = Tellers(Teller("wechat"), Teller("alipay"))
    gateway.use({"wechat": both.wechat, "alipay": both.alipay})
    yield both
    gateway.use({})


@pytest.fixture
async def desks() -> AsyncIterator[tuple[Desk, Desk]]:
    """Two finance people, signed in."""
    async with (
        serving(create_app()) as base,
        httpx.AsyncClient(base_url=base) as one,
        httpx.AsyncClient(base_url=base) as other,
    ):
        both = Desk(one), Desk(other)
        for desk, username in zip(both, ("wangwu", "zhaoliu"), strict=True):
            await a_colleague(("finance", ""), username=username, display_name=username)
            await desk.sign_in(username)
        yield both


async def a_day(tellers: Tellers) -> Difference:
    """A day with an order that agrees and money for a number that is nobody's."""
    day = yesterday()
    order = await paid_on(tellers, at(day))
    tellers.wechat.statements[day] = [
        paid_row(order.out_trade_no, day=day, fee_fen=48),
        paid_row("=P-nobody", day=day, fen=500),
    ]
    await run(day)
    return await Difference.get(number="=P-nobody")


async def test_a_difference_from_the_calendar_to_the_books(desks: tuple[Desk, Desk], tellers: Tellers) -> None:
    one, (first, second) = await a_day(tellers), desks
    day = f"/console/reconciliation/wechat/{yesterday()}"
    calendar = (await first.open(f"/console/reconciliation?month={yesterday()}")).text
    assert f'href="{day}"' in calendar
    assert "有差异 1 笔" in calendar
    shown = (await first.open(day)).text
    for text in ("长款", "=P-nobody", "渠道账单有此笔，我方没有该支付单", "退回付款人", "逐笔相符的缴款 <b>1</b> 笔"):
        assert text in shown, text
    for html in (calendar, shown):
        assert_is_laid_out(html, day)
    form = {"difference_id": one.id, "deed": "book", "note": "<b>先挂账</b>"}
    assert (await first.press("/console/differences/propose", **{**form, "note": ""})).status_code == 422
    assert "请另一位财务人员复核" in (await first.press("/console/differences/propose", **form)).text
    own = await first.press("/console/differences/decide", difference_id=one.id, approve="true")
    assert (own.status_code, "不能自己复核" in own.text) == (403, True)
    assert "由您提出" in (await first.open(day)).text
    theirs = (await second.open(day)).text
    assert "复核通过" in theirs
    assert "<b>先挂账</b>" not in theirs
    done = await second.press("/console/differences/decide", difference_id=one.id, approve="true")
    assert "复核通过" in done.text
    assert (await books())["transit:wechat"] == -500
    part = await first.client.get(day, headers={"HX-Request": "true"})
    assert "没有待处理的差异" in part.text
    assert "<html" not in part.text
    told = (await first.open(f"{day}?show=all")).text
    for deed in ("wangwu</b> 提出处理<small>挂账待查", "zhaoliu</b> 复核通过"):
        assert deed in told, deed


async def test_notes_escalation_and_turning_down(desks: tuple[Desk, Desk], tellers: Tellers) -> None:
    one, (first, second) = await a_day(tellers), desks
    noted = await first.press("/console/differences/note", difference_id=one.id, note="已致电", escalate="false")
    assert "已记录" in noted.text
    up = await first.press("/console/differences/note", difference_id=one.id, note="渠道不认", escalate="true")
    assert "已上报" in up.text
    await first.press("/console/differences/propose", difference_id=one.id, deed="explain", note="测试单")
    down = await second.press("/console/differences/decide", difference_id=one.id, approve="false", note="不是")
    assert "已退回" in down.text
    gone = await second.press("/console/differences/decide", difference_id=one.id, approve="true")
    assert gone.status_code == 409
    page = (await first.open(f"/console/reconciliation/wechat/{yesterday()}")).text
    for text in ("已上报", "wangwu</b> 上报<small>渠道不认", "zhaoliu</b> 退回处理意见<small>不是"):
        assert text in page, text


async def test_a_run_on_demand_and_the_bill_as_it_came(desks: tuple[Desk, Desk], tellers: Tellers) -> None:
    await a_day(tellers)
    first, _ = desks
    day = yesterday()
    with clock.frozen(max(clock.now(), at(clock.today(), 11))):
        again = await first.press("/console/reconciliation/run", channel="wechat", day=day)
    assert again.headers["HX-Redirect"] == f"/console/reconciliation/wechat/{day}"
    too_soon = await first.press("/console/reconciliation/run", channel="wechat", day=clock.today())
    assert (too_soon.status_code, "次日上午十点后" in too_soon.text) == (409, True)
    statement = await Statement.get()
    file = await first.open(f"/console/statements/{statement.id}/file")
    assert f"wechat_{day}.csv" in file.headers["content-disposition"]
    assert len(file.content) == statement.size
    assert "P-nobody" in gzip.decompress(file.content).decode()
    assert (await first.open("/console/statements/999999/file")).status_code == 404
    assert (await first.open(f"/console/reconciliation/alipay/{day}")).status_code == 404
    for nowhere in ("paypal/2026-11-20", "wechat/2026-13-40", "wechat/today"):
        assert (await first.open(f"/console/reconciliation/{nowhere}")).status_code in (404, 422), nowhere


async def test_the_ledger_by_account_and_as_a_file_without_formulas(desks: tuple[Desk, Desk], tellers: Tellers) -> None:
    one, (first, second) = await a_day(tellers), desks
    await first.press("/console/differences/propose", difference_id=one.id, deed="book", note="挂账")
    await second.press("/console/differences/decide", difference_id=one.id, approve="true")
    page = (await first.open("/console/ledger")).text
    assert_is_laid_out(page, "/console/ledger")
    for text in ("微信支付渠道资金", "执收单位 自然资源局", "微信支付待查款", "挂账待查 =P-nobody", "渠道手续费"):
        assert text in page, text
    fees = (await first.open("/console/ledger?account=fee:wechat")).text
    assert fees.count("<tr>") == 2
    (posting,) = set(re.findall(r"posting=([0-9a-f-]{36})", fees))
    assert (await first.open(f"/console/ledger?posting={posting}")).text.count("<tr>") == 3
    await first.press("/console/differences/note", difference_id=one.id, note="=HYPERLINK(0)", escalate="false")
    file = await first.open("/console/ledger/file")
    assert file.text.startswith("\ufeff时间,记账号")
    assert len(file.text.splitlines()) == 1 + 6
    assert not re.search(r"(?m)(^|,)[=+@]", file.text)
    balance = (await first.open("/console/ledger/balance")).text
    assert_is_laid_out(balance, "/console/ledger/balance")
    assert "试算平衡" in balance
    sheet = (await first.open(f"/console/ledger/balance/file?until={clock.today()}")).text
    assert "合计,,85.48,85.48,0.0," in sheet


async def test_only_finance_sees_money(tellers: Tellers) -> None:
    one = await a_day(tellers)
    statement = await Statement.get()
    day = f"/console/reconciliation/wechat/{yesterday()}"
    pages = [
        "/console/reconciliation", day, f"/console/statements/{statement.id}/file", "/console/ledger",
        "/console/ledger/file", "/console/ledger/balance", "/console/ledger/balance/file",
    ]  # fmt: skip
    forms: list[tuple[str, dict[str, object]]] = [
        ("reconciliation/run", {"channel": "wechat", "day": yesterday()}),
        ("differences/note", {"difference_id": one.id, "note": "x"}),
        ("differences/propose", {"difference_id": one.id, "deed": "explain", "note": "x"}),
        ("differences/decide", {"difference_id": one.id, "approve": "true"}),
    ]
    async with serving(create_app()) as base, httpx.AsyncClient(base_url=base) as client:
        desk = Desk(client)
        await a_colleague(*((role, "") for role in Role if role != Role.FINANCE), username="other")
        await desk.sign_in("other")
        for address in pages:
            assert (await desk.open(address)).status_code == 403, address
        for address, form in forms:
            assert (await desk.press(f"/console/{address}", **form)).status_code == 403, address
