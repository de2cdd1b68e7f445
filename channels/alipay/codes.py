"""Mini-program codes (小程序码): an address whose picture opens a page of ours when Alipay scans it."""

from channels.alipay.client import AlipayClient
from channels.errors import OutcomeUnknown


async def mini_program_code(client: AlipayClient, *, page: str, query: str, describe: str) -> str:
    """The address of the picture of a code that opens `page` with `query` (``hall=9901``).

    `describe` is up to 32 characters that people read. Raises a ChannelRefused, OutcomeUnknown, OutsideUnavailable.
    """
    asked = {"url_param": page, "query_param": query, "describe": describe[:32]}
    answer = await client.ask("AlipayOpenAppQrcodeCreate", asked)
    address = answer.get("qr_code_url")
    if not isinstance(address, str) or not address:
        raise OutcomeUnknown(retry_after=5)
    return address
