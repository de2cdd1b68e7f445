// What differs between WeChat, Alipay and the browser stands in one file each; everything else is the same code. The build
// puts the platform's own file in this one's place (vite.config.ts); for the type check all three must offer the same.
import * as alipay from "./alipay";
import * as browser from "./browser";
import * as wechat from "./wechat";

type Offered = keyof typeof alipay & keyof typeof browser & keyof typeof wechat;
export const everywhere: Record<Offered, unknown>[] = [alipay, browser, wechat];
export * from "./browser";
