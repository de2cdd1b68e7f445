"""Tests: real PostgreSQL, real Redis protocol, no network but loopback. Fixtures: see `conftest.py`."""
