"""The real-name verifier and the demo citizens."""

from stdnum.cn import ric

from sandbox import people
from tests.builders.sandbox import App, Sandbox


def test_the_demo_citizens_are_placeholders_with_valid_numbers() -> None:
    assert [person.name for person in people.citizens()] == ["张三", "李四", "王五", "赵六"]
    assert all(ric.is_valid(person.id_number) for person in people.citizens())
    assert len({person.openid for person in people.citizens()}) == 4


def test_names_match_by_rule(app: App) -> None:
    for person in people.citizens():
        assert app.verify_name(person.name, person.id_number).json() == {"match": True}
    zhang = people.citizens()[0].id_number
    assert app.verify_name("李四", zhang).json() == {"match": False}
    assert app.verify_name("张三", zhang.lower()).json() == {"match": True}
    assert app.verify_name("任何人", "110105200103030017").json() == {"match": ric.is_valid("110105200103030017")}
    assert app.verify_name("任何人", "110105200103030011").json() == {"match": ric.is_valid("110105200103030011")}
    assert app.verify_name("不一致", "E00000000", id_type="passport").json() == {"match": False}
    assert app.verify_name("任何人", "E00000000", id_type="passport").json() == {"match": True}


def test_a_signed_question_is_answered_once(app: App) -> None:
    assert app.verify_name("张三", "x", nonce="n-1").status_code == 200
    again = app.verify_name("张三", "x", nonce="n-1")
    assert (again.status_code, again.json()["code"]) == (401, "REPEATED_NONCE")


def test_a_tampered_or_stale_question_is_refused(app: App) -> None:
    headers = dict(app.verify_name("张三", "x").request.headers)
    for name in ("content-length", "host"):
        headers.pop(name)
    tampered = app.http.post("/realname/verify", content=b"{}", headers=headers)
    assert (tampered.status_code, tampered.json()["code"]) == (401, "BAD_SIGNATURE")
    stranger = app.http.post("/realname/verify", content=b"{}", headers={"X-Key-Id": "other"})
    assert stranger.json()["code"] == "UNKNOWN_KEY"
    assert app.http.post("/realname/verify", content=b"{}").status_code == 401


def test_it_can_fail(app: App, sandbox: Sandbox) -> None:
    sandbox.play("trouble", service="realname", kind="system_error", times=1)
    assert app.verify_name("张三", "x").status_code == 500
    assert app.verify_name("张三", "x").status_code == 200
