"""Mini-program codes: scenes and pages are checked as the platforms do."""

from typing import Any

import pytest

from tests.builders.sandbox import App


def ask(app: App, **asked: Any) -> Any:
    return app.http.post(f"/wxa/getwxacodeunlimit?access_token={app.token()}", json=asked)


def test_a_code_is_a_picture(app: App) -> None:
    got = ask(app, scene="hall=9901", page="pages/hall/hall")
    assert got.headers["content-type"] == "image/png"
    assert got.content.startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"scene": "", "page": "pages/hall/hall"}, 40129),
        ({"scene": "x" * 33, "page": "pages/hall/hall"}, 40129),
        ({"scene": "大厅", "page": "pages/hall/hall"}, 40129),
        ({"scene": "hall=9901", "page": "/pages/hall/hall"}, 41030),
        ({"scene": "hall=9901", "page": "pages/hall/hall?a=1"}, 41030),
    ],
)
def test_what_wechat_does_not_take(app: App, asked: dict[str, str], code: int) -> None:
    assert ask(app, **asked).json()["errcode"] == code


def test_a_stranger_gets_none(app: App) -> None:
    got = app.http.post("/wxa/getwxacodeunlimit?access_token=no", json={"scene": "a", "page": "pages/hall/hall"})
    assert got.json()["errcode"] == 40001
