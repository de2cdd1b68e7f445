"""A search engine for tests: either a small one that understands what we send, or one that replays the contract.

The small one keeps what it is given and scores as the vendors' documents say: `rank_feature` with `linear` gives the
stored value, of which nine significant bits were kept; a `bool` adds up what matches. It refuses every path, header and
field it does not know, as the engines do.
"""

import json
import math
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = tuple[int, Any]
SETTINGS = {"number_of_shards", "number_of_replicas", "refresh_interval"}


class Unlike(Exception):
    """Asked for something that no engine, or not this contract, knows."""


class SmallEngine:
    """Indices by name, their aliases, and what was said to it."""

    def __init__(self) -> None:
        self.indices: dict[str, dict[str, Any]] = {}
        self.aliases: dict[str, set[str]] = {}
        self.said: list[tuple[str, str, Any]] = []
        self.down = False

    def answer(self, method: str, path: str, kind: str, body: bytes) -> Answer:
        lines = [json.loads(line) for line in body.splitlines()] if kind.endswith("ndjson") else None
        told = lines if lines is not None else (json.loads(body) if body else None)
        self.said.append((method, path, told))
        if self.down:
            return 503, {"error": {"type": "cluster_block_exception"}, "status": 503}
        for pattern, its_method, handler in ROUTES:
            match = re.fullmatch(pattern, path)
            if match and method == its_method:
                return handler(self, match, told)
        raise Unlike(f"{method} {path}")

    def of(self, name: str) -> tuple[str, dict[str, Any]]:
        held = name if name in self.indices else next((one for one in self.aliases.get(name, ())), "")
        if held not in self.indices:
            raise KeyError(name)
        return held, self.indices[held]

    def create(self, match: re.Match[str], body: Any) -> Answer:
        name, properties = match["index"], body["mappings"]["properties"]
        if name in self.indices or set(body) != {"settings", "mappings"} or not set(body["settings"]) <= SETTINGS:
            return 400, {"error": {"type": "resource_already_exists_exception"}, "status": 400}
        if {one["type"] for one in properties.values()} - {"rank_features", "keyword"}:
            raise Unlike(str(properties))
        self.indices[name] = {"mappings": body["mappings"], "documents": {}}
        return 200, {"acknowledged": True, "shards_acknowledged": True, "index": name}

    def delete(self, match: re.Match[str], _: Any) -> Answer:
        if match["index"] not in self.indices:
            return 404, {"error": {"type": "index_not_found_exception"}, "status": 404}
        del self.indices[match["index"]]
        for held in self.aliases.values():
            held.discard(match["index"])
        return 200, {"acknowledged": True}

    def bulk(self, match: re.Match[str], lines: Any) -> Answer:
        name, index = self.of(match["index"])
        items = []
        for action, document in zip(lines[::2], lines[1::2], strict=True):
            ((verb, where),) = action.items()
            if verb != "index" or set(where) != {"_id"}:
                raise Unlike(str(action))
            status = self._keep(index, where["_id"], document)
            items.append({"index": {"_index": name, "_id": where["_id"], "status": status}})
        return 200, {"took": 1, "errors": any(one["index"]["status"] >= 300 for one in items), "items": items}

    def put(self, match: re.Match[str], document: Any) -> Answer:
        name, index = self.of(match["index"])
        status = self._keep(index, match["id"], document)
        return status, {"_index": name, "_id": match["id"], "result": "updated" if status == 200 else "created"}

    def drop(self, match: re.Match[str], _: Any) -> Answer:
        name, index = self.of(match["index"])
        gone = index["documents"].pop(match["id"], None)
        return (200 if gone else 404), {
            "_index": name,
            "_id": match["id"],
            "result": "deleted" if gone else "not_found",
        }

    def refresh(self, match: re.Match[str], _: Any) -> Answer:
        for name in match["index"].split(","):
            self.of(name)
        return 200, {"_shards": {"total": 2, "successful": 2, "failed": 0}}

    def aliased(self, match: re.Match[str], _: Any) -> Answer:
        wanted = match["index"].split(",")
        held = {
            name: {"aliases": {alias: {} for alias in wanted if name in self.aliases.get(alias, ())}}
            for name in self.indices
        }
        found = {name: one for name, one in held.items() if one["aliases"]}
        return (200, found) if found else (404, {"error": f"alias [{match['index']}] missing", "status": 404})

    def switch(self, _: re.Match[str], body: Any) -> Answer:
        for action in body["actions"]:
            ((verb, of),) = action.items()
            self.of(of["index"])
            names = self.aliases.setdefault(of["alias"], set())
            {"add": names.add, "remove": names.discard}[verb](of["index"])
        return 200, {"acknowledged": True}

    def mapping(self, match: re.Match[str], _: Any) -> Answer:
        try:
            name, index = self.of(match["index"])
        except KeyError:
            return 404, {"error": {"type": "index_not_found_exception"}, "status": 404}
        return 200, {name: {"mappings": index["mappings"]}}

    def listed(self, match: re.Match[str], _: Any) -> Answer:
        return 200, [{"index": name} for name in self.indices if name.startswith(match["index"])]

    def msearch(self, match: re.Match[str], lines: Any) -> Answer:
        if any(head != {} for head in lines[::2]):
            raise Unlike("header")
        responses = [self._search(match["index"], body) for body in lines[1::2]]
        return 200, {"took": 1, "responses": responses}

    def mget(self, match: re.Match[str], body: Any) -> Answer:
        name, index = self.of(match["index"])
        wanted = body.get("docs") or [{"_id": one} for one in body["ids"]]
        docs = []
        for one in wanted:
            document = index["documents"].get(one["_id"])
            found = {"_source": _part(document, one.get("_source"))} if document is not None else {}
            docs.append({"_index": name, "_id": one["_id"], "found": document is not None, **found})
        return 200, {"docs": docs}

    def _keep(self, index: dict[str, Any], name: str, document: dict[str, Any]) -> int:
        properties = index["mappings"]["properties"]
        weights = document.get("weights", {})
        if index["mappings"]["dynamic"] == "strict" and not set(document) <= set(properties):
            return 400
        if any("." in term or not weight > 0 for term, weight in weights.items()):
            return 400
        known = name in index["documents"]
        index["documents"][name] = document
        return 200 if known else 201

    def _search(self, alias: str, body: dict[str, Any]) -> dict[str, Any]:
        name, index = self.of(alias)
        scored = [(_score(body["query"], document), code) for code, document in index["documents"].items()]
        best = sorted((one for one in scored if one[0] > 0), key=lambda one: -one[0])[: body["size"]]
        hits = [
            {"_index": name, "_id": code, "_score": score, "_source": _part(index["documents"][code], body["_source"])}
            for score, code in best
        ]
        return {"took": 1, "timed_out": False, "hits": {"max_score": best[0][0] if best else None, "hits": hits},
                "status": 200}  # fmt: skip


