"""服务评价公开 and 公开答复: what everybody may read; nobody is to be found in it."""

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta, Struct

from feedback import averages, levels, public_answers, routing
from feedback.consultation_errors import PublicAnswerNotFound
from feedback.errors import RatingNotFound
from foundation.web import LIVE, PUBLIC, PUBLIC_MINUTE, Asked, Limit, Routes
from miniprogram_bff.fields import Department, HallCode, HallName, ItemCode, ItemName

routes = Routes("评价与答复公开", tag="opinions")

Quarter = Annotated[str, Meta(pattern=r"^(\d{4}Q[1-4])?$", examples=["2026Q3"])]


class Which(Asked):
    """`quarter` 为空即最近一个已结束的季度；`hall`：一并给出这个大厅公开的评价内容."""

    by: Literal["hall", "department", "item"] = "hall"
    quarter: Quarter = ""
    hall: HallCode = ""


class AnswersAsked(Asked):
    q: Annotated[str, Meta(max_length=100, examples=["居住证续签"])] = ""


class AverageView(Struct):
    """条数不足公开下限的，各项为空；`marks` 向下取整到 5 的倍数."""

    key: HallCode
    name: HallName
    marks: Annotated[int | None, Meta(examples=[120])]
    average: Annotated[float | None, Meta(examples=[4.6])]
    satisfied: Annotated[int | None, Meta(examples=[97], description="满意率，%")]
    withdrawn: Annotated[int | None, Meta(examples=[0])]


class WordsView(Struct):
    """经审核公开的文字，不含姓名、号码和具体时间."""

    level: Annotated[int, Meta(examples=[5])]
    label: Annotated[str, Meta(examples=["非常满意"])]
    text: Annotated[str, Meta(examples=["窗口讲得很清楚"])]
    quarter: Annotated[str, Meta(examples=["2026Q3"])]


class PublishedView(Struct):
    quarter: Annotated[str, Meta(examples=["2026Q3"])]
    quarters: Annotated[list[str], Meta(examples=[["2026Q3", "2026Q2"]])]
    least: Annotated[int, Meta(examples=[10], description="公开下限")]
    lines: list[AverageView]
    words: Annotated[list[WordsView], Meta(description="给出了 `hall` 才有")]


class PublicAnswerView(Struct):
    code: Annotated[str, Meta(examples=["K7M3Q9XP"])]
    kind: Annotated[str, Meta(examples=["咨询"])]
    question: Annotated[str, Meta(examples=["居住证续签要带什么材料？"])]
    answer: Annotated[str, Meta(examples=["带身份证和居住地址证明，到户政窗口办理。"])]
    department: Department
    item_code: ItemCode
    item_name: ItemName
    published_on: date


@routes.get(
    "/v1/opinions/averages",
    access=PUBLIC,
    summary="服务评价公开",
    errors=(RatingNotFound,),
    limit=Limit(ip=240),
    cache=PUBLIC_MINUTE,
)
async def published(query: Which) -> PublishedView:
    """按大厅、部门或事项的季度平均；只公开已结束的季度。"""
    found = await averages.published(by=query.by, quarter=query.quarter)
    lines = [
        AverageView(one.key, one.name, one.marks, one.average, one.satisfied, one.withdrawn) for one in found.lines
    ]
    words = await _words(query.hall, found.quarter) if query.hall else []
    return PublishedView(found.quarter, found.quarters, found.least, lines, words)


@routes.get("/v1/answers", access=PUBLIC, summary="公开的问题和答复", limit=Limit(ip=240), cache=LIVE)
async def answers(query: AnswersAsked) -> list[PublicAnswerView]:
    """按所写的话查找；不写即最近公开的。"""
    found = await public_answers.search(query.q) if query.q.strip() else await public_answers.latest()
    return [_view(one) for one in found]


@routes.get(
    "/v1/answers/<code>",
    access=PUBLIC,
    summary="一条公开答复",
    errors=(PublicAnswerNotFound,),
    limit=Limit(ip=240),
    cache=LIVE,
)
async def answer(code: Annotated[str, Meta(max_length=20, examples=["K7M3Q9XP"])]) -> PublicAnswerView:
    return _view(await public_answers.find(code))


async def _words(hall: str, quarter: str) -> list[WordsView]:
    found = await averages.words(hall_code=hall, quarter=quarter)
    return [WordsView(one.level, levels.LEVELS[one.level], one.text, one.quarter) for one in found]


def _view(one: public_answers.Shown) -> PublicAnswerView:
    return PublicAnswerView(
        one.code,
        routing.KINDS[one.kind],
        one.question,
        one.answer,
        one.department,
        one.item_code,
        one.item_name,
        one.published_on,
    )
