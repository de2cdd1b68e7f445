"""The browser's client over the wire: small, kept where its name says what is in it, never outlived by its page."""

import re
from pathlib import Path

import httpx
import pytest

from foundation.web.files import FOR_EVER, Folder, held
from miniprogram_bff.client_files import H5, INDEX

NAMED = sorted(path.relative_to(H5).as_posix() for path in (H5 / "assets").glob("*"))


async def test_what_its_name_describes_is_kept_for_ever(bff: httpx.AsyncClient) -> None:
    for name in (NAMED[0], next(one for one in NAMED if one.endswith(".css"))):
        answer = await bff.get(f"/h5/{name}")
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == FOR_EVER
    assert (await bff.get("/h5/static/icon.svg")).headers["cache-control"] == "no-cache"


def test_every_name_in_the_folder_tells_its_content() -> None:
    assert [one for one in NAMED if not re.search(r"[.-][\w-]{8}\.(js|css)$", one)] == []


@pytest.mark.parametrize("address", ["/h5/", f"/h5/{INDEX}"])
async def test_the_page_is_asked_for_each_time_and_sent_once(bff: httpx.AsyncClient, address: str) -> None:
    first = await bff.get(address)
    assert first.headers["cache-control"] == "no-cache"
    assert first.headers["content-type"] == "text/html; charset=utf-8"
    assert '<html data-city="示例市" lang="zh-CN">' in first.text
    assert "frame-ancestors 'none'" in first.headers["content-security-policy"]
    again = await bff.get(address, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert (await bff.get(address, headers={"If-None-Match": 'W/"older"'})).status_code == 200


async def test_compressed_for_who_takes_it(bff: httpx.AsyncClient) -> None:
    name = max(NAMED, key=lambda one: (H5 / one).stat().st_size)
    small = await bff.get(f"/h5/{name}", headers={"Accept-Encoding": "gzip, br"})
    plain = await bff.get(f"/h5/{name}", headers={"Accept-Encoding": "identity"})
    assert small.headers["content-encoding"] == "gzip"
    assert small.headers["vary"] == plain.headers["vary"] == "Accept-Encoding"
    assert "content-encoding" not in plain.headers
    assert small.content == plain.content == (H5 / name).read_bytes()
    assert small.num_bytes_downloaded < plain.num_bytes_downloaded / 2
    picture = await bff.get("/h5/static/tabs/home.png", headers={"Accept-Encoding": "gzip"})
    assert "content-encoding" not in picture.headers


async def test_nothing_beside_the_client(bff: httpx.AsyncClient) -> None:
    for name in ("nothing.js", "%2e%2e/app.py", "..%2fapp.py", "assets", "%2Fetc/passwd"):
        assert (await bff.get(f"/h5/{name}")).status_code == 404, name
    assert (await bff.get("/h5")).headers["location"] == "/h5/"
    empty = await bff.head("/h5/")
    assert (empty.status_code, empty.content) == (200, b"")


def test_a_client_built_anew_is_served(tmp_path: Path) -> None:
    folder, page = Folder(tmp_path), tmp_path / INDEX
    page.write_text("old")
    assert held(folder, page, 1).content == b"old"
    page.write_text("new")
    assert held(folder, page, 1).content == b"old"  # held since the first asking
    assert held(folder, page, 2).content == b"new"