NAME = r"(?P<index>[a-z0-9,-]+)"
ROUTES: list[tuple[str, str, Any]] = [
    (rf"/{NAME}/_bulk", "POST", SmallEngine.bulk),
    (rf"/{NAME}/_doc/(?P<id>[^/?]+)\?refresh=true", "PUT", SmallEngine.put),
    (rf"/{NAME}/_doc/(?P<id>[^/?]+)\?refresh=true", "DELETE", SmallEngine.drop),
    (rf"/{NAME}/_refresh", "POST", SmallEngine.refresh),
    (rf"/_alias/{NAME}", "GET", SmallEngine.aliased),
    ("/_aliases", "POST", SmallEngine.switch),
    (rf"/{NAME}/_mapping", "GET", SmallEngine.mapping),
    (r"/_cat/indices/(?P<index>[a-z0-9-]+)\*\?format=json&h=index", "GET", SmallEngine.listed),
    (rf"/{NAME}/_msearch", "POST", SmallEngine.msearch),
    (rf"/{NAME}/_mget", "POST", SmallEngine.mget),
    (rf"/{NAME}", "PUT", SmallEngine.create),
    (rf"/{NAME}", "DELETE", SmallEngine.delete),
]


class Replay:
    """The contract, exchange by exchange; whatever differs from the next one is refused and remembered."""

    def __init__(self, exchanges: list[dict[str, Any]]) -> None:
        self.left = list(exchanges)
        self.unlike: list[str] = []

    def answer(self, method: str, path: str, kind: str, body: bytes) -> Answer:
        told = [json.loads(line) for line in body.splitlines()] if kind.endswith("ndjson") else None
        sent = {"method": method, "path": path, "body": told if told is not None else json.loads(body or b"null")}
        if not self.left or self.left[0]["request"] != sent:
            self.unlike.append(f"{sent} instead of {self.left[:1]}")
            raise Unlike(path)
        answer = self.left.pop(0)["response"]
        return answer["status"], answer["body"]


def _score(query: dict[str, Any], document: dict[str, Any]) -> float:
    ((kind, of),) = query.items()
    if kind == "bool":
        if set(of) != {"should", "minimum_should_match"}:
            raise Unlike(str(set(of)))
        return sum(_score(one, document) for one in of["should"])
    if kind == "terms":
        ((field, wanted),) = of.items()
        return 1.0 if set(document.get(field, ())) & set(wanted) else 0.0
    if kind != "rank_feature" or of["linear"] != {} or set(of) != {"field", "linear", "boost"} or of["boost"] <= 0:
        raise Unlike(kind)
    field, _, feature = of["field"].partition(".")
    return float(of["boost"]) * _nine_bits(document.get(field, {}).get(feature, 0.0))


def _nine_bits(value: float) -> float:
    """What is left of a value: nine significant bits."""
    mantissa, exponent = math.frexp(value)
    return math.ldexp(math.floor(mantissa * 512) / 512, exponent)


def _part(document: dict[str, Any], wanted: list[str] | None) -> dict[str, Any]:
    """The fields of a document that were asked for, as `_source` filtering gives them."""
    if wanted is None:
        return document
    part: dict[str, Any] = {}
    for path in wanted:
        field, _, inner = path.partition(".")
        if not inner and field in document:
            part[field] = document[field]
        elif inner in document.get(field, {}):
            part.setdefault(field, {})[inner] = document[field][inner]
    return part


@contextmanager
def serving(engine: SmallEngine | Replay) -> Iterator[str]:
    """The engine at an address of this machine."""

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            try:
                status, told = engine.answer(self.command, self.path, self.headers.get("Content-Type", ""), body)
            except (Unlike, KeyError, ValueError) as unlike:
                status, told = 400, {"error": {"type": "illegal_argument_exception", "reason": repr(unlike)}}
            text = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        do_GET = do_POST = do_PUT = do_DELETE = _answer

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
