"""How online filing says no."""

from foundation.errors import Conflict, Forbidden, Invalid, NotFound, TooManyRequests, Unavailable


class FilingNotFound(NotFound):
    """没有找到该申请，请在“我的申请”中核对。"""


class NoOnlineForm(NotFound):
    """该事项暂不能在线填报，请预约到大厅办理，或查看办事指南。"""


class GuideMoved(Conflict):
    """该事项的办事指南已更新，填写内容已保留，请按新表单核对后再提交。"""


class HallNotForItem(Invalid):
    """所选大厅不办理该事项，请重新选择受理大厅。"""


class FormFaults(Invalid):
    """填写的内容有误，请按提示修改。"""


class MaterialsMissing(Invalid):
    """材料还没有备齐，请按提示补充后提交。"""


class UnknownMaterial(Invalid):
    """该事项不需要这份材料，请核对材料名称。"""


class MayNotFollow(Invalid):
    """这份材料不能容缺后补，请上传后提交。"""


class PledgeNeeded(Invalid):
    """请阅读并确认当前版本的材料真实承诺书后再提交。"""


class FilingClosed(Conflict):
    """该申请已提交或已结束，不能再修改，请在“我的申请”中查看进展。"""


class NotInReview(Conflict):
    """该申请已不在待审状态，请刷新列表后再处理。"""


class ClaimedByAnother(Conflict):
    """该申请已由其他工作人员领取，请处理其他申请。"""


class ClaimFirst(Conflict):
    """请先领取该申请再处理。"""


class AlreadySentBack(Conflict):
    """该申请已一次性告知过，不能再次退回，请作出受理或不予受理的决定。"""


class NoticeFault(Invalid):
    """请写明需要补正的材料和原因，一次告知全部内容。"""


class ReasonNeeded(Invalid):
    """请写明不予受理的原因（4–400 字），申请人会看到。"""


class PapersNotReady(Conflict):
    """有材料还在接收或安全检查中，请稍候再提交。"""


class PaperNotFound(NotFound):
    """没有找到该材料文件，可能已删除，请重新上传。"""


class PaperNotReady(Conflict):
    """文件正在接收或安全检查，完成后才能查看，请稍候。"""


class PaperKindRefused(Invalid):
    """只能上传照片（JPG、PNG）或 PDF、OFD 文件，请转换格式后重新上传。"""


class PaperTooLarge(Invalid):
    """单个文件不能超过 10 MB，请压缩或分开上传。"""


class TooManyPapers(Conflict):
    """文件数量或总大小超过上限，请删除不需要的文件后再上传。"""


class PaperPartFault(Invalid):
    """这一段文件的大小或序号不对，请重新上传该文件。"""


class PaperChanged(Invalid):
    """收到的内容与上传前登记的不一致，请重新选择文件上传。"""


class PaperInfected(Invalid):
    """文件没有通过安全检查，已删除，请换一份文件上传。"""


class TooManyUploads(TooManyRequests):
    """上传太频繁，请稍后再试。"""


class NothingToSupplement(NotFound):
    """该办件目前不需要补正材料，请查看办件进度。"""


class SupplementSent(Conflict):
    """这一次的补正材料已提交，不能再修改；还缺的材料可以在办件进度中继续补正。"""


class FolderClosed(Conflict):
    """这件事项现在不能添加或删除附件；答复后可以在追问时补充，也可以重新提交。"""


class SupplementEmpty(Invalid):
    """还没有上传补正材料，请上传后一次提交。"""


class OwedNotFound(NotFound):
    """没有需要后补的这份材料，请核对。"""


class LicenceConsentNeeded(Invalid):
    """请阅读并同意本次电子证照调用授权后再试，或直接上传材料。"""


class LicenceNotHere(NotFound):
    """电子证照库中没有查到有效的该证照，请上传材料。"""


class NotTheirLicence(Forbidden):
    """代办时不能调用申请人的电子证照，请上传材料，或由申请人本人登录后授权调用。"""


class LicencesDown(Unavailable):
    """电子证照库暂时无法访问，请直接上传材料，不影响办理。"""


class NoLicenceFor(Invalid):
    """这份材料没有可调用的电子证照，请上传材料。"""


class DeliveryFault(Invalid):
    """送达方式填写有误，请按提示修改。"""


class DeliveryNotOffered(Invalid):
    """该事项的结果不支持这种送达方式，请选择其他方式。"""


class DeliveryUnderway(Conflict):
    """结果已经制作或寄出，送达方式不能再修改，如需变更请联系受理大厅。"""


class DeliveryNotFound(NotFound):
    """没有找到该办件的送达信息，请先选择送达方式。"""


class TrackingTaken(Conflict):
    """该运单号已登记在其他办件上，请核对运单号。"""


class NoResultYet(Conflict):
    """请先上传结果文件或确认办结，再登记送达。"""


class NotYourHall(Forbidden):
    """该申请不在您负责的大厅，请联系受理大厅处理。"""


class ItemFeeInvalid(Invalid):
    """事项收费的设置有误，请按提示逐项修改。"""


class FeeReasonNeeded(Invalid):
    """免收费用请写明依据（4 至 200 字），会留在办理记录里。"""
