"""How the house says no: a refusal is a class.

Refusal
├── Malformed          400  the request could not be read
├── NotSignedIn        401
├── Forbidden          403
├── NotFound           404
├── Conflict           409  the state of things forbids it
├── Invalid            422  the request was read and is wrong
├── TooManyRequests    429  carries retry_after
└── Unavailable        503  something we lean on is gone; carries retry_after

The docstring of a class is the Chinese sentence that people read (what is wrong, what to do next);
its name is the stable ``code``; its ``status`` is the HTTP status. `foundation.web` turns it into JSON in one place.
"""

from typing import Any, ClassVar


class Refusal(Exception):
    """请求无法完成，请稍后重试。"""

    status: ClassVar[int] = 400

    def __init__(self, message: str | None = None, *, detail: Any = None, retry_after: int | None = None) -> None:
        self.message = message or type(self).sentence()
        self.detail = detail
        self.retry_after = retry_after
        super().__init__(self.message)

    @classmethod
    def sentence(cls) -> str:
        return (cls.__doc__ or "").strip().splitlines()[0]

    @property
    def code(self) -> str:
        return type(self).__name__

    def as_dict(self) -> dict[str, Any]:
        """The JSON body without the request id: ``{"code", "message", "detail"?}``."""
        body: dict[str, Any] = {"code": self.code, "message": self.message}
        if self.detail is not None:
            body["detail"] = self.detail
        return body


class Malformed(Refusal):
    """请求内容无法识别，请检查格式后重新提交。"""

    status = 400


class NotSignedIn(Refusal):
    """请先登录后再操作。"""

    status = 401


class Forbidden(Refusal):
    """您没有权限进行此操作，如确有需要，请联系工作人员。"""

    status = 403


class NotFound(Refusal):
    """没有找到您要的内容，请核对后重试。"""

    status = 404


class Conflict(Refusal):
    """当前状态不能进行此操作，请刷新后再试。"""

    status = 409


class Invalid(Refusal):
    """填写的内容有误，请按提示修改后重新提交。"""

    status = 422


class TooManyRequests(Refusal):
    """操作太频繁，请稍后再试。"""

    status = 429


class Unavailable(Refusal):
    """服务暂时不可用，您的信息没有丢失，请稍后重试。"""

    status = 503
