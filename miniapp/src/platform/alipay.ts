// Alipay. Its own words: https://opendocs.alipay.com/mini/api
import { copied, fileAt, photos, renewal } from "./mini";
import type { Renewing } from "./mini";
import type { Channel, ChosenFile, Dated, FileWay, Said } from "./shared";

export * from "./mini";
export const PLATFORM = "alipay";
export const CHANNELS = ["alipay"] as const;

export const loginCode = (): Promise<string> =>
  new Promise((done, failed) => my.getAuthCode({ scopes: ["auth_base"], success: (found) => done(found.authCode), fail: failed }));

// The button `open-type="getAuthorize" scope="phoneNumber"` allows it; what the phone then gives is sealed for the server.
export const PHONE_BUTTON = "getAuthorize";
export const phoneCode = (_: unknown): Promise<string> =>
  new Promise((done) => my.getPhoneNumber({ success: (found: { response: string }) => done(found.response), fail: () => done("") } as never));

export const messagesAllowed = (templates: string[]): Promise<string[]> =>
  new Promise((done) => {
    if (!templates.length) return done([]);
    my.requestSubscribeMessage({
      entityIds: templates.slice(0, 3),
      success: (said: { behavior?: string; result?: { subscribedEntityIds?: string[] } }) => done(said.result?.subscribedEntityIds ?? []),
      fail: () => done([]),
    } as never);
  });

// 9000 paid, 6001 put away; 8000, 6004 and the rest are for the server to find out.
export const pay = (_: Channel, parameters: Record<string, string>, _back: string): Promise<Said> =>
  new Promise((done) =>
    my.tradePay({
      tradeNO: parameters.trade_no ?? parameters.tradeNO,
      success: (said: { resultCode: string }) => done(said.resultCode === "9000" ? "ok" : said.resultCode === "6001" ? "cancelled" : "unknown"),
      fail: () => done("unknown"),
    } as never),
  );

const disk = () => my as unknown as { chooseFileFromDisk?(asked: object): void };
export const files = (_count: number): Promise<ChosenFile[]> =>
  new Promise((done) => {
    if (!disk().chooseFileFromDisk) return done([]);
    disk().chooseFileFromDisk!({
      success: (found: { apFilePath: string; name?: string; size?: number }) => done([fileAt(found.apFilePath, found.name ?? "文件", found)]),
      fail: () => done([]),
    });
  });

export const FILE_WAYS: readonly FileWay[] = [
  { words: "拍照或选图片", choose: photos },
  { words: "选择文件", choose: files },
];

// No events here: whoever listens is told at once that the line is over, and asks from time to time.
export function listening(_url: string, _header: Record<string, string>, _heard: (text: string) => void, over: () => void): () => void {
  over();
  return () => {};
}

export const renew = renewal((my as unknown as { getUpdateManager?(): Renewing }).getUpdateManager?.());
export const shareMenu = () => {};

// No way into the calendar here: when and where is copied, to be put down elsewhere.
export const intoCalendar = async (one: Dated): Promise<string> => ((await copied([one.title, one.about, one.place].join("\n"))) ? "时间和地点已复制，可粘贴到日历或备忘录" : "没有复制成功，请截图保存");
