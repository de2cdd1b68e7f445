"""A citizen's way through the whole house: door, sandbox, callback, worker."""

import asyncio
import uuid
from datetime import datetime

import pytest

from foundation import clock
from tests.journeys.walkers import HALL, Bureau, Citizen, Records, Sandbox, Staff, body, code, eventually
from tests.launched import Launched

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("via", ["mini", "web"])
async def test_two_accounts_become_one_person(whole_house: Launched, via: str):
    on_wechat = Citizen(whole_house)
    assert (await on_wechat.sign_in("wechat", via))["first_time"]
    assert (await on_wechat.verify())["platforms"] == ["wechat"]
    on_alipay = Citizen(whole_house, number=on_wechat.number, mark=on_wechat.mark)
    await on_alipay.sign_in("alipay", via)
    assert (await on_alipay.verify())["platforms"] == ["alipay", "wechat"]
    for phone in (on_wechat, on_alipay):
        me = await phone.get("/v1/me")
        assert (me["real_name_done"], me["name"], me["platforms"]) == (True, "张*", ["alipay", "wechat"])
        assert on_wechat.number not in str(me)
        again = await phone.sign_in("wechat" if phone is on_wechat else "alipay", via)
        assert (again["first_time"], again["real_name_done"]) == (False, True)


async def test_asking_and_reading(whole_house: Launched):
    visitor = Citizen(whole_house)
    said = await visitor.post("/v1/ask", question="身份证丢了怎么补办")
    assert said["kind"] == "answer", said
    source = said["passages"][0]["source"]
    guide = await visitor.get(f"/v1/guides/{source['item_code']}")
    assert (guide["name"], str(guide["version"])) == (source["item_name"], str(source["version"]))
    assert guide["materials"]
    assert guide["halls"]
    found = await visitor.get("/v1/search", q="身份证")
    assert guide["name"] in str(found)
    home = await visitor.get("/v1/home")
    assert (home["signed_in"], home["todo"]) == (False, None)


async def test_booking_checking_in_and_rating_a_visit(whole_house: Launched):
    citizen = await Citizen(whole_house).arrive()
    free, key = (await citizen.free_slots())[0], str(uuid.uuid4())
    today = clock.shanghai(datetime.fromisoformat(free["starts_at"])).date() == clock.today()
    slot = free["id"] if today else await Records(whole_house).slot_about_to_begin()
    answers = await asyncio.gather(*(citizen.reserve(slot, key=key) for _ in range(3)))
    (booking,) = {one["code"]: one for one in (body(answer, 201) for answer in answers)}.values()
    assert code(await citizen.reserve(slot + 1, key=key), 422) == "KeyReused"
    assert [one["code"] for one in await citizen.get("/v1/bookings")] == [booking["code"]]
    assert (await citizen.get("/v1/home"))["todo"]["next_booking"]["code"] == booking["code"]

    shown = await citizen.get(f"/v1/bookings/{booking['code']}/check-in-code")
    assert shown["qr_svg"].startswith("<svg")
    desk = await Staff(whole_house).sign_in()
    assert "签到成功" in await desk.press("check-in", code=shown["code"])
    ticket = (await citizen.get(f"/v1/bookings/{booking['code']}"))["ticket_number"]
    assert ticket in await desk.press("next", window="3")
    records = Records(whole_house)
    (row,) = await records.rows(
        "select t.id from ticket t join appointment a on a.id = t.appointment_id where a.code = $1", booking["code"]
    )
    assert ticket in await desk.press("finish", ticket_id=row["id"])
    assert (await citizen.get(f"/v1/bookings/{booking['code']}"))["state"] == "finished"

    waiting = await citizen.get("/v1/ratings/waiting")
    assert [one["number"] for one in waiting] == [booking["code"]]
    rating = {"kind": "visit", "number": booking["code"], "level": 5}
    assert (await citizen.post("/v1/ratings", 201, **rating))["label"] == "非常满意"
    assert code(await citizen.http.post("/v1/ratings", json=rating), 409) == "RatedAlready"
    await records.slots_agree()
    await told_of(citizen, "预约成功", booking["code"])


