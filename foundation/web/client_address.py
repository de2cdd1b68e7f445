"""Where a request really comes from."""

import ipaddress
from functools import lru_cache

from sanic import Request

from foundation import settings


def client_address(request: Request) -> str:
    """The caller's address: the entry that our outermost own proxy wrote, never one that the caller could write.

    With TRUSTED_PROXIES=n the n-th entry of X-Forwarded-For from the right counts. A shorter list means that somebody
    came round the proxies; then the peer's own address counts.
    """
    return behind(str(request.ip or ""), ",".join(request.headers.getall("x-forwarded-for", [])))


def behind(peer: str, forwarded: str) -> str:
    """As `client_address`, of the `peer` that brought these entries of X-Forwarded-For."""
    hops = settings.current().processes.trusted_proxies
    if hops < 1:
        return peer
    entries = [part.strip() for part in forwarded.split(",")]
    return peer if len(entries) < hops else _written(entries[-hops].strip("[]")) or peer


@lru_cache(5000)
def _written(entry: str) -> str:
    """An address as it is usually written; empty when it is none."""
    try:
        return str(ipaddress.ip_address(entry))
    except ValueError:
        return ""


@lru_cache(5000)
def network_of(address: str) -> str:
    """What is counted as one caller: an IPv4 address, or an IPv6 network of 64 bits (one household holds one)."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if parsed.version == 4:
        return address
    return str(ipaddress.ip_network((parsed, 64), strict=False))
