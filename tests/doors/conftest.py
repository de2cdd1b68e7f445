"""`bff` and `api`: clients of the two doors, over the database and the Redis of the test; `till`: where one pays."""

from collections.abc import AsyncIterator

import httpx
import pytest

from api.app import create_app as create_api
from miniprogram_bff.app import create_app as create_bff
from payments import gateway, receipt_issuer
from tests.builders.doors import client_of
from tests.builders.payments import Till
from tests.builders.receipts import Printer


@pytest.fixture
async def bff(db: None, redis_db: object) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(create_bff()) as client:
        yield client


@pytest.fixture
async def api(db: None, redis_db: object) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(create_api()) as client:
        yield client


@pytest.fixture
async def till(bff: httpx.AsyncClient) -> AsyncIterator[Till]:
    """WeChat's, beside the issuer of receipts, both played by hand."""
    one = Till("wechat")
    gateway.use({"wechat": one})
    receipt_issuer.use(Printer())
    yield one
    gateway.use({})
    receipt_issuer.use(None)
