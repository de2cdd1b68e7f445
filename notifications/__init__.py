"""Listens to everyone below, chooses words and channel, and keeps a ledger of what reached whom."""
