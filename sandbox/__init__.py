"""The outside world (沙箱): WeChat, WeChat Pay, Alipay and a real-name verifier, simulated at the wire.

A process of its own that speaks the vendors' protocols over HTTP: signatures, error codes, single-use codes, retry
schedules. It imports nothing of the house and nothing of the house imports it; the application reaches it by base
URL only. A person plays the payer on its pages, tests play through ``/sandbox/...``; see ``README.md`` here.
"""
