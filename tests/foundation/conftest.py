"""What the tests of the foundation share."""

import asyncpg
import pytest


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The statements that went out."""
    statements: list[str] = []
    fetch = asyncpg.Connection.fetch

    async def overheard(self: asyncpg.Connection, query: str, *args: object, **kwargs: object) -> object:
        statements.append(query)
        return await fetch(self, query, *args, **kwargs)

    monkeypatch.setattr(asyncpg.Connection, "fetch", overheard)
    return statements
