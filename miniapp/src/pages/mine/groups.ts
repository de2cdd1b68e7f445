// What is found on 我的, by what one came for.
interface Found {
  to: string;
  mark: string;
  name: string;
}
const found = (to: string, mark: string, name: string): Found => ({ to, mark, name });

export const GROUPS: { name: string; found: Found[] }[] = [
  { name: "办事", found: [found("bookings", "book", "我的预约"), found("waits", "wait", "我的候补"), found("draws", "lot", "我的摇号"), found("filings", "guide", "我的申请"), found("credit", "shield", "预约信用"), found("favourites", "star", "我的收藏")] },
  { name: "缴费与进度", found: [found("bills", "pay", "我的缴费单"), found("payments", "past", "缴费记录"), found("progress", "progress", "我的办件"), found("ratings", "smile", "我的评价"), found("consultations", "ask", "我的诉求")] },
  { name: "家人与单位", found: [found("family", "family", "亲友与委托"), found("wards", "child", "未成年子女"), found("organisations", "office", "办理身份")] },
  { name: "消息", found: [found("messages", "bell", "消息"), found("message-settings", "adjust", "消息设置"), found("topics", "news", "资讯订阅")] },
  { name: "隐私与安全", found: [found("level", "shield", "实名等级"), found("privacy", "lock", "我的信息与隐私"), found("sessions", "device", "登录设备")] },
];

// What one need not sign in for.
export const PUBLIC: Found[] = [found("answers", "ask", "公开答复"), found("averages", "smile", "服务评价公开"), found("policy", "lock", "隐私政策")];
