"""The two vendors' bills, read row by row: WeChat Pay's back-quotes, Alipay's GBK and TABs, and totals that agree."""

import io
from datetime import datetime, timedelta, timezone
from decimal import Decimal

import pytest

from channels import bills
from channels.alipay import bills as alipay
from channels.bills import BillRow, BillRowKind, FundRow
from channels.errors import BillUnreadable
from channels.states import ChannelState, RefundState
from channels.wechat import bills as wechat

BEIJING = timezone(timedelta(hours=8))

WECHAT = (
    "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,"
    "代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,"
    "申请退款金额,费率备注\r\n"
    "`2026-11-20 10:30:00,`wx1,`19,`0,`,`4200001,`P0001,`o1,`JSAPI,`SUCCESS,`OTHERS,`CNY,`80.00,`0.00,`0,`0,`0.00,"
    "`0.00,`,`,`登记费, 工本费,`,`0.48000,`0.60%,`80.00,`0.00,`\r\n"
    "`2026-11-20 23:59:59,`wx1,`19,`0,`,`4200000,`P0000,`o1,`JSAPI,`REFUND,`OTHERS,`CNY,`0.00,`0.00,`5030001,`R0001,"
    "`30.00,`0.00,`ORIGINAL,`SUCCESS,`登记费,`,`-0.18000,`0.60%,`0.00,`30.00,`\r\n"
    "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额\r\n"
    "`2,`80.00,`30.00,`0.00,`0.30000,`80.00,`30.00\r\n"
)
FLOW = (
    "记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额(元),账户结余(元),资金变更提交申请人,备注,业务凭证号\r\n"
    "`2026-11-20 10:30:00,`4200001,`F1,`交易,`交易,`收入,`80.00,`180.00,`system,`,`P0001\r\n"
    "`2026-11-20 10:30:00,`4200001,`F2,`扣除交易手续费,`扣除交易手续费,`支出,`0.48,`179.52,`system,`,`P0001\r\n"
    "资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额\r\n"
    "`2,`1,`80.00,`1,`0.48\r\n"
)
ALIPAY_NAMES = (
    "支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,对方账户,订单金额（元）,商家实收（元）,"
    "支付宝红包（元）,集分宝（元）,支付宝优惠（元）,商家优惠（元）,券核销金额（元）,券名称,商家红包消费金额（元）,卡消费金额（元）,"
    "退款批次号/请求号,服务费（元）,分润（元）,备注"
)
ALIPAY = (
    "#支付宝业务明细查询\r\n"
    "#账号：[20881000000000010156]\r\n"
    "#起始日期：[2026年11月20日 00:00:00]   终止日期：[2026年11月21日 00:00:00]\r\n"
    "#-----------------------------------------业务明细列表----------------------------------------\r\n"
    f"{ALIPAY_NAMES}\r\n"
    "2026112022001\t,P0002\t,交易\t,登记费\t,2026-11-20 10:29:00\t,2026-11-20 10:30:00\t,\t,\t,\t,\t,"
    "*三(138****0001)\t,80.00\t,80.00\t,0.00\t,0.00\t,0.00\t,0.00\t,0.00\t,\t,0.00\t,0.00\t,\t,-0.48\t,0.00\t,\t\r\n"
    '2026111922000\t,P0009\t,退款\t,"登记费,工本费"\t,2026-11-19 08:00:00\t,2026-11-20 23:59:59\t,\t,\t,\t,\t,*三\t,'
    "-30.00\t,-30.00\t,0.00\t,0.00\t,0.00\t,0.00\t,0.00\t,\t,0.00\t,0.00\t,R0002\t,0.18\t,0.00\t,重复缴费\t\r\n"
    "#-----------------------------------------业务明细列表结束------------------------------------\r\n"
    "#交易合计：1笔，商家实收共80.00元，商家优惠共0.00元\r\n"
    "#退款合计：1笔，商家实收退款共-30.00元，商家优惠退款共0.00元\r\n"
    "#导出时间：[2026年11月21日 09:27:10]\r\n"
)


def read_wechat(text: str) -> list[BillRow]:
    return list(wechat.trade_rows(io.BytesIO(text.encode())))


def read_flow(text: str) -> list[FundRow]:
    return list(wechat.fund_rows(io.BytesIO(text.encode())))


def read_alipay(text: str) -> list[BillRow]:
    return list(alipay.trade_rows(io.BytesIO(text.encode("gbk"))))


def test_wechat_pays_bill_row_by_row() -> None:
    paid, refunded = read_wechat("\ufeff" + WECHAT)

    at = datetime(2026, 11, 20, 10, 30, tzinfo=BEIJING)
    assert paid == BillRow(BillRowKind.PAYMENT, "P0001", None, "4200001", 8000, 48, at, ChannelState.PAID)
    at = datetime(2026, 11, 20, 23, 59, 59, tzinfo=BEIJING)
    assert refunded == BillRow(
        BillRowKind.REFUND, "P0000", "R0001", "4200000", 3000, -18, at, RefundState.DONE, refund_no="5030001"
    )


