"""The statistics page and its file through HTTP: one's own halls only, the figures of the room, nothing that runs."""

import csv
import io
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from urllib.parse import unquote

import httpx
import pytest

from api.app import create_app
from api.console import charts
from appointments import statistics
from catalogue.models import Hall
from tests.builders.appointments import a_type
from tests.builders.console import Desk, a_colleague
from tests.builders.past_days import MONDAY, Visit, a_past_slot, a_past_visit, a_sub_hall
from tests.serving import serving

RANGE = f"start={MONDAY}&end={MONDAY + timedelta(days=6)}"


@pytest.fixture
async def desk(db: None, redis_db: object) -> AsyncIterator[Desk]:
    async with serving(create_app()) as house, httpx.AsyncClient(base_url=house) as client:
        yield Desk(client)


async def a_hall_with_a_past(*, under: Hall | None = None, business: str = "身份证办理") -> Hall:
    hall = await a_sub_hall(under=under)
    slot = await a_past_slot(await a_type(hall=hall, name=business), capacity=4)
    for state in ("finished", "no_show", "cancelled"):
        await a_past_visit(slot, Visit(state, drawn_before=timedelta(0), called_after=7.5, served=10))
    return hall


def cells(html: str, row: str) -> list[str]:
    (found,) = re.findall(rf'<tr><th scope="row">{re.escape(row)}</th>(.*?)</tr>', html, re.DOTALL)
    return re.findall(r"<td>(.*?)</td>", found)


@pytest.mark.parametrize("by", ["day", "weekday", "hour", "type", "hall"])
async def test_the_page_shows_the_figures_of_the_room(desk: Desk, by: statistics.By) -> None:
    hall = await a_hall_with_a_past()
    await a_colleague(("hall_manager", hall.path), username="wangwu")
    await desk.sign_in("wangwu")
    page = await desk.open(f"/console/statistics?hall={hall.code}&{RANGE}&by={by}")
    found = await statistics.over(within=[hall.path], start=MONDAY, end=MONDAY + timedelta(days=6), by=by)
    assert page.status_code == 200
    for line in [*found.lines, found.total]:
        assert cells(page.text, line.name)[:4] == [str(line.places), str(line.taken), "50.0", str(line.booked)]
    assert page.text.count("<svg") == 4
    assert re.findall(r"<script(?![^>]*src)|<style| style=| on[a-z]+=", page.text) == []


async def test_only_ones_own_halls_are_counted(desk: Desk) -> None:
    above = await a_hall_with_a_past()
    below, beside = await a_hall_with_a_past(under=above), await a_hall_with_a_past()
    await a_colleague(("hall_manager", above.path), username="wangwu")
    await a_colleague(("supervisor", below.path), username="zhaoliu")
    await desk.sign_in("wangwu")
    page = await desk.open(f"/console/statistics?{RANGE}&by=hall")
    assert above.name in page.text
    assert below.name in page.text
    assert beside.name not in page.text
    foreign = await a_type(hall=beside)
    for address in (f"statistics?hall={beside.code}", f"statistics/file?hall={beside.code}",
                    f"statistics?type_id={foreign.id}", f"statistics/file?type_id={foreign.id}"):  # fmt: skip
        assert (await desk.open(f"/console/{address}")).status_code == 403, address
    await desk.sign_in("zhaoliu")
    page = await desk.open(f"/console/statistics?{RANGE}&by=hall")
    assert cells(page.text, "合计")[3] == "3"
    assert (await desk.open(f"/console/statistics?hall={above.code}")).status_code == 403


async def test_a_window_clerk_sees_no_statistics(desk: Desk) -> None:
    hall = await a_hall_with_a_past()
    await a_colleague(("window", hall.path), username="wangwu")
    await desk.sign_in("wangwu")
    for address in ("statistics", "statistics/file", f"statistics?hall={hall.code}"):
        assert (await desk.open(f"/console/{address}")).status_code == 403, address


async def test_the_file_is_safe_in_a_spreadsheet_and_says_its_range(desk: Desk) -> None:
    hall = await a_hall_with_a_past(business='=HYPERLINK("https://elsewhere.test","身份证")')
    await a_colleague(("hall_manager", ""), username="wangwu")
    await desk.sign_in("wangwu")
    answer = await desk.open(f"/console/statistics/file?hall={hall.code}&{RANGE}&by=type")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    name = unquote(answer.headers["content-disposition"].partition("filename*=UTF-8''")[2])
    assert name == "预约统计_2026-03-02_2026-03-08_按业务.csv"
    assert answer.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row["业务"] for row in rows] == ['\'=HYPERLINK("https://elsewhere.test","身份证")', "合计"]
    assert (rows[1]["名额"], rows[1]["占用率（%）"], rows[1]["爽约率（%）"], rows[1]["等候（分钟）"]) == (
        "4",
        "50.0",
        "50.0",
        "7.5",
    )


async def test_days_without_anything_say_so(desk: Desk) -> None:
    hall = await a_sub_hall()
    await a_type(hall=hall)
    await a_colleague(("hall_manager", hall.path), username="wangwu")
    await desk.sign_in("wangwu")
    page = await desk.open("/console/statistics")
    assert "没有号源、预约和排队记录" in page.text
    assert "<svg" not in page.text
    for wrong in (f"start={MONDAY}&end={MONDAY - timedelta(days=1)}", "by=citizen", "start=", "type_id=-1"):
        assert (await desk.open(f"/console/statistics?{wrong}")).status_code == 422, wrong


def test_bars_keep_to_their_scale() -> None:
    drawn = charts.upright("等候（分钟）", [("一", 0), ("二", 37.5), ("三", None)])
    assert [text for _, text in drawn.ticks] == ["0", "25", "50"]
    assert [round(one.height / charts.PLOT, 3) for one in drawn.bars] == [0, 0.75, 0]
    assert [one.value for one in drawn.bars] == ["0", "37.5", ""]
    assert all(0 <= one.x and one.x + one.width <= drawn.width for one in drawn.bars)


@pytest.mark.parametrize(("value", "said"), [(0, "0"), (0.25, "0.25"), (0.025, "0.025"), (1, "1"), (12.5, "12.5")])
def test_a_bar_says_what_it_is(value: float, said: str) -> None:
    (bar,) = charts.upright("", [("一", value)]).bars
    assert bar.value == said


@pytest.mark.parametrize("most", [0.04, 1, 2, 99.9, 100, 101, 12345])
def test_the_highest_bar_fits(most: float) -> None:
    (bar,) = charts.upright("", [("", most)]).bars
    assert 0 < bar.height <= charts.PLOT


def test_many_days_are_labelled_now_and_then_and_many_names_are_cut() -> None:
    days = charts.upright("", [(str(n), 1.0) for n in range(366)])
    assert 0 < sum(bool(one.label) for one in days.bars) <= charts.MOST_LABELS
    names = charts.lying("", [(f"很长很长很长很长很长的业务名称{n}", n) for n in range(30)])
    assert (len(names.bars), names.left_out) == (charts.MOST_ROWS, 30 - charts.MOST_ROWS)
    assert all(len(one.label) <= charts.NAME_LENGTH for one in names.bars)
    assert all(one.x + one.width <= names.width for one in names.bars)
