"""How identity says no.

Invalid        NumberFault (and its kinds), NameFault, PhoneFault, PasswordTooWeak, UnknownRole, DelegationFault
NotSignedIn    SignInRefused
Forbidden      RealNameNeeded, RoleNeeded, NotYourRecord
NotFound       NoSuchCitizen, NoSuchStaff, NoSuchDelegation, NoSuchSession
Conflict       NameMismatch, AlreadyVerified, NumberHeldByAnother, UsernameTaken, LastAdministrator
TooManyRequests  TooManyVerifications
Unavailable    VerifierUnavailable
"""

from foundation.errors import Conflict, Forbidden, Invalid, NotFound, NotSignedIn, TooManyRequests, Unavailable


class NumberFault(Invalid):
    """证件号码格式不正确，请对照证件逐位核对。"""


class WrongLength(NumberFault):
    """证件号码位数不对：身份证、居住证和新版永居证为 18 位，请对照证件核对。"""


class OldNumber(NumberFault):
    """这是 15 位的旧身份证号码，已停止使用，请填写现在身份证上的 18 位号码。"""


class WrongRegion(NumberFault):
    """证件号码的前几位与所选证件类型不符，请核对号码或改选证件类型。"""


class WrongBirthDate(NumberFault):
    """证件号码中的出生日期不存在，请对照证件核对第 7 至 14 位。"""


class WrongCheckDigit(NumberFault):
    """证件号码有误（校验位不符），请对照证件逐位核对。"""


class WrongCreditCode(NumberFault):
    """统一社会信用代码有误，应为 18 位数字和大写字母，请对照营业执照逐位核对。"""


class UnknownIdType(NumberFault):
    """不支持这种证件，请选择身份证、港澳台居民居住证、外国人永久居留身份证或护照。"""


class NameFault(Invalid):
    """姓名格式不正确，请填写证件上的姓名，不要有空格以外的符号。"""


class PhoneFault(Invalid):
    """手机号码格式不正确，请填写 11 位手机号码。"""


class PasswordTooWeak(Invalid):
    """密码太简单，请重新设置：至少 10 个字符、5 种不同的字符，同时有字母和数字，且不含用户名。"""


class UsernameFault(Invalid):
    """用户名应为 3 至 40 位小写字母、数字、点或连字符，以字母开头，请修改后重新提交。"""


class UnknownRole(Invalid):
    """没有这个角色或大厅范围写法有误，请重新选择。"""


class DelegationFault(Invalid):
    """委托内容有误：请选择至少一项委托事项，截止日期在今天之后一年以内，且不能委托给自己。"""


class SignInRefused(NotSignedIn):
    """用户名或密码不正确。连续输错多次账号会暂时锁定，请稍后再试或联系系统管理员。"""


class RealNameNeeded(Forbidden):
    """请先完成实名认证。"""


class RoleNeeded(Forbidden):
    """您的角色没有这项权限，如工作需要请联系系统管理员。"""


class NotYourRecord(Forbidden):
    """您无权查看或办理他人的业务，请先请对方委托您代办。"""


class NoSuchCitizen(NotFound):
    """没有找到这位市民，请核对后重试。"""


class NoSuchStaff(NotFound):
    """没有找到这位工作人员，请核对后重试。"""


class NoSuchDelegation(NotFound):
    """没有找到这项委托，它可能已被撤销。"""


class NoSuchSession(NotFound):
    """没有找到这次登录，它可能已退出。"""


class NameMismatch(Conflict):
    """姓名与证件号码不一致，请对照证件核对后重试。"""


class AlreadyVerified(Conflict):
    """您已完成实名认证，不能改为其他人。如信息有误请携带证件到窗口办理。"""


class NumberHeldByAnother(Conflict):
    """该证件号码已由其他人认证，请携带证件到窗口核实。"""


class UsernameTaken(Conflict):
    """该用户名已被使用，请换一个。"""


class LastAdministrator(Conflict):
    """这是最后一位系统管理员，不能停用或取消其角色，请先指定另一位系统管理员。"""


class TooManyVerifications(TooManyRequests):
    """今天的实名认证次数已用完，请明天再试，或携带证件到窗口办理。"""


class VerifierUnavailable(Unavailable):
    """实名核验服务暂时不可用，请稍后重试。"""
