"""`bff` and `api`: clients of the two doors, over the database and the Redis of the test; `till`: where one pays."""

from collections.abc import AsyncIterator

import httpx
import pytest

from api.app import create_app as create_api
from miniprogram_bff.app import create_app as create_bff
from tests.builders.doors import client_of
from tests.builders.payments import Till
from tests.builders.receipts import at_the_till


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
    with at_the_till() as one:
        yield one