async def told_of(citizen: Citizen, title: str, word: str, *, platform: str = "wechat", channels: int = 2) -> None:
    """A message arrived on the phone, in the inbox, and each has its row."""
    account = citizen.accounts[platform]

    async def arrived() -> bool:
        return any(word in str(one["data"]) for one in await citizen.sandbox.messages(account))

    async def shown() -> bool:
        inbox = [one for one in await citizen.get("/v1/me/messages") if one["title"] == title]
        return len([one for one in inbox if word in one["text"]]) == 1

    await eventually(arrived)  # the sum is in the message of the new bill too, so the inbox says which one came
    await eventually(shown)

    async def written() -> bool:
        rows = await Records(citizen.house).rows(
            """select m.channel, m.state from message m join platform_account a on a.citizen_id = m.citizen_id
                where a.openid = $1 and m.occasion in (
                    select i.occasion from message i where i.citizen_id = m.citizen_id and i.channel = 'inbox'
                       and i.title = $2 and i.text like '%' || $3 || '%')""",
            account, title, word,
        )  # fmt: skip
        return sorted(map(tuple, rows)) == sorted([("inbox", "delivered"), (platform, "sent")])

    await eventually(written)


async def test_a_case_from_push_to_rating(whole_house: Launched):
    citizen, bureau = await Citizen(whole_house).arrive(), Bureau(whole_house)
    case_no = await bureau.case(citizen, "received", "accepted")
    (mine,) = await citizen.get("/v1/cases")
    assert (mine["case_no"], mine["stage_label"], mine["light"]) == (case_no, "已受理", "green")
    visitor = Citizen(whole_house)
    seen = await visitor.post("/v1/cases/look-up", case_no=case_no, last_four=citizen.last_four)
    assert (seen["applicant"], seen["stage_label"]) == ("张*", "已受理")
    wrong = "0001" if citizen.last_four != "0001" else "0002"
    answers = [
        await visitor.http.post("/v1/cases/look-up", json={"case_no": number, "last_four": wrong})
        for number in (case_no, "350799999999999999")
    ]
    assert {code(one, 404) for one in answers} == {"CaseNotFound"}
    assert code(await citizen.http.post("/v1/ratings", json=rating_of(case_no)), 409) == "NotFinishedYet"

    await bureau.case(citizen, "received", "accepted", "closed", case_no=f"{case_no}9")
    await told_of(citizen, "办件进度更新", "已办结")
    rated = rating_of(f"{case_no}9") | {"level": 1}
    assert code(await citizen.http.post("/v1/ratings", json=rated), 422) == "ReasonNeeded"
    await citizen.post("/v1/ratings", 201, **rated, text="等待时间太长")
    (opened,) = await Records(whole_house).rows(
        "select r.call_back_due, r.mend_due from rectification r join rating g on g.id = r.rating_id"
        " join case_file c on c.id = g.subject_id and g.subject_kind = 'case' where c.case_no = $1", f"{case_no}9",
    )  # fmt: skip
    assert opened["call_back_due"] < opened["mend_due"]


def rating_of(case_no: str) -> dict[str, object]:
    return {"kind": "case", "number": case_no, "level": 5}


@pytest.mark.parametrize("channel", ["wechat", "alipay"])
async def test_paying_a_bill(whole_house: Launched, channel: str):
    citizen, bureau, sandbox = await Citizen(whole_house).arrive(channel), Bureau(whole_house), Sandbox(whole_house)
    pay_code = await bureau.bill(citizen, fen=8010)
    assert (await citizen.get("/v1/home"))["todo"]["unpaid_fen"] == 8010
    order = await citizen.checkout(pay_code, channel)
    assert await citizen.checkout(pay_code, channel) == order
    assert await citizen.result(pay_code) == "waiting"
    await sandbox.pay(order)
    await citizen.settled(pay_code)
    assert (await citizen.get(f"/v1/bills/{pay_code}"))["state"] == "settled"
    again = await citizen.http.post(f"/v1/bills/{pay_code}/checkout", json={"channel": channel})
    assert code(again, 409) == "BillAlreadySettled"

    async def accepted() -> bool:
        return [one["state"] for one in await sandbox.notices(order["out_trade_no"])] == ["accepted"]

    await eventually(accepted)
    await told_of(citizen, "缴款成功", "80.10", platform=channel)
    await Records(whole_house).settled_once(pay_code)


