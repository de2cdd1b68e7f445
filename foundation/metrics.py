"""Numbers about ourselves, for Prometheus. Labels hold kinds, never persons.

With several worker processes set PROMETHEUS_MULTIPROC_DIR (the Procfile does) and one answer covers them all.
"""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

_counters: dict[str, Counter] = {}
_timers: dict[str, Histogram] = {}
_gauges: dict[str, Gauge] = {}


def count(name: str, amount: float = 1, **labels: str) -> None:
    """Add to a counter named ``…_total``."""
    counter(name, **labels)(amount)


@cache  # as many as there are labels, and those stay as well
def counter(name: str, **labels: str) -> Callable[..., None]:
    """`count` for one counter and its labels, looked up once."""
    if name not in _counters:
        _counters[name] = Counter(name, name.replace("_", " "), sorted(labels))
    return _counters[name].labels(**labels).inc if labels else _counters[name].inc


@cache
def timer(name: str, **labels: str) -> Callable[[float], None]:
    """`observe` for one histogram and its labels, looked up once."""
    if name not in _timers:
        _timers[name] = Histogram(name, name.replace("_", " "), sorted(labels))
    return _timers[name].labels(**labels).observe if labels else _timers[name].observe


def observe(name: str, seconds: float, **labels: str) -> None:
    """Add a duration to a histogram named ``…_seconds``."""
    timer(name, **labels)(seconds)


def level(name: str, value: float, **labels: str) -> None:
    """Set a gauge."""
    if name not in _gauges:
        _gauges[name] = Gauge(name, name.replace("_", " "), sorted(labels), multiprocess_mode="livemostrecent")
    gauge = _gauges[name]
    (gauge.labels(**labels) if labels else gauge).set(value)


@contextmanager
def timed(name: str, **labels: str) -> Iterator[None]:
    began = time.perf_counter()
    try:
        yield
    finally:
        observe(name, time.perf_counter() - began, **labels)


def exposition() -> bytes:
    """Everything in Prometheus text format."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return generate_latest(REGISTRY)
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry)
