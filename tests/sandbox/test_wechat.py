"""WeChat's API: token rules, single-use codes, web authorisation, phone numbers."""

from urllib.parse import parse_qsl, urlsplit

from tests.builders.sandbox import App, Sandbox

OPENID = "oDEMO-zhangsan-000000000001"


def ask_token(app: App, *, force: bool = False, **wrong: str) -> dict[str, object]:
    asked = {
        "grant_type": "client_credential",
        "appid": app.env["WECHAT_APP_ID"],
        "secret": app.env["WECHAT_APP_SECRET"],
        "force_refresh": force,
    } | wrong
    got = app.http.post("/cgi-bin/stable_token", json=asked)
    assert got.status_code == 200
    return dict(got.json())


def login(app: App, code: str, **wrong: str) -> dict[str, object]:
    query = {
        "appid": app.env["WECHAT_APP_ID"],
        "secret": app.env["WECHAT_APP_SECRET"],
        "js_code": code,
        "grant_type": "authorization_code",
    } | wrong
    return dict(app.http.get("/sns/jscode2session", params=query).json())


def phone(app: App, token: object, code: str) -> dict[str, object]:
    path = f"/wxa/business/getuserphonenumber?access_token={token}"
    return dict(app.http.post(path, json={"code": code}).json())


def test_the_token_stays_the_same_until_near_its_end_then_both_are_good(app: App, sandbox: Sandbox) -> None:
    first = ask_token(app)
    assert len(str(first["access_token"])) == 512
    assert ask_token(app)["access_token"] == first["access_token"]
    sandbox.play("dials", shift=7200 - 290)
    second = ask_token(app)
    assert second["access_token"] != first["access_token"]
    for token in (first, second):
        assert phone(app, token["access_token"], "x")["errcode"] == 40029
    sandbox.play("dials", shift=7201)
    assert phone(app, first["access_token"], "x")["errcode"] == 42001
    assert phone(app, second["access_token"], "x")["errcode"] == 40029


def test_a_forced_token_ends_the_former_and_is_rationed(app: App, sandbox: Sandbox) -> None:
    first = ask_token(app)
    forced = ask_token(app, force=True)
    assert phone(app, first["access_token"], "x")["errcode"] == 42001
    assert ask_token(app)["access_token"] == forced["access_token"]
    assert ask_token(app, force=True)["errcode"] == 45011
    for turn in range(1, 20):
        sandbox.play("dials", shift=31 * turn)
        assert "access_token" in ask_token(app, force=True)
    sandbox.play("dials", shift=31 * 21)
    assert ask_token(app, force=True)["errcode"] == 45009


def test_strangers_get_no_token(app: App) -> None:
    assert ask_token(app, grant_type="password")["errcode"] == 40002
    assert ask_token(app, appid="wx0")["errcode"] == 40013
    assert ask_token(app, secret="x")["errcode"] == 40125
    assert app.http.post("/cgi-bin/stable_token", content=b"").json()["errcode"] == 44002
    assert app.http.post("/cgi-bin/stable_token", content=b"{").json()["errcode"] == 47001


def test_a_login_code_works_once_for_five_minutes(app: App, sandbox: Sandbox) -> None:
    code = sandbox.play("wechat/code", openid=OPENID)["code"]
    session = login(app, code)
    assert session["openid"] == OPENID
    assert len(str(session["session_key"])) == 24
    assert login(app, code)["errcode"] == 40163
    assert login(app, "invented")["errcode"] == 40029
    late = sandbox.play("wechat/code", openid=OPENID)["code"]
    sandbox.play("dials", shift=301)
    assert login(app, late)["errcode"] == 40029


def test_login_refusals(app: App, sandbox: Sandbox) -> None:
    risky = sandbox.play("wechat/code", openid="o_risky")["code"]
    assert login(app, risky)["errcode"] == 40226
    assert login(app, "x", secret="wrong")["errcode"] == 40125
    phone_code = sandbox.play("phone/code", openid=OPENID)["code"]
    assert login(app, phone_code)["errcode"] == 40029


def test_one_user_logs_in_a_hundred_times_a_minute(app: App, sandbox: Sandbox) -> None:
    for _ in range(100):
        assert "openid" in login(app, sandbox.play("wechat/code", openid="o_busy")["code"])
    assert login(app, sandbox.play("wechat/code", openid="o_busy")["code"])["errcode"] == 45011
    assert "openid" in login(app, sandbox.play("wechat/code", openid="o_other")["code"])


def test_a_phone_code_works_once(app: App, sandbox: Sandbox) -> None:
    token, code = app.token(), sandbox.play("phone/code", openid=OPENID)["code"]
    assert phone(app, token, code)["phone_info"]["purePhoneNumber"] == "13800000001"  # type: ignore[index]
    assert phone(app, token, code)["errcode"] == 40029
    assert phone(app, "invented", code)["errcode"] == 40001
    assert phone(app, "", code)["errcode"] == 41001


def test_web_authorisation_by_page_and_by_itself(app: App) -> None:
    asked = {
        "appid": app.env["WECHAT_APP_ID"],
        "redirect_uri": "http://127.0.0.1:8100/back?x=1",
        "response_type": "code",
        "scope": "snsapi_userinfo",
        "state": "s/1",
    }
    page = app.http.get("/connect/oauth2/authorize", params=asked)
    assert "张三" in page.text
    gone = app.http.get("/connect/oauth2/authorize", params=asked | {"auto": "lisi-0000000000000002"})
    back = urlsplit(gone.headers["location"])
    query = dict(parse_qsl(back.query))
    assert (back.netloc, query["x"], query["state"]) == ("127.0.0.1:8100", "1", "s/1")
    token = {
        "appid": app.env["WECHAT_APP_ID"],
        "secret": app.env["WECHAT_APP_SECRET"],
        "code": query["code"],
        "grant_type": "authorization_code",
    }
    granted = app.http.get("/sns/oauth2/access_token", params=token).json()
    assert (granted["openid"], granted["scope"]) == ("oDEMO-lisi-0000000000000002", "snsapi_userinfo")
    assert app.http.get("/sns/oauth2/access_token", params=token).json()["errcode"] == 40163


def test_nobody_is_sent_to_a_script(app: App) -> None:
    asked = {"appid": app.env["WECHAT_APP_ID"], "redirect_uri": "javascript:alert(1)", "response_type": "code"}
    got = app.http.get("/connect/oauth2/authorize", params=asked | {"auto": "张三"})
    assert got.status_code == 400
    alipay = {"app_id": app.env["ALIPAY_APP_ID"], "scope": "auth_base", "redirect_uri": "//evil", "auto": "张三"}
    assert app.http.get("/oauth2/publicAppAuthorize.htm", params=alipay).status_code == 400


def test_alipays_web_authorisation(app: App) -> None:
    asked = {
        "app_id": app.env["ALIPAY_APP_ID"],
        "scope": "auth_base",
        "redirect_uri": "http://127.0.0.1:8100/back",
        "state": "abc",
        "auto": "张三",
    }
    gone = app.http.get("/oauth2/publicAppAuthorize.htm", params=asked)
    query = dict(parse_qsl(urlsplit(gone.headers["location"]).query))
    assert query["state"] == "abc"
    granted = app.alipay("alipay.system.oauth.token", grant_type="authorization_code", code=query["auth_code"])
    assert granted["user_id"] == "2088000000000001"
