"""What may be written for the whole city in a draft: each kind reads, checks, brings in and takes away its own."""

from typing import Any, Protocol

from catalogue.faults import Fault

Written = dict[str, Any]
"""A sheet that may have faults."""


class Kind(Protocol):
    """One kind of thing."""

    async def standing(self, code: str) -> Written | None:
        """What citizens are shown now; None when there is none."""

    async def faults(self, code: str, sheet: Written) -> list[Fault]:
        """What is to be mended first, each with its field; lines mean nothing."""

    def normal(self, sheet: Written) -> Written:
        """A sheet without faults in the form of `standing`, so that the same is seen to be the same."""

    async def hindrances(self, code: str) -> list[str]:
        """Why it cannot be taken away yet, as sentences."""

    async def bring(self, code: str, sheet: Written) -> None:
        """Within a transaction that holds ONE_AT_A_TIME: make it what citizens are shown. Raises FormatFaults."""

    async def end(self, code: str) -> None:
        """Within a transaction that holds ONE_AT_A_TIME: take it away."""
