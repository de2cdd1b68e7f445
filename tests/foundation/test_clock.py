"""The clock can be stopped and moved, and a business day begins in Shanghai."""

from datetime import UTC, date, datetime, timedelta

from foundation import clock


def test_the_business_day_begins_in_shanghai() -> None:
    with clock.frozen(datetime(2026, 3, 1, 16, 30, tzinfo=UTC)):
        assert clock.today() == date(2026, 3, 2)
        assert clock.now() == datetime(2026, 3, 1, 16, 30, tzinfo=UTC)
        assert clock.shanghai(clock.now()).hour == 0


def test_a_frozen_clock_may_be_frozen_again_and_goes_on_afterwards() -> None:
    with clock.frozen(datetime(2026, 1, 1, tzinfo=clock.SHANGHAI)):
        with clock.frozen(datetime(2026, 1, 2, tzinfo=clock.SHANGHAI)):
            assert clock.today() == date(2026, 1, 2)
        assert clock.today() == date(2026, 1, 1)
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5)


def test_a_shifted_clock_runs_on() -> None:
    with clock.shifted(timedelta(days=400)), clock.shifted(timedelta(days=1)):
        assert timedelta(days=400) < clock.now() - datetime.now(UTC) < timedelta(days=402)
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5)
