"""A distributed search engine at the wire: OpenSearch or Elasticsearch, over REST.

It holds the guides under versioned names, `<alias>-<edition>`, and how rare their terms are under
`<alias>-<edition>-terms`; two aliases say which version answers, and move together in one request. What goes over the
wire is written down in `tests/assistant/search_engine_contract.json`.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import httpx

from assistant.search_engine_errors import EngineRefused
from foundation.breaker import Breaker
from foundation.http import Outside

CONNECT, READ = 0.5, 1.5
FAILURES = 3
BULK = {"Content-Type": "application/x-ndjson"}


class SearchEngine:
    """One engine and the alias under which the guides of one city or province stand there.

    Every call raises OutsideUnavailable, OutcomeUnknown (nobody answered), EngineRefused (it said no).
    """

    def __init__(self, url: str, alias: str, *, key: str = "", connect: float = CONNECT, read: float = READ) -> None:
        self.alias = alias
        self._headers = {"Authorization": key} if key else {}
        breaker = Breaker("search_engine", failures=FAILURES)
        self._outside = Outside(name="search_engine", base_url=url, connect=connect, read=read, breaker=breaker)

    async def create(self, index: str, body: Mapping[str, Any]) -> None:
        """A new, empty index; one that a build left behind half done is replaced."""
        await self._call("DELETE", f"/{index}", but=(404,))
        await self._call("PUT", f"/{index}", body)

    async def write(self, index: str, documents: Iterable[tuple[str, Mapping[str, Any]]]) -> None:
        """Many documents by id; each is there once, however often it is written."""
        lines = [line for name, document in documents for line in ({"index": {"_id": name}}, document)]
        if not lines:
            return
        text = "".join(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n" for line in lines)
        told = await self._call("POST", f"/{index}/_bulk", text.encode(), headers=BULK)
        if told["errors"]:
            failed = next(one["index"] for one in told["items"] if one["index"]["status"] >= 300)
            raise EngineRefused(detail={"status": failed["status"]})

    async def put(self, name: str, document: Mapping[str, Any]) -> None:
        """One guide in place of what it was, seen by searches once this returns."""
        await self._call("PUT", f"/{self.alias}/_doc/{name}?refresh=true", document)

    async def drop(self, name: str) -> None:
        """One guide out of the index."""
        await self._call("DELETE", f"/{self.alias}/_doc/{name}?refresh=true", but=(404,))

    async def refresh(self, *indices: str) -> None:
        """Let searches see what was written."""
        await self._call("POST", f"/{','.join(indices)}/_refresh")

    async def switch(self, index: str) -> list[str]:
        """Let `index` and its terms answer from now on; the indices that did before, which stay where they are."""
        known = await self._call("GET", f"/_alias/{self.alias},{self.terms(self.alias)}", but=(404,))
        before = sorted(name for name, held in known.items() if isinstance(held, dict) and "aliases" in held)
        actions = [{"remove": {"index": name, "alias": self._alias_of(name)}} for name in before]
        actions += [{"add": {"index": name, "alias": self._alias_of(name)}} for name in (index, self.terms(index))]
        await self._call("POST", "/_aliases", {"actions": actions})
        return before

    async def versions(self) -> list[str]:
        """All indices of this alias, of guides and of terms."""
        told = await self._call("GET", f"/_cat/indices/{self.alias}-*?format=json&h=index")
        ours = re.compile(rf"{re.escape(self.alias)}-[0-9]+(-terms)?")
        return sorted(one["index"] for one in told if ours.fullmatch(one["index"]))

    async def remove(self, *indices: str) -> None:
        """Give old versions up."""
        for index in indices:
            await self._call("DELETE", f"/{index}", but=(404,))

    async def about(self) -> tuple[str, dict[str, Any]]:
        """Which index answers, and what was written about it when it was built."""
        told = await self._call("GET", f"/{self.alias}/_mapping")
        ((index, held),) = told.items()
        return index, held["mappings"]["_meta"]

    async def search(self, bodies: Sequence[Mapping[str, Any]]) -> list[list[dict[str, Any]]]:
        """The hits of several searches, in one request."""
        lines = [line for body in bodies for line in ({}, body)]
        text = "".join(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n" for line in lines)
        told = await self._call("POST", f"/{self.alias}/_msearch", text.encode(), headers=BULK)
        if any("error" in one for one in told["responses"]):
            raise EngineRefused(detail={"status": 400})
        return [one["hits"]["hits"] for one in told["responses"]]

    async def guides(self, names: Sequence[str], wanted: Sequence[str]) -> list[dict[str, Any]]:
        """Guides by id, those that are there, with the fields `wanted`."""
        body = {"docs": [{"_id": name, "_source": list(wanted)} for name in names]}
        told = await self._call("POST", f"/{self.alias}/_mget", body)
        return [one for one in told["docs"] if one["found"]]

    async def known(self, names: Sequence[str]) -> dict[str, dict[str, Any]]:
        """What is known of terms, by id; those that stand nowhere are left out."""
        told = await self._call("POST", f"/{self.terms(self.alias)}/_mget", {"ids": list(names)})
        return {one["_id"]: one["_source"] for one in told["docs"] if one["found"]}

    async def aclose(self) -> None:
        await self._outside.aclose()

    def terms(self, index: str) -> str:
        """Where the terms of an index stand, or of the alias."""
        return f"{index}-terms"

    def _alias_of(self, index: str) -> str:
        return self.terms(self.alias) if index.endswith("-terms") else self.alias

    async def _call(
        self, method: str, path: str, body: Any = None, *, but: Sequence[int] = (), headers: Mapping[str, str] = {}
    ) -> Any:
        """Everything here may be said twice: ids are ours, and the same document is the same."""
        sent = {"content": body} if isinstance(body, bytes) else {"json": body}
        answer: httpx.Response = await self._outside.request(
            method, path, headers={**self._headers, **headers}, safe_to_repeat=method == "GET", **sent
        )
        if answer.status_code >= 300 and answer.status_code not in but:
            raise EngineRefused(detail={"status": answer.status_code})
        return answer.json()
