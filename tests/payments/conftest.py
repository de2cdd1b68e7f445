from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from payments import gateway
from tests.builders.payments import Till
from tests.builders.statements import Teller


@dataclass
class Tills:
    wechat: Till
    alipay: Till


@pytest.fixture
async def tills(db: None) -> AsyncIterator[Tills]:
    """Both channels of this test, played by hand, on an empty database."""
    both = Tills(Till("wechat"), Till("alipay"))
    gateway.use({"wechat": both.wechat, "alipay": both.alipay})
    yield both
    gateway.use({})


@dataclass
class Tellers(Tills):
    wechat: Teller
    alipay: Teller


@pytest.fixture
async def tellers(db: None) -> AsyncIterator[Tellers]:
    """Both channels, which also give their account of each day."""
    both = Tellers(Teller("wechat"), Teller("alipay"))
    gateway.use({"wechat": both.wechat, "alipay": both.alipay})
    yield both
    gateway.use({})
