"""The rooms of the house, listed once: where the tables are, and where listeners and jobs are declared."""

import importlib

MODELS = [
    "foundation.models",
    "identity.models",
    "identity.family_models",
    "identity.staff_models",
    "catalogue.models",
    "catalogue.draft_models",
    "catalogue.importing_models",
    "catalogue.directory_models",
    "catalogue.file_models",
    "payments.models",
    "payments.bill_models",
    "payments.refund_models",
    "payments.quarantine_models",
    "payments.receipt_models",
    "payments.reconciliation_models",
    "appointments.models",
    "appointments.closure_models",
    "appointments.hall_models",
    "appointments.waiting_models",
    "appointments.rule_models",
    "appointments.draw_models",
    "appointments.fee_models",
    "appointments.proposal_models",
    "cases.models",
    "cases.progress_models",
    "cases.supervision_models",
    "cases.import_models",
    "feedback.models",
    "assistant.learning_models",
    "assistant.knowledge_base_models",
    "assistant.models",
    "assistant.handover_models",
    "assistant.reply_models",
    "notifications.models",
]

JOBS = [
    "foundation.events",
    "foundation.jobs_upkeep",
    "identity.jobs",
    "catalogue.jobs",
    "payments.jobs",
    "payments.refund_jobs",
    "payments.receipt_jobs",
    "payments.quarantine_jobs",
    "payments.reconciliation_jobs",
    "appointments.jobs",
    "appointments.draw_jobs",
    "appointments.closure_jobs",
    "appointments.rule_jobs",
    "appointments.fee_jobs",
    "cases.jobs",
    "cases.progress_jobs",
    "cases.supervision_jobs",
    "cases.import_jobs",
    "feedback.jobs",
    "assistant.jobs",
    "assistant.learning_jobs",
    "assistant.handover_jobs",
    "assistant.report_jobs",
    "assistant.building_jobs",
    "assistant.search_engine_jobs",
    "notifications.jobs",
    "notifications.case_listeners",
]


def wake() -> None:
    """Import every room's listeners and jobs, so that they are known to this process."""
    for module in JOBS:
        importlib.import_module(module)
