// How the browser comes to a page: by an address after the #, or back from a platform with a code to sign in with.
import { getCurrentInstance } from "vue";
import { isTab, parsed, pathOf, placeOf } from "@/addresses";
import { post } from "@/api/call";
import { sentence } from "@/api/refused";
import { kiosk } from "@/kiosk";
import { toast } from "@/platform";
import { forget, keep } from "@/store";
import { isFrame } from "@/frame";
import { enter } from "@/session";

const NOWHERE = { page: "nowhere", query: {} };
const placed = (hash: string) => (/^#\/pages\//.test(hash) ? null : (placeOf(hash) ?? NOWHERE));
const page = (hash: string) => {
  const place = placed(hash);
  return place && pathOf(place);
};

// Before anything is drawn: an address becomes the page it means.
export function addressed() {
  if (isFrame()) return framed();
  if (wasSentBack()) return;
  const said = told().get("payment"); // the wallet's word, put before the address one comes back to
  const path = page(said ? `${location.hash}?said=${encodeURIComponent(said)}` : location.hash);
  if (path) history.replaceState(history.state, "", `${said ? location.pathname : ""}#${path}`);
}

export const atHome = () => location.hash === `#${pathOf({ page: "home", query: {} })}` && !kiosk();

// In the frame of another site there is the chat alone, and Escape gives the page back: it tells nothing of what was said.
function framed() {
  const query = parsed(location.search.slice(1));
  if (!location.hash) history.replaceState(history.state, "", `#${pathOf({ page: "ask", query })}`);
  addEventListener("keydown", (event) => event.key === "Escape" && !event.defaultPrevented && parent.postMessage("zhijianban:close", "*"));
}

interface Route {
  matched: unknown[];
  fullPath: string;
  path: string;
}
interface Router {
  currentRoute: { value: Route };
  beforeEach(guard: (to: Route) => unknown): void;
}

// And whenever one is typed, or followed, later. It takes the place of what was typed, so that going back goes on; and it
// is a page of its own, with its own number, where uni would show the page of that name again that was there before. A
// tab alone is come back to as it was left.
export function followAddresses() {
  const router = getCurrentInstance()?.appContext.config.globalProperties.$router as Router;
  router.beforeEach((to) => {
    if (to.matched.length) return;
    const place = placed(`#${to.fullPath}`) ?? NOWHERE;
    const path = pathOf({ page: place.page, query: {} });
    const again = isTab(place.page) && !Object.keys(place.query).length && router.currentRoute.value.path !== path;
    return { path, query: place.query, replace: true, force: true, state: again ? {} : { __id__: Date.now(), __type__: "navigateTo" } };
  });
}

// What was begun before the browser left for a platform: only its own answer counts.
export interface Leaving {
  state: string;
  next: string;
  policy: string;
  signOn?: boolean;
}
const LEFT = "zhijianban.login";
export const leaveFor = (leaving: Leaving) => sessionStorage.setItem(LEFT, JSON.stringify(leaving));

// What nobody else can know: who comes back with it is the one who left.
export const freshState = () => Array.from(crypto.getRandomValues(new Uint8Array(12)), (one) => one.toString(16).padStart(2, "0")).join("");

const told = () => new URLSearchParams(location.search);
const wasSentBack = () => {
  const code = told().get("code") || told().get("auth_code");
  if (!code) return false;
  const left = JSON.parse(sessionStorage.getItem(LEFT) || "{}") as Partial<Leaving>;
  sessionStorage.removeItem(LEFT);
  const next = placeOf(left.next || "mine");
  returned = { code, left, own: Boolean(left.state) && left.state === told().get("state"), platform: told().has("auth_code") ? "alipay" : "wechat" };
  history.replaceState(history.state, "", `${location.pathname}#${next ? pathOf(next) : "/pages/mine/mine"}`);
  return true;
};
let returned: { code: string; left: Partial<Leaving>; own: boolean; platform: "wechat" | "alipay" } | null = null;

// From a platform's code to a session. Screens wait for it (`arrived`), so that none asks as a visitor meanwhile.
export let arrived: Promise<void> = Promise.resolve();
export function arrive() {
  if (returned?.own) arrived = signIn(returned);
  return arrived;
}

async function signIn({ code, left, platform }: NonNullable<typeof returned>) {
  try {
    const body = { code, device: device(), policy: left.policy ?? "" };
    const done = left.signOn
      ? await post("/v1/sign-on/finish", { body: { ...body, state: left.state ?? "" } as never })
      : await post("/v1/login", { body: { ...body, platform, via: "web" } as never });
    enter(done);
    left.signOn ? keep("signOn", true) : forget("signOn");
  } catch (error) {
    toast(sentence(error));
  }
}

const SYSTEMS = [["iPhone", "iPhone"], ["iPad", "iPad"], ["Android", "安卓手机"], ["Windows", "Windows 电脑"], ["Mac", "苹果电脑"], ["Linux", "Linux 电脑"]];
const device = () => `${(SYSTEMS.find(([sign]) => navigator.userAgent.includes(sign)) ?? ["", "设备"])[1]}上的浏览器`;
