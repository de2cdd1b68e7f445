"""The bills of both platforms: hashes, columns, totals, and when there is none."""

import csv
import gzip
import hashlib
import io
import zipfile
from datetime import datetime, timedelta

import httpx
import pytest

from tests.builders.sandbox import BEIJING, App, Sandbox
from tests.sandbox.test_wechat_pay_orders import refusal
from tests.sandbox.test_wechat_pay_refunds import final

TODAY = datetime.now(BEIJING).replace(hour=12)


@pytest.fixture
def noon_tomorrow(sandbox: Sandbox) -> None:
    """Today at noon things happen, tomorrow at noon bills are asked for."""
    sandbox.play("dials", now=TODAY.isoformat())


def tomorrow(sandbox: Sandbox, hour: int = 12) -> None:
    sandbox.play("dials", now=(TODAY + timedelta(days=1)).replace(hour=hour).isoformat())


def trade_bill(app: App, **more: str) -> httpx.Response:
    query = "&".join(f"{name}={value}" for name, value in ({"bill_date": f"{TODAY:%Y-%m-%d}"} | more).items())
    return app.pay_call("GET", f"/v3/bill/tradebill?{query}")


def fetched(app: App, offer: dict[str, str]) -> httpx.Response:
    return app.pay_call("GET", offer["download_url"].removeprefix(str(app.http.base_url).rstrip("/")))


def rows(text: str) -> tuple[list[dict[str, str]], dict[str, str]]:
    lines = [[field.removeprefix("`") for field in line] for line in csv.reader(io.StringIO(text))]
    head, *data, total_head, totals = lines
    return [dict(zip(head, row, strict=True)) for row in data], dict(zip(total_head, totals, strict=True))


@pytest.mark.usefixtures("noon_tomorrow")
def test_the_trade_bill_adds_up_and_its_hash_is_of_the_text(app: App, sandbox: Sandbox) -> None:
    for number, fen in (("BILL-001", 2000), ("BILL-002", 350)):
        app.prepay(number, fen)
        sandbox.play(f"wechat/pay/{number}")
    app.refund("BILL-001", "BILL-R-1", 500, 2000)
    assert final(app, "BILL-R-1") == "SUCCESS"
    app.prepay("BILL-003", 900)
    tomorrow(sandbox)
    offer = trade_bill(app, tar_type="GZIP").json()
    packed = fetched(app, offer)
    assert "Wechatpay-Signature" not in packed.headers
    content = gzip.decompress(packed.content)
    assert hashlib.sha1(content).hexdigest() == offer["hash_value"]
    data, totals = rows(content.decode())
    told = [(row["商户订单号"], row["交易状态"], row["订单金额"], row["申请退款金额"]) for row in data]
    assert told == [
        ("BILL-001", "SUCCESS", "20.00", "0.00"),
        ("BILL-002", "SUCCESS", "3.50", "0.00"),
        ("BILL-001", "REFUND", "0.00", "5.00"),
    ]
    assert (totals["总交易单数"], totals["订单总金额"], totals["退款总金额"]) == ("3", "23.50", "5.00")
    for kind, count in (("SUCCESS", 2), ("REFUND", 1)):
        assert len(rows(fetched(app, trade_bill(app, bill_type=kind).json()).text)[0]) == count


@pytest.mark.usefixtures("noon_tomorrow")
def test_when_there_is_no_bill(app: App, sandbox: Sandbox) -> None:
    assert refusal(trade_bill(app)) == (400, "PARAM_ERROR")
    assert refusal(trade_bill(app, bill_date="20261120")) == (400, "PARAM_ERROR")
    tomorrow(sandbox, hour=8)
    assert refusal(trade_bill(app)) == (400, "STATEMENT_CREATING")
    tomorrow(sandbox)
    assert refusal(trade_bill(app)) == (400, "NO_STATEMENT_EXIST")


