// WeChat. Its own words: https://developers.weixin.qq.com/miniprogram/dev/api/
import { fileAt, photos, renewal } from "./mini";
import type { Channel, ChosenFile, Dated, FileWay, Said } from "./shared";

export * from "./mini";
export const PLATFORM = "wechat";
export const CHANNELS = ["wechat"] as const;

export const loginCode = (): Promise<string> => new Promise((done, failed) => wx.login({ success: (found) => done(found.code), fail: failed }));

// The button `open-type="getPhoneNumber"` brings a code that is good once.
export const PHONE_BUTTON = "getPhoneNumber";
export const phoneCode = (event: { detail: { code?: string } }): Promise<string> => Promise.resolve(event.detail.code ?? "");

// Asked for only where somebody has just tapped; gives the templates that were accepted.
export const messagesAllowed = (templates: string[]): Promise<string[]> =>
  new Promise((done) => {
    if (!templates.length) return done([]);
    wx.requestSubscribeMessage({
      tmplIds: templates.slice(0, 3),
      success: (said) => done(templates.filter((one) => (said as unknown as Record<string, string>)[one] === "accept")),
      fail: () => done([]),
    });
  });

export const pay = (_: Channel, parameters: Record<string, string>, _back: string): Promise<Said> =>
  new Promise((done) =>
    wx.requestPayment({
      ...(parameters as unknown as WechatMiniprogram.RequestPaymentOption),
      success: () => done("ok"),
      fail: (said) => done(/cancel/.test(said.errMsg) ? "cancelled" : "unknown"),
    }),
  );

// Papers that others sent in a chat: WeChat gives no other way to a file.
export const files = (count: number): Promise<ChosenFile[]> =>
  new Promise((done) =>
    wx.chooseMessageFile({ count, type: "file", success: (found) => done(found.tempFiles.map((one) => fileAt(one.path, one.name, one))), fail: () => done([]) }),
  );

export const FILE_WAYS: readonly FileWay[] = [
  { words: "拍照或选图片", choose: photos },
  { words: "从聊天记录选文件", choose: files },
];

// Events of the server as they come. Gives what stops it; `over` is called when the line ended.
export function listening(url: string, header: Record<string, string>, heard: (text: string) => void, over: () => void): () => void {
  const line = wx.request({ url, header, enableChunked: true, responseType: "arraybuffer", timeout: 600_000, complete: over });
  let rest = new Uint8Array();
  line.onChunkReceived(({ data }) => {
    const whole = new Uint8Array([...rest, ...new Uint8Array(data as ArrayBuffer)]);
    const end = whole.lastIndexOf(10) + 1; // a letter of three bytes may be cut by a piece's end, a line is not
    rest = whole.slice(end);
    heard(decodeURIComponent([...whole.slice(0, end)].map((byte) => `%${byte.toString(16).padStart(2, "0")}`).join("")));
  });
  return () => line.abort();
}

export const renew = renewal(wx.getUpdateManager?.());
export const shareMenu = () => void wx.showShareMenu({ menus: ["shareAppMessage"] });

const EARLY = 2 * 3600; // seconds before it begins, when the phone reminds
const second = (iso: string) => Math.floor(new Date(iso).getTime() / 1000);
export const intoCalendar = (one: Dated): Promise<string> =>
  new Promise((done) =>
    wx.addPhoneCalendar({
      title: one.title,
      location: one.place,
      description: one.about,
      startTime: second(one.startsAt),
      endTime: String(second(one.endsAt)),
      alarmOffset: EARLY,
      success: () => done("已加入手机日历"),
      fail: () => done("没有加入日历，可在手机设置里允许后再试。"),
    }),
  );
