"""`bff` and `api`: clients of the two doors, over the database and the Redis of the test."""

from collections.abc import AsyncIterator

import httpx
import pytest

from api.app import create_app as create_api
from miniprogram_bff.app import create_app as create_bff
from tests.builders.doors import client_of


@pytest.fixture
async def bff(db: None, redis_db: object) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(create_bff()) as client:
        yield client


@pytest.fixture
async def api(db: None, redis_db: object) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(create_api()) as client:
        yield client
