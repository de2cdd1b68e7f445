"""The rooms of the house, listed once: where the tables are, and where listeners and jobs are declared."""

import importlib

MODELS = [
    "foundation.models",
    "identity.models",
    "identity.family_models",
    "catalogue.models",
    "payments.models",
    "appointments.models",
    "appointments.hall_models",
    "appointments.waiting_models",
    "cases.models",
    "feedback.models",
    "assistant.models",
    "notifications.models",
]

JOBS = [
    "foundation.events",
    "foundation.jobs_upkeep",
    "identity.jobs",
    "catalogue.jobs",
    "payments.jobs",
    "appointments.jobs",
    "cases.jobs",
    "feedback.jobs",
    "assistant.jobs",
    "notifications.jobs",
]


def wake() -> None:
    """Import every room's listeners and jobs, so that they are known to this process."""
    for module in JOBS:
        importlib.import_module(module)
