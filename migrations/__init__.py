"""The database's history, one numbered file a step; all rooms share one Tortoise app, ``models``.

``python -m migrations.apply`` brings a database up to date. `apply` and `remake` are packages, for Tortoise takes every
module in this folder for a step.
"""
