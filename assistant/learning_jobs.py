"""What is done by itself so that the bot learns."""

from assistant import learning
from foundation.jobs import scheduled


@scheduled("*/15 * * * *")
async def gather_questions() -> None:
    """What was missed or disliked is on the console within a quarter of an hour."""
    await learning.gather()