@pytest.mark.parametrize("channel", ["wechat", "alipay"])
async def test_a_lost_notice_is_repaired_by_asking(whole_house: Launched, channel: str):
    citizen, sandbox = await Citizen(whole_house).arrive(channel), Sandbox(whole_house)
    pay_code = await Bureau(whole_house).bill(citizen)
    order = await citizen.checkout(pay_code, channel)
    await sandbox.pay(order, "lose_notify")
    await citizen.settled(pay_code)
    assert [one["state"] for one in await sandbox.notices(order["out_trade_no"])] == ["lost"]
    await Records(whole_house).settled_once(pay_code)


@pytest.mark.parametrize("channel", ["wechat", "alipay"])
async def test_the_same_notice_twice_at_once_settles_once(whole_house: Launched, channel: str):
    citizen, sandbox, records = await Citizen(whole_house).arrive(channel), Sandbox(whole_house), Records(whole_house)
    pay_code = await Bureau(whole_house).bill(citizen)
    order = await citizen.checkout(pay_code, channel)
    await sandbox.pay(order, "twice")

    async def both_came() -> bool:
        (notice,) = await sandbox.notices(order["out_trade_no"])
        return len([one for one in notice["attempts"] if one["status"] == 200]) >= 2

    await eventually(both_came)
    await records.settled_once(pay_code)
    rows = await records.rows("select outcome from channel_event where out_trade_no = $1", order["out_trade_no"])
    assert [row["outcome"] for row in rows].count("settled") == 1


async def test_paid_on_both_channels_one_settles_and_the_other_comes_back(whole_house: Launched):
    citizen, sandbox, records = await Citizen(whole_house).arrive(), Sandbox(whole_house), Records(whole_house)
    await citizen.sign_in("alipay")
    await citizen.verify()
    pay_code = await Bureau(whole_house).bill(citizen, fen=5000)
    first = await citizen.checkout(pay_code, "wechat")
    second = await citizen.checkout(pay_code, "alipay")
    assert first["out_trade_no"] != second["out_trade_no"]
    await sandbox.pay(second)
    await citizen.settled(pay_code)
    await sandbox.pull(f"wechat/pay/{first['out_trade_no']}", force=True)

    async def came_back() -> bool:
        sql = "select r.state from refund r join payment_order o on o.id = r.order_id where o.out_trade_no = $1"
        return [tuple(row) for row in await records.rows(sql, first["out_trade_no"])] == [("done",)]

    await eventually(came_back)
    await records.settled_once(pay_code)
    refunds = [one for one in (await sandbox.orders())["wechat_refunds"] if first["out_trade_no"] in str(one)]
    assert len(refunds) == 1


async def test_a_family_member_pays(whole_house: Launched):
    payer, owner = await Citizen(whole_house).arrive(), Citizen(whole_house)
    pay_code = await Bureau(whole_house).bill(owner)
    assert code(await payer.http.get(f"/v1/bills/{pay_code}"), 404) == "BillNotFound"
    seen = await payer.post("/v1/bills/look-up", pay_code=pay_code, last_four=owner.last_four)
    assert seen["total_fen"] == 8000
    order = await payer.checkout(pay_code, last_four=owner.last_four)
    await Sandbox(whole_house).pay(order)
    await payer.settled(pay_code)
    await owner.sign_in()
    await owner.verify()

    async def theirs() -> bool:
        return [one["state"] for one in await owner.get("/v1/bills")] == ["settled"]

    await eventually(theirs)


async def test_the_books_balance(whole_house: Launched):
    """Last, over all that the others have paid."""
    await Records(whole_house).balanced()
    await Records(whole_house).slots_agree()


async def test_a_hall_prints_codes_that_open_its_bookings(whole_house: Launched):
    desk = await Staff(whole_house).sign_in()
    wechat = await desk.http.get(f"/console/hall/code?hall={HALL}")
    assert (wechat.status_code, wechat.content[:4]) == (200, b"\x89PNG")
    alipay = await desk.http.get(f"/console/hall/code?hall={HALL}&platform=alipay")
    assert alipay.status_code == 303
    assert (await desk.http.get(alipay.headers["location"])).content.startswith(b"\x89PNG")
