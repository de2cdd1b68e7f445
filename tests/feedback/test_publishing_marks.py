"""What everybody reads of marks: averages of large groups, words that staff let pass, nobody to be found in either."""

from datetime import date, timedelta

import pytest

from feedback import averages, traces, words
from feedback.errors import NothingWritten, PersonalTraces, RatingNotFound, WordsDecided, WordsNotFound
from feedback.models import Rating, RatingWords
from foundation import clock
from tests.builders import opinions
from tests.builders.appointments import a_hall
from tests.builders.opinions import a_mark, noon

TODAY = date(2026, 8, 3)  # the last finished quarter is the second

LEFT = [
    ("打 13812345678 找我", "号码"),
    ("１３８ 1234 5678", "号码"),
    ("138-1234-5678", "号码"),
    ("一三八一二三四五六七八", "号码"),
    ("证件 11010519900101123X", "号码"),
    ("座机 0591-87654321", "号码"),
    ("写信到 a.b@example.com", "邮箱"),
    ("加微信 wx_abc123", "微信号或QQ号"),
    ("车牌闽A12345挡路", "车牌"),
    ("我住解放路12号", "住址"),
    ("3栋2单元501室漏水", "住址"),
    ("解放路 十二 号", "住址"),
    ("李女士态度不好", "姓名"),
    ("我叫王小明", "姓名"),
    ("联系人：欧阳", ""),
]


@pytest.mark.parametrize(("text", "what"), LEFT, ids=lambda one: one or "nothing")
def test_traces_of_a_person_are_found_however_they_are_written(text: str, what: str) -> None:
    found = traces.left_in(text)
    assert [one.partition("：")[0] for one in found] == ([what] if what else [])


def test_plain_words_leave_no_traces_and_known_names_do() -> None:
    plain = "等了 45 分钟，材料要 3 份，2026 年新规，5 个工作日，拨打 12345 也没人接，窗口 12 号态度好"
    assert traces.left_in(plain) == []
    assert traces.left_in("窗口的 欧阳 小 美 很好", names=["欧阳小美", "", "王"]) == ["姓名：欧阳小美"]


@pytest.mark.usefixtures("db")
async def test_words_are_shown_only_as_staff_let_them_pass() -> None:
    with clock.frozen(noon(TODAY)):
        rating, by, _ = await a_mark(4, text="王小明在 3 号窗口办的，电话 13900001234，很快", name="王小明")
        agent = await opinions.staff(name="孙丽丽")
        [waits] = await words.waiting(within={""})
        assert (waits.level, waits.which) == (4, "first")
        assert await words.waiting(within={"9901/"}) == []  # a case has no hall: the city's staff read it
        for shown in (waits.text, "王小明办的，很快", "孙丽丽帮的忙"):
            with pytest.raises(PersonalTraces):
                await words.show(words_id=waits.id, shown=shown, by=agent)
        with pytest.raises(NothingWritten):
            await words.show(words_id=waits.id, shown=" ", by=agent)
        await words.show(words_id=waits.id, shown="在窗口办的，很快", by=agent)
        for verb in (words.hide(words_id=waits.id, by=agent), words.show(words_id=waits.id, shown="很快", by=agent)):
            with pytest.raises(WordsDecided):
                await verb
        with pytest.raises(WordsNotFound):
            await words.hide(words_id=waits.id + 1, by=agent)
    kept = await RatingWords.get(rating=rating)
    assert (kept.shown, kept.state) == ("在窗口办的，很快", "shown")


async def marks(
    number: int, *, hall: object, level: int = 5, done_on: date = date(2026, 5, 6), **other: object
) -> None:
    first = await Rating.all().count()
    await Rating.bulk_create(
        Rating(subject_kind="visit", subject_id=first + n, level=level, hall=hall, place="厅", done_on=done_on,
               created_at=clock.now(), **other)
        for n in range(number)
    )  # fmt: skip


@pytest.mark.usefixtures("db")
async def test_small_groups_show_no_figure_and_large_ones_no_exact_one() -> None:
    large, small = await a_hall(code="9901", name="大厅"), await a_hall(code="9902", name="小厅")
    with clock.frozen(noon(TODAY)):
        await marks(13, hall=large, department="公安局", item_code="x", item_name="居住证")
        await marks(1, hall=large, level=1, department="")
        await marks(2, hall=large, department="公安局", withdrawn_at=clock.now(), withdrawn_why="误评")
        await marks(9, hall=small, level=1, department="公安局")
        await marks(40, hall=small, done_on=date(2026, 7, 1))  # a quarter that is still going on
        by_hall = await averages.published(by="hall")
        by_department = await averages.published(by="department")
        by_item = await averages.published(by="item")
        for unfinished in ("2026Q3", "2020Q1"):
            with pytest.raises(RatingNotFound):
                await averages.published(by="hall", quarter=unfinished)
    assert by_hall.quarter == "2026Q2"
    assert [(one.name, one.marks, one.average, one.satisfied, one.withdrawn) for one in by_hall.lines] == [
        ("大厅", 10, 4.7, 93, 0), ("小厅", None, None, None, None),
    ]  # fmt: skip
    assert [(one.key, one.marks) for one in by_department.lines] == [("公安局", 20)]
    assert [(one.key, one.name, one.marks) for one in by_item.lines] == [("x", "居住证", 10)]


@pytest.mark.usefixtures("db")
async def test_words_of_a_small_group_stay_hidden() -> None:
    large, small = await a_hall(code="9901", name="大厅"), await a_hall(code="9902", name="小厅")
    agent = await opinions.staff()
    with clock.frozen(noon(TODAY)):
        await marks(10, hall=large)
        await marks(9, hall=small)
        for rating in (await Rating.filter(hall=large).first(), await Rating.filter(hall=small).first()):
            kept = await RatingWords.create(rating=rating, which="first", text="讲得清楚", written_at=clock.now())
            await words.show(words_id=kept.id, shown="讲得清楚", by=agent)
        shown = await averages.words(hall_code="9901")
        assert [(one.text, one.quarter) for one in shown] == [("讲得清楚", "2026Q2")]
        assert await averages.words(hall_code="9902") == []


@pytest.mark.parametrize("day", [date(2026, 1, 1), date(2026, 3, 31), date(2026, 12, 31), date(2024, 2, 29)])
def test_quarters_follow_one_another_without_a_gap(day: date) -> None:
    with clock.frozen(noon(day)):
        found = averages.finished_quarters()
    assert averages.span(found[0])[1] == averages.span(averages.quarter_of(day))[0] <= day
    for later, earlier in zip(found, found[1:], strict=False):
        assert averages.span(earlier)[1] == averages.span(later)[0]
    start, end = averages.span(averages.quarter_of(day))
    assert start <= day < end
    assert averages.quarter_of(end - timedelta(days=1)) == averages.quarter_of(day)
