"""Subscription messages and the text check: fields, consents, verdicts."""

from typing import Any

import pytest

from tests.builders.sandbox import App, Sandbox

SUBSCRIBER, OTHER = "oDEMO-zhangsan-000000000001", "oDEMO-zhaoliu-0000000000004"
GOOD = {
    "thing1": "居住证申领",
    "time2": "2026-11-25 10:00",
    "character_string4": "A-0001",
    "amount5": "20.00元",
    "phrase6": "已受理",
    "date7": "2026年11月25日",
    "number8": "3",
}


def send(app: App, openid: str, data: dict[str, str] | None = None, **more: Any) -> dict[str, Any]:
    body = {
        "touser": openid,
        "template_id": "tpl-booking",
        "data": {name: {"value": text} for name, text in (data or GOOD).items()},
    } | more
    return dict(app.http.post(f"/cgi-bin/message/subscribe/send?access_token={app.token()}", json=body).json())


def test_a_message_reaches_who_accepted_it(app: App, sandbox: Sandbox) -> None:
    assert send(app, SUBSCRIBER, page="pages/mine/index?id=1")["errcode"] == 0
    found = sandbox.http.get("/sandbox/messages", params={"openid": SUBSCRIBER}).json()
    assert [one["data"]["thing1"] for one in found] == ["居住证申领"]
    assert sandbox.http.get("/sandbox/messages", params={"openid": OTHER}).json() == []


def test_one_consent_is_one_message(app: App, sandbox: Sandbox) -> None:
    assert send(app, OTHER)["errcode"] == 43101
    sandbox.play("consent", openid=OTHER, template_id="tpl-booking", times=2)
    assert [send(app, OTHER)["errcode"] for _ in range(3)] == [0, 0, 43101]
    assert send(app, "o_nomsg")["errcode"] == 43101


def test_a_refused_message_uses_no_consent_up(app: App, sandbox: Sandbox) -> None:
    sandbox.play("consent", openid=OTHER, template_id="tpl-booking")
    assert send(app, OTHER, {"thing1": "太长" * 11})["errcode"] == 47003
    assert send(app, OTHER)["errcode"] == 0


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("thing1", "二十一个字的事项名称一二三四五六七八九十一"),
        ("character_string4", "有汉字"),
        ("phrase6", "超过五个字了"),
        ("phrase6", "abc"),
        ("amount5", "二十元"),
        ("time2", "明天上午"),
        ("date7", "11-25"),
        ("number8", "三"),
        ("thing1", ""),
        ("unknown1", "x"),
        ("thing", "x"),
    ],
)
def test_the_faulty_field_is_named(app: App, field: str, text: str) -> None:
    refused = send(app, SUBSCRIBER, {field: text})
    assert refused["errcode"] == 47003
    assert f"data.{field}" in refused["errmsg"]


def test_other_refusals(app: App) -> None:
    assert send(app, "o_badopenid")["errcode"] == 40003
    assert send(app, SUBSCRIBER, template_id="tpl_unknown")["errcode"] == 40037
    assert send(app, SUBSCRIBER, page="http://example.com/")["errcode"] == 41030


def test_the_dialog_gives_the_consents_that_were_ticked(app: App, sandbox: Sandbox) -> None:
    asked = {"openid": OTHER, "template_ids": "tpl-booking,tpl-bill", "return": "http://127.0.0.1:8100/x"}
    assert "缴费提醒" in app.http.get("/wallet/wechat/subscribe", params=asked).text
    form = {"openid": OTHER, "return": asked["return"], "accept": ["tpl-booking"], "answer": "allow"}
    back = app.http.post("/wallet/wechat/subscribe", data=form)
    assert back.headers["location"] == "http://127.0.0.1:8100/x?accepted=tpl-booking"
    assert send(app, OTHER)["errcode"] == 0
    assert send(app, OTHER, template_id="tpl-bill")["errcode"] == 43101


def check(app: App, content: str, **more: Any) -> dict[str, Any]:
    body = {"version": 2, "openid": SUBSCRIBER, "scene": 2, "content": content} | more
    return dict(app.http.post(f"/wxa/msg_sec_check?access_token={app.token()}", json=body).json())


def test_text_is_checked_for_active_users_only(app: App, sandbox: Sandbox) -> None:
    assert check(app, "办得很快")["errcode"] == 61010
    code = sandbox.play("wechat/code", openid=SUBSCRIBER)["code"]
    keys = {"appid": app.env["WECHAT_APP_ID"], "secret": app.env["WECHAT_APP_SECRET"]}
    app.http.get("/sns/jscode2session", params=keys | {"js_code": code, "grant_type": "authorization_code"})
    assert check(app, "办得很快")["result"] == {"suggest": "pass", "label": 100}
    assert check(app, "这里有人赌博")["result"] == {"suggest": "risky", "label": 20006}
    assert check(app, "包过，加微信")["result"]["suggest"] == "review"
    assert check(app, "字" * 2501)["errcode"] == 47001
    assert check(app, "好", version=1)["errcode"] == 47001
    assert check(app, "好", scene=9)["errcode"] == 40129
    sandbox.play("dials", shift=7201)
    assert check(app, "办得很快")["errcode"] == 61010
