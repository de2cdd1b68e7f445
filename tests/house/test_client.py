"""The citizens' client: what the citizen door serves is what the sources build to, small, and nobody else's."""

import json
import re
from pathlib import Path

from deploy.client import checks, hant, record
from deploy.client.places import SERVED, SOURCE
from miniprogram_bff.clients import CLIENT

AGAIN = "run `make miniapp` and commit what it made"
PAGES = re.compile(r'"path": "pages/([a-z-]+)/\1"')
ROWS = re.compile(r'^  \["([^"]+)", "([^"]+)"\],$', re.MULTILINE)


def test_the_build_is_of_these_sources() -> None:
    assert record.kept() == {"sources": record.of_sources(), "h5": record.of_h5()}, AGAIN


def test_every_request_says_the_version_of_the_manifest() -> None:
    version = json.loads((SOURCE / "src" / "manifest.json").read_text(encoding="utf-8"))["versionName"]
    assert CLIENT.fits(f"h5/{version}")
    says = re.findall(
        r'"X-Client":`\$\{\w+\}/([^`]+)`', "".join(one.read_text("utf-8") for one in SERVED.rglob("*.js"))
    )
    assert says == [version]
    assert "version" not in json.loads((SOURCE / "package.json").read_text(encoding="utf-8"))  # no second one


def test_the_first_load_is_small_and_asks_nobody_else() -> None:
    assert 0 < checks.first_load(SERVED) <= checks.FIRST_LOAD_LIMIT
    assert checks.strangers(SERVED) == []


def test_an_address_of_others_is_found() -> None:
    assert checks.ADDRESS.findall('url(https://cdn.example.com/a.png) "//fonts.example.org/x"') == [
        "https://cdn.example.com/a.png",
        "//fonts.example.org/x",
    ]


def test_the_citys_own_door_is_no_stranger_and_any_other_is(tmp_path: Path) -> None:
    door = "https://door.shili.gov.cn"
    (tmp_path / "call.js").write_text(
        f'const a="{door}",b="{door}/v1/home",c="https://door.shili.gov.cn.example.com/x"'
    )
    (tmp_path / "more.js").write_text('let a="http://192.168.1.5:8100/x"; // 1//2.5')
    assert sorted(checks.strangers(tmp_path, door=door)) == [
        "call.js: https://door.shili.gov.cn.example.com/x",
        "more.js: http://192.168.1.5:8100/x",
    ]


def test_traditional_words_are_those_of_the_sources() -> None:
    assert hant.TABLE.read_text(encoding="utf-8") == hant.written(hant.made()), "run `python -m deploy.client.hant`"


def test_every_address_has_a_page() -> None:
    pages = set(PAGES.findall((SOURCE / "src" / "pages.json").read_text(encoding="utf-8")))
    addressed = {page for _, page in ROWS.findall((SOURCE / "src" / "addresses.ts").read_text(encoding="utf-8"))}
    assert addressed <= pages
    assert pages - addressed == {"nowhere"}
    assert {
        path.parent.name for path in (SOURCE / "src" / "pages").glob("*/*.vue") if path.stem == path.parent.name
    } == pages
