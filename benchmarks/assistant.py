"""问一问: what people really type, each question the first of a conversation."""

import asyncio

from benchmarks import suggesting as suggestions
from benchmarks.house import House
from benchmarks.measuring import Measured, Sample, interleaved
from benchmarks.searching import contest, lines_of
from benchmarks.wire import post

QUESTIONS = (
    "身份证丢了怎么补办",
    "身份证到期换证要带什么",
    "护照多少钱",
    "办护照需要多久",
    "港澳通行证怎么办理",
    "居住证需要什么材料",
    "结婚登记要带户口本吗",
    "小孩出生上户口",
    "社保卡丢了怎么办",
    "养老保险转移到外地",
    "异地就医备案",
    "租房提取公积金",
    "买房公积金怎么取",
    "驾照到期了换证",
    "开个公司要什么手续",
    "个体户营业执照怎么办",
    "食品经营许可证办理流程",
    "孩子上小学怎么报名",
    "不动产登记在哪里办",
    "失业金怎么领",
    "shenfenzheng diule",
    "護照到期換發",
    "今天天气怎么样",
    "我要投诉",
)
ADDRESSES = 200
"""From so many addresses, so that none asks more often than an address may."""


async def ask(house: House) -> Measured:
    requests = [
        post("/v1/ask", {"question": question}, headers={"X-Forwarded-For": f"198.18.{nth % ADDRESSES}.{place}"})
        for nth in range(ADDRESSES)
        for place, question in enumerate(QUESTIONS, 1)
    ]

    async def wonder() -> Sample:
        return await house.asked(house.bff, requests, expect="200")

    return await interleaved("ask", wonder, beside={"bare_json": house.yardstick}, rounds=house.scale.rounds)


async def searching_beside(house: House) -> Measured:
    """Of a hundred everyday names, how many find their guide first: ours, and beside it what else one would take."""
    done, absent = await asyncio.to_thread(contest)
    ours, *others = done
    return Measured(
        "searching",
        unit="% R@1",
        samples=[Sample(rate=ours.at_1 * 100)],
        baselines={one.name: [Sample(rate=one.at_1 * 100)] for one in others},
        notes="\n" + "\n".join(lines_of(done, absent)),
    )


async def suggesting(house: House) -> Measured:
    """What a key costs while somebody types: the 99th percentile in milliseconds of processor, lower is better."""
    done = await asyncio.to_thread(suggestions.typing)
    return Measured(
        "suggesting",
        unit="ms p99",
        samples=[Sample(rate=done[-1].p99)],
        notes="\n" + "\n".join(suggestions.lines_of(done)),
    )


FIGURES = {"ask": ask, "searching": searching_beside, "suggesting": suggesting}
