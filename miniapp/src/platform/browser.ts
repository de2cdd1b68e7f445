// The browser, also the one inside WeChat and Alipay.
import { t } from "@/language";
import type { Channel, ChosenFile, Dated, FileWay, Said } from "./shared";
import { get } from "@/api/call";
import { Refused } from "@/api/refused";

export const PLATFORM = "h5";
const INSIDE: [RegExp, Channel][] = [[/MicroMessenger/, "wechat"], [/AlipayClient/, "alipay"]];
const inside = INSIDE.find(([sign]) => sign.test(navigator.userAgent))?.[1];
// In WeChat one pays with WeChat, in Alipay with Alipay; a plain browser lets people choose.
export const CHANNELS: readonly Channel[] = inside ? [inside] : ["wechat", "alipay"];

// A browser has no code of its own to sign in with, and no button for a number: it is sent to a platform (arriving.ts).
export const loginCode = (): Promise<string> => Promise.resolve("");
export const PHONE_BUTTON = "";
export const phoneCode = (_: unknown): Promise<string> => Promise.resolve("");

let hiding: ReturnType<typeof setTimeout>;
export function toast(text: string) {
  const box = document.getElementById("toast") ?? document.body.appendChild(Object.assign(document.createElement("div"), { id: "toast", role: "status" }));
  box.setAttribute("role", "status");
  box.textContent = t(text);
  box.classList.add("shown");
  clearTimeout(hiding);
  hiding = setTimeout(() => box.classList.remove("shown"), 3500);
}

export const confirmed = (text: string) => Promise.resolve(window.confirm(t(text)));
export const call = (number: string) => void (location.href = `tel:${number}`);
export const copied = (text: string) => navigator.clipboard.writeText(text).then(() => true, () => false);

// The browser's own size of letters: a word of the usual size is measured, as the page's root belongs to uni.
export function letterScale(): number {
  const word = Object.assign(document.createElement("span"), { textContent: "字" });
  word.style.cssText = "font-size:medium;position:absolute;visibility:hidden";
  document.body.append(word);
  const size = parseFloat(getComputedStyle(word).fontSize);
  word.remove();
  return Math.min(Math.max(size / 16, 0.85), 1.6);
}

export const whereAmI = (): Promise<{ lat: number; lng: number } | null> =>
  new Promise((done) =>
    navigator.geolocation ? navigator.geolocation.getCurrentPosition((at) => done({ lat: at.coords.latitude, lng: at.coords.longitude }), () => done(null), { timeout: 8000 }) : done(null),
  );

// A phone opens its map by itself; elsewhere the address goes with the citizen to a map of their own.
export function showOnMap(place: { name: string; address?: string; lat: number; lng: number }) {
  if (/Android|iPhone|iPad/.test(navigator.userAgent)) return void (location.href = `geo:${place.lat},${place.lng}?q=${encodeURIComponent(place.name)}`);
  void copied(`${place.name} ${place.address ?? ""}`.trim()).then((done) => toast(done ? "地址已复制，可在地图中查找。" : `${place.name} ${place.address ?? ""}`));
}
export const scanned = () => Promise.resolve("");

const chosen = (accept: string, multiple: boolean): Promise<ChosenFile[]> =>
  new Promise((done) => {
    const input = Object.assign(document.createElement("input"), { type: "file", accept, multiple });
    const chose = (found: ChosenFile[]) => {
      input.remove();
      done(found);
    };
    input.hidden = true; // some browsers forget an input that is nowhere before anything is chosen
    input.onchange = () => chose([...(input.files ?? [])].map((one) => ({ name: one.name, size: one.size, read: (from, to) => one.slice(from, to).arrayBuffer() })));
    input.oncancel = () => chose([]);
    document.body.append(input);
    input.click();
  });
export const photos = (count: number) => chosen("image/*", count > 1);
export const files = (count: number) => chosen("image/jpeg,image/png,application/pdf,.ofd", count > 1);
export const FILE_WAYS: readonly FileWay[] = [{ words: "上传文件", choose: files }];

