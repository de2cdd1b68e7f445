"""Names, versions and field names of Alipay's requests, taken from alipay-sdk-python one module at a time.

The SDK has tens of thousands of modules: only the one that is asked for is imported. Its transport is not used:
it blocks, refuses PKCS#8 keys and believes SHA-1 signatures.
"""

import importlib
from typing import Any


class UnknownField(Exception):
    """A field that the SDK's model does not have; the gateway would silently ignore it."""


def parameters(
    name: str, content: dict[str, Any] | None = None, *, notify_url: str = "", **fields: str
) -> dict[str, str]:
    """The parameters of request `name` ("AlipayTradeCreate"): method, version, biz_content, …"""
    module = importlib.import_module(f"alipay.aop.api.request.{name}Request")
    request = getattr(module, f"{name}Request")()
    if content is not None:
        content = {field: value for field, value in content.items() if value}
        request.biz_content = content
        unknown = content.keys() - request.biz_content.to_alipay_dict().keys()
        if unknown:
            raise UnknownField(", ".join(sorted(unknown)))
    if notify_url:
        request.notify_url = notify_url
    for field, value in fields.items():
        setattr(request, field, value)
    return dict(request.get_params())