@pytest.mark.usefixtures("noon_tomorrow")
def test_a_download_address_lives_five_minutes(app: App, sandbox: Sandbox) -> None:
    app.prepay("BILL-001", 2000)
    sandbox.play("wechat/pay/BILL-001")
    tomorrow(sandbox)
    offer = trade_bill(app).json()
    sandbox.play("dials", now=(TODAY + timedelta(days=1, minutes=6)).isoformat())
    assert refusal(fetched(app, offer)) == (400, "INVALID_REQUEST")


@pytest.mark.usefixtures("noon_tomorrow")
def test_the_fund_flow_ends_at_its_balance(app: App, sandbox: Sandbox) -> None:
    app.prepay("BILL-001", 2000)
    sandbox.play("wechat/pay/BILL-001")
    app.refund("BILL-001", "BILL-R-1", 500, 2000)
    assert final(app, "BILL-R-1") == "SUCCESS"
    tomorrow(sandbox)
    offer = app.pay_call("GET", f"/v3/bill/fundflowbill?bill_date={TODAY:%Y-%m-%d}").json()
    data, totals = rows(fetched(app, offer).text)
    assert [row["账户结余(元)"] for row in data] == ["20.00", "15.00"]
    assert totals == {
        "资金流水总笔数": "2",
        "收入笔数": "1",
        "收入金额": "20.00",
        "支出笔数": "1",
        "支出金额": "5.00",
    }


@pytest.mark.usefixtures("noon_tomorrow")
def test_a_bill_can_be_made_to_disagree(app: App, sandbox: Sandbox) -> None:
    for number in ("BILL-001", "BILL-002"):
        app.prepay(number, 2000)
        sandbox.play(f"wechat/pay/{number}")
    sandbox.play("wechat/bill/BILL-001", fen=0)
    sandbox.play("wechat/bill/BILL-002", fen=1999)
    tomorrow(sandbox)
    data, _ = rows(fetched(app, trade_bill(app).json()).text)
    assert [(row["商户订单号"], row["订单金额"]) for row in data] == [("BILL-002", "19.99")]


@pytest.mark.usefixtures("noon_tomorrow")
def test_alipays_bill_is_a_zip_of_two_gbk_files_with_gbk_names(app: App, sandbox: Sandbox) -> None:
    app.trade("BILL_1", "20.00")
    sandbox.play("alipay/pay/BILL_1")
    app.alipay("alipay.trade.refund", {"out_trade_no": "BILL_1", "refund_amount": "5.00", "out_request_no": "R1"})
    method = "alipay.data.dataservice.bill.downloadurl.query"
    asked = {"bill_type": "trade", "bill_date": f"{TODAY:%Y-%m-%d}"}
    assert app.alipay(method, asked)["sub_code"] == "isp.bill_not_exist"
    tomorrow(sandbox)
    address = app.alipay(method, asked)["bill_download_url"]
    with zipfile.ZipFile(io.BytesIO(app.http.get(address).content)) as bundle:
        infos = bundle.infolist()
        assert all(not info.flag_bits & 0x800 for info in infos)
        names = [info.filename.encode("cp437").decode("gbk") for info in infos]
        text = bundle.read(infos[0]).decode("gbk")
    assert [name.partition("_")[2] for name in names] == [
        f"{TODAY:%Y%m%d}_业务明细.csv",
        f"{TODAY:%Y%m%d}_业务明细(汇总).csv",
    ]
    lines = text.splitlines()
    table = list(csv.reader(line for line in lines if not line.startswith("#")))
    assert len(table[0]) == 25
    found = [dict(zip(table[0], (field.strip() for field in row), strict=True)) for row in table[1:]]
    assert [(row["业务类型"], row["商家实收（元）"]) for row in found] == [("交易", "20.00"), ("退款", "-5.00")]
    assert "#交易合计：1笔，商家实收共20.00元，商家优惠共0.00元" in lines
    sandbox.play("dials", now=(TODAY + timedelta(days=1, minutes=1)).isoformat())
    assert app.http.get(address).status_code == 403