def test_alipays_bill_row_by_row() -> None:
    paid, refunded = read_alipay(ALIPAY)

    at = datetime(2026, 11, 20, 10, 30, tzinfo=BEIJING)
    assert paid == BillRow(BillRowKind.PAYMENT, "P0002", None, "2026112022001", 8000, 48, at, ChannelState.PAID)
    at = datetime(2026, 11, 20, 23, 59, 59, tzinfo=BEIJING)
    assert refunded == BillRow(BillRowKind.REFUND, "P0009", "R0002", "2026111922000", 3000, -18, at, RefundState.DONE)


def test_the_fund_flow_tells_fees_apart() -> None:
    came, fee = read_flow(FLOW)

    assert (came.amount_fen, came.balance_fen, came.voucher_no) == (8000, 18000, "P0001")
    assert (fee.amount_fen, fee.balance_fen, fee.business) == (-48, 17952, "扣除交易手续费")


@pytest.mark.parametrize("state", wechat.REFUND_STATES)
def test_a_refund_says_how_far_it_is(state: str) -> None:
    changed = WECHAT.replace("`ORIGINAL,`SUCCESS", f"`ORIGINAL,`{state}")
    assert read_wechat(changed)[1].state is wechat.REFUND_STATES[state]


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        ("`2,`80.00", "`3,`80.00"),  # a row is missing
        ("`80.00,`30.00\r\n", "`80.01,`30.00\r\n"),  # another sum
        ("`0.30000", "`0.30001"),
        ("`0.60%,`80.00", "`0.60%,`80.01"),  # another row
        ("`SUCCESS,`OTHERS", "`PARTYING,`OTHERS"),
        ("`ORIGINAL,`SUCCESS", "`ORIGINAL,`PARTYING"),
        ("商户订单号", "商家订单号"),
        ("`2026-11-20 10:30:00", "`昨天"),
        ("`wx1,`19,", "`wx1,"),
        ("`0.60%,`80.00", "`0.60%,`８０.00"),
        ("`0.60%,`80.00", "`0.60%,`80.005"),
        ("`0.48000", "`NaN"),
        ("总交易单数", "`总交易单数"),
        ("订单总金额,申请", "订单,申请"),
    ],
)
def test_wechat_pays_bill_of_another_shape_or_sum_is_not_believed(was: str, becomes: str) -> None:
    assert was in WECHAT
    with pytest.raises(BillUnreadable):
        read_wechat(WECHAT.replace(was, becomes, 1))


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        ("交易合计：1笔", "交易合计：2笔"),
        ("共-30.00元", "共-30.01元"),
        ("#退款合计", "#合计"),
        ("80.00\t,80.00", "80.00\t,80.01"),
        ("\t,交易\t", "\t,转账\t"),
        ("商家实收（元）", "实收（元）"),
        ("2026-11-20 10:30:00", "2026-13-20 10:30:00"),
        (",-0.48\t,0.00\t,\t", ""),
        ("-30.00\t,-30.00", "三十\t,-30.00"),
    ],
)
def test_alipays_bill_of_another_shape_or_sum_is_not_believed(was: str, becomes: str) -> None:
    assert was in ALIPAY
    with pytest.raises(BillUnreadable):
        read_alipay(ALIPAY.replace(was, becomes, 1))


@pytest.mark.parametrize(("was", "becomes"), [("`收入", "`不变"), ("`2,`1,`80.00", "`2,`1,`80.01"), ("`2,`1", "`1,`1")])
def test_a_fund_flow_of_another_shape_or_sum_is_not_believed(was: str, becomes: str) -> None:
    assert was in FLOW
    with pytest.raises(BillUnreadable):
        read_flow(FLOW.replace(was, becomes, 1))


@pytest.mark.parametrize("cut", range(1, 12))
def test_a_bill_that_breaks_off_is_not_believed(cut: int) -> None:
    for text, read in ((WECHAT, read_wechat), (FLOW, read_flow), (ALIPAY, read_alipay)):
        lines = text.splitlines(keepends=True)
        needed = len(lines) - (1 if text is ALIPAY else 0)  # the time of export proves nothing
        if cut < needed:
            with pytest.raises(BillUnreadable):
                read("".join(lines[:cut]))


def test_fees_with_parts_of_a_fen_add_up_exactly_and_read_as_whole_fen() -> None:
    assert [bills.rounded_fen(Decimal(yuan)) for yuan in ("0.00480", "0.00500", "-0.00500", "7.79")] == [0, 1, -1, 779]
