// What WeChat and Alipay have in common, said through uni.
import { t } from "@/language";
import type { ChosenFile } from "./shared";

export const toast = (title: string) => void uni.showToast({ title: t(title), icon: "none", duration: 3500 });

export const confirmed = (content: string, yes = "确定"): Promise<boolean> =>
  new Promise((done) => uni.showModal({ title: t("请确认"), content: t(content), confirmText: t(yes), cancelText: t("取消"), success: (said) => done(said.confirm), fail: () => done(false) }));

export const call = (phoneNumber: string) => void uni.makePhoneCall({ phoneNumber, fail: () => {} });

export const copied = (data: string) => new Promise<boolean>((done) => uni.setClipboardData({ data, success: () => done(true), fail: () => done(false) }));

// The size of letters the owner of the phone set, as a factor of the usual one.
export function letterScale(): number {
  const told = uni.getSystemInfoSync() as unknown as { fontSizeScaleFactor?: number; fontSizeSetting?: number };
  const factor = told.fontSizeScaleFactor ?? (told.fontSizeSetting ?? 16) / 16;
  return Math.min(Math.max(factor || 1, 0.85), 1.6);
}

export const whereAmI = (): Promise<{ lat: number; lng: number } | null> =>
  new Promise((done) => uni.getLocation({ type: "gcj02", success: (at) => done({ lat: at.latitude, lng: at.longitude }), fail: () => done(null) }));

export const showOnMap = (place: { name: string; address?: string; lat: number; lng: number }) =>
  void uni.openLocation({ latitude: place.lat, longitude: place.lng, name: place.name, address: place.address ?? "", fail: () => {} });

// What a QR code says; empty when nothing was scanned.
export const scanned = (): Promise<string> => new Promise((done) => uni.scanCode({ success: (found) => done(found.result), fail: () => done("") }));

export const photos = (count: number): Promise<ChosenFile[]> =>
  new Promise((done) =>
    uni.chooseImage({
      count,
      success: (found) => done([found.tempFilePaths].flat().map((path, nth) => fileAt(path, `照片${nth + 1}${/\.\w+$/.exec(path)?.[0] ?? ".jpg"}`, [found.tempFiles].flat()[nth] as { size?: number }))),
      fail: () => done([]),
    }),
  );

export function fileAt(path: string, name: string, { size = 0 }: { size?: number }): ChosenFile {
  const files = uni.getFileSystemManager() as unknown as { readFile(asked: object): void };
  const read = (from: number, to: number) =>
    new Promise<ArrayBuffer>((done, failed) =>
      files.readFile({ filePath: path, position: from, length: to - from, success: (found: { data: ArrayBuffer }) => done(found.data), fail: failed }),
    );
  return { name, size, read };
}

// A file of the citizen's own, fetched with the session and opened by the phone.
export const fetched = (url: string, name: string, header: Record<string, string>): Promise<void> =>
  new Promise((done, failed) =>
    uni.downloadFile({
      url,
      header,
      success: (found) => (found.statusCode === 200 ? opened(found.tempFilePath, name).then(done, failed) : failed({ statusCode: found.statusCode })),
      fail: failed,
    }),
  );

// What was fetched has no ending of its own to be known by.
const opened = (path: string, name: string) =>
  new Promise<void>((success, fail) => {
    const ending = /\.(\w+)$/.exec(name)?.[1].toLowerCase() ?? "pdf";
    if (/^(jpe?g|png)$/.test(ending)) uni.previewImage({ urls: [path], success: () => success(), fail });
    else uni.openDocument({ filePath: path, fileType: ending, showMenu: true, success: () => success(), fail } as UniNamespace.OpenDocumentOptions);
  });

export const titled = (title: string) => void uni.setNavigationBarTitle({ title: t(title) });
export const atTop = () => void uni.pageScrollTo({ scrollTop: 0, duration: 0 });
export const toSight = (selector: string) => void uni.pageScrollTo({ selector, duration: 200 });
export const buzz = () => void uni.vibrateLong({ fail: () => {} });
export const shown = toSight;

// The phone's own bar of tabs is there wherever a tab is, unless it is told otherwise there.
export const tabsShown = (on: boolean) => void (on ? uni.showTabBar : uni.hideTabBar)({ animation: false, fail: () => {} });

// The phone fetches a newer package by itself; once it is there the mini-program can start anew with it.
export interface Renewing {
  onUpdateReady(done: () => void): void;
  applyUpdate(): void;
}
export const RENEW = "重启小程序";
export function renewal(phone?: Renewing): () => void {
  let there = false;
  phone?.onUpdateReady(() => (there = true));
  return () => (there ? phone!.applyUpdate() : toast("请关闭小程序后重新打开，就会使用新版本。"));
}
