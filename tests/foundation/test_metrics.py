"""Numbers about ourselves."""

from foundation import metrics


def test_numbers_are_counted_observed_and_set() -> None:
    metrics.count("lamps_lit_total", kind="door")
    metrics.count("lamps_lit_total", 2, kind="door")
    metrics.level("lamps_now", 7)
    with metrics.timed("lamp_lighting_seconds", kind="door"):
        pass
    shown = metrics.exposition().decode()
    assert 'lamps_lit_total{kind="door"} 3.0' in shown
    assert "lamps_now 7.0" in shown
    assert 'lamp_lighting_seconds_count{kind="door"} 1.0' in shown
