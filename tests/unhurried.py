"""Hypothesis takes its time: a busy machine is no fault of a test, and how long a draw takes says nothing of it."""

from hypothesis import HealthCheck, settings

settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")
