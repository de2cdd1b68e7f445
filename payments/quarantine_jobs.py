"""Quarantine by the clock."""
