"""A long message without a stop is answered by what it asks, not by what it tells."""

import pytest

from assistant import dialogue, question, stories
from assistant.answering import Kind
from assistant.remembering import Memory
from tests.builders.assistant import snapshot

LOST = (
    "我妈妈今年六十五岁了身体一直不太好前几天去医院看病的时候把钱包弄丢了里面有身份证还有银行卡"
    "现在去取药都取不了急得不行请问身份证丢了应该怎么补办"
)
MOVED = (
    "我是去年从外地过来这边打工的后来认识了现在的老婆我们打算在这边长期住下来房子也租好了孩子下个月就要上小学了"
    "听说没有居住证不能报名想问一下居住证到底怎么办理要准备哪些东西才行"
)
RETIRED = (
    "我爸去年退休了他单位一直给他交公积金账户里还有十几万块钱他自己不会用手机我在外地上班也回不去"
    "他想把里面的钱都取出来用来装修老家的房子请问提取公积金需要什么材料"
)
FIRST_ASKED = (
    "结婚登记要带什么材料我们两个是大学同学在一起五年了家里一直在催昨天终于定下来了"
    "打算国庆节前后挑一个好日子把证领了再请亲戚朋友们一起吃个饭热闹热闹"
)
TOLD_ONLY = "今天天气真不错我和朋友们一起去公园里划船看花拍了好多好多照片晚上又去吃了火锅看了一场电影" * 2


@pytest.mark.parametrize(
    ("told", "item"),
    [
        (LOST, "居民身份证补领"),
        (MOVED, "居住证申领"),
        (RETIRED, "住房公积金提取"),
        (FIRST_ASKED, "结婚登记"),
    ],
)
def test_the_question_in_a_story_is_answered(told: str, item: str) -> None:
    assert len(told) > stories.LONGEST_QUESTION
    assert "," not in question.clean(told)
    answer, memory = dialogue.reply(snapshot(), told, Memory())
    assert answer.kind is Kind.ANSWER
    assert {passage.source.item_name for passage in answer.passages} == {item}


def test_a_story_that_asks_nothing_is_not_answered() -> None:
    city = snapshot()
    (one,) = question.read(TOLD_ONLY, is_name=city.is_name)
    assert one.said == question.clean(TOLD_ONLY)
    assert dialogue.reply(city, TOLD_ONLY, Memory())[0].kind is not Kind.ANSWER


def test_a_question_that_is_short_enough_is_read_whole() -> None:
    (one,) = question.read("我刚搬来这边住下了请问居住证怎么办", is_name=snapshot().is_name)
    assert one.said == "我刚搬来这边住下了请问居住证怎么办"