// A file that only its owner may read: fetched with the session, then handed to the browser to save.
export async function fetched(url: string, name: string, header: Record<string, string>, method = "GET"): Promise<void> {
  const answer = await fetch(url, { headers: header, method });
  if (!answer.ok) throw { statusCode: answer.status, data: await answer.json().catch(() => ({})) };
  const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(await answer.blob()), download: name });
  link.click();
  URL.revokeObjectURL(link.href);
}

// Inside WeChat or Alipay their own bridge opens the cashier; in a plain browser the wallet page stands for them, which
// comes `back` to an address of ours. Raises Refused where neither is.
export async function pay(channel: Channel, parameters: Record<string, string>, back: string): Promise<Said> {
  const said = await paidInside(channel, parameters);
  if (said) return said;
  const { wallet } = await get("/v1/login/options", { query: { redirect: location.pathname } });
  if (!wallet) throw new Refused(409, { message: `请在${channel === "wechat" ? "微信" : "支付宝"}中打开本页支付。` });
  location.href = `${wallet}/${channel}?${new URLSearchParams({ ...parameters, return: `${location.origin}${location.pathname}#/${back}` })}`;
  return "away";
}

interface Bridges {
  WeixinJSBridge?: { invoke(what: string, given: object, done: (said: { err_msg: string }) => void): void };
  AlipayJSBridge?: { call(what: string, given: object, done: (said: { resultCode: string }) => void): void };
}

// `null` where there is no bridge.
async function paidInside(channel: Channel, parameters: Record<string, string>): Promise<Said | null> {
  const { WeixinJSBridge, AlipayJSBridge } = window as unknown as Bridges;
  if (channel === "wechat" && WeixinJSBridge) {
    const said = await new Promise<{ err_msg: string }>((done) => WeixinJSBridge.invoke("getBrandWCPayRequest", parameters, done));
    return /:ok/.test(said.err_msg) ? "ok" : /cancel/.test(said.err_msg) ? "cancelled" : "unknown";
  }
  if (channel === "alipay" && AlipayJSBridge) {
    const { resultCode } = await new Promise<{ resultCode: string }>((done) => AlipayJSBridge.call("tradePay", parameters, done));
    return resultCode === "9000" ? "ok" : resultCode === "6001" ? "cancelled" : "unknown";
  }
  return null;
}

export const messagesAllowed = (_: string[]): Promise<string[]> => Promise.resolve([]);

// Events of the server as they come. Gives what stops it; `over` is called when the line ended.
export function listening(url: string, header: Record<string, string>, heard: (text: string) => void, over: () => void): () => void {
  const gone = new AbortController();
  const read = async () => {
    const answer = await fetch(url, { headers: header, signal: gone.signal });
    if (!answer.ok) return;
    const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) heard(piece.value);
  };
  read().catch(() => {}).finally(over);
  return () => gone.abort();
}

export const tabsShown = (_: boolean) => {}; // they are drawn by Frame
// Brought to where it can be read; who is typing goes on typing.
export const shown = (selector: string) => void document.querySelector(selector)?.scrollIntoView({ block: "start" });
export const titled = (title: string) => void (document.title = t(`${title} · 指尖办`));
export const atTop = () => window.scrollTo(0, 0);
export function toSight(selector: string) {
  const found = document.querySelector<HTMLElement>(selector);
  found?.scrollIntoView({ block: "start", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
  if (!found) return;
  found.tabIndex = -1;
  found.focus({ preventScroll: true });
}
export const shareMenu = () => {};
export const RENEW = "刷新";
export const renew = () => location.reload();

// A calendar file the phone opens. Gives what to say about it; nothing where the browser says it itself.
export const intoCalendar = ({ file }: Dated): Promise<string> => fetched(file.url, file.name, file.header).then(() => "", () => "日历文件暂时无法生成，请稍后再试。");
export const buzz = () => {};
