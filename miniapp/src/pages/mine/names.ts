// What the ways to sign in are called.
const NAMES: Record<string, string> = { wechat: "微信", alipay: "支付宝", sign_on: "统一身份认证" };
export const platformName = (platform: string) => NAMES[platform] || platform;
